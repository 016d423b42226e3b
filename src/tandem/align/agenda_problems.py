"""Problem codes of the agenda: briefs, commitments, rankings."""

from tandem.kernel.problems import Kind, code

NOT_YOUR_SIDE = code(
    "ALN-401",
    "a role may not do that with briefs and priorities",
    who="an admin of this workspace",
    kind=Kind.OPERATOR,
    fix="ask somebody of the side that may, or let an admin give you the role",
)
INCOMPLETE = code(
    "ALN-402",
    "a brief says too little to commit to",
    who="marketing",
    fix="let marketing add what is missing; each part says why it matters",
)
NO_TITLE = code(
    "ALN-403",
    "a brief has no title",
    who="whoever asked",
    fix="give it a few words by which both sides will call it",
)
BAD_DAY = code(
    "ALN-404",
    "a day cannot be read, or lies in the past",
    who="whoever asked",
    fix="write a day from today on, such as 2026-07-01",
)
NO_CHANGE = code(
    "ALN-405",
    "an edit changes nothing",
    who="whoever asked",
    kind=Kind.NOTICE,
    fix="change a part of the brief, or leave it as it is",
)
NOT_AGREED = code(
    "ALN-406",
    "a brief was changed after IT committed itself, and IT has not agreed to it again",
    who="it",
    fix="read what changed, then agree to it again (with another date if need be), or withdraw the commitment",
)
BAD_RANKING = code(
    "ALN-407",
    "a ranking cannot be read",
    who="whoever asked",
    fix="give each priority that you rank a place of its own: 1 for the first, 2 for the second, and so on",
)
NO_AGENDA = code(
    "ALN-408",
    "the company has no agenda with priorities yet",
    who="marketing",
    kind=Kind.OPERATOR,
    fix="write `agenda.yml` beside tandem.toml with `priorities`, then plan and apply it",
)
NO_PROMISE = code(
    "ALN-409",
    "a promise does not say what was promised to whom",
    who="whoever asked",
    fix="say in a sentence what was promised, and to whom outside",
)
