"""Every problem of a survey instrument that no other file has: CHR-23x."""

from tandem.charter.problems import CHECK
from tandem.kernel import code

UNKNOWN_QUESTION = code(
    "CHR-230",
    "a question, row or block that the instrument has not",
    who="marketing",
    fix=f"correct the name, or write the question, {CHECK}",
)
UNKNOWN_ANSWER = code(
    "CHR-231",
    "an answer that the question has not",
    who="marketing",
    fix=f"use a code of the question's options, {CHECK}",
)
PLACEHOLDER = code(
    "CHR-232",
    "a text of a survey with a placeholder that means nothing",
    who="marketing",
    fix=f"use {{own}} and {{other}}, or {{Own}} and {{Other}} where a sentence begins, {CHECK}",
)
NEVER_ASKED = code(
    "CHR-233",
    "a question that rests on one that is not asked before it",
    who="marketing",
    fix=f"put the other question before it, ask it of the same side, and keep both in a form, {CHECK}",
)
