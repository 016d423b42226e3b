"""What every room needs and no room owns: ids, clock, values, problems.

Answers: what is a problem, an instant, a span, a stable 60-bit key.
Writes no table. Must never read the clock, the disk or the network,
and must never import another room.
"""

from tandem.kernel.clock import iso, parse_instant, parse_span
from tandem.kernel.ids import digest60
from tandem.kernel.plain import plain
from tandem.kernel.problems import Code, Kind, Missing, Place, Problem, Problems, Refused, code, nearest

__all__ = [
    "Code",
    "Kind",
    "Missing",
    "Place",
    "Problem",
    "Problems",
    "Refused",
    "code",
    "digest60",
    "iso",
    "nearest",
    "parse_instant",
    "parse_span",
    "plain",
]
