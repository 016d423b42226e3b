"""A survey instrument at work: its codebook, what is asked next, what is an answer, and what to look at twice.

The parts stand in files of their own; whoever fields, imports or reads a pulse finds them here.
"""

from tandem.align.answering import check_answer, fields_of, places_of, raw_of
from tandem.align.asking import (
    Answers,
    Outcome,
    Verdict,
    answer_of_group,
    asked,
    derived,
    form_of,
    group_of,
    questionnaire,
    quotas_of,
    settled,
    shuffled,
    verdict,
    worded,
)
from tandem.align.lasting import minutes
from tandem.align.quality import Flag, quality_flags
from tandem.align.questions import (
    Held,
    choices_of,
    codebook_of,
    fingerprint,
    link_problems,
    links,
    variable_names,
)

__all__ = [
    "Answers",
    "Flag",
    "Held",
    "Outcome",
    "Verdict",
    "answer_of_group",
    "asked",
    "check_answer",
    "choices_of",
    "codebook_of",
    "derived",
    "fields_of",
    "fingerprint",
    "form_of",
    "group_of",
    "link_problems",
    "links",
    "minutes",
    "places_of",
    "quality_flags",
    "questionnaire",
    "quotas_of",
    "raw_of",
    "settled",
    "shuffled",
    "variable_names",
    "verdict",
    "worded",
]
