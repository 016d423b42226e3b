"""Did it work? Campaigns measured on everyone who was assigned, against people who did not get it.

Answers: what the treated arm did more than the held-out arm, how sure that is, or why nobody can say.
Writes no table; reads assignments and events through guarded tables and hands `stats` a few sums.
Must never show a number that is not known, and never leave an assigned person out of the count.
"""

from tandem.measure.describing import Description, Descriptions, Sources, describe
from tandem.measure.moments import arms, cells, footprint, moments_query
from tandem.measure.outside import OutsideReport, arms_report, outside_footprint
from tandem.measure.report import LiftReport, NoLift, report

__all__ = [
    "Description",
    "Descriptions",
    "LiftReport",
    "NoLift",
    "OutsideReport",
    "Sources",
    "arms",
    "arms_report",
    "cells",
    "describe",
    "footprint",
    "moments_query",
    "outside_footprint",
    "report",
]
