"""Text in the charter that looks like a secret, wherever it stands, comments too. The secret itself is never told."""

import re
from collections.abc import Iterator, Mapping

from tandem.charter.problems import SECRET
from tandem.kernel import Place, Problem

SHAPES = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an API key of Tandem", re.compile(r"\btdm_[0-9a-f]{8}_[\w-]{20,}")),
    ("an access key of AWS", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a token of GitHub", re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{30,}")),
    ("a token of Slack", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("a key of Stripe", re.compile(r"\b[sr]k_(?:live|test)_\w{16,}")),
    ("a key of Google", re.compile(r"\bAIza[\w-]{30,}")),
    ("a signed token", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*")),
    (
        "an address with a password",
        re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:[^\s/@'\"]+@", re.IGNORECASE),
    ),
)
WORDS = "password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token"
NAMED = re.compile(
    rf"(?:^|[\s{{,#])['\"]?[\w-]*(?:{WORDS})[\w-]*['\"]?\s*[:=]\s*['\"]?([^\s'\"#,{{}}\[\]]{{8,}})", re.I
)
"""A word for a secret with a value behind it. A value without a digit and a letter is a word of the grammar."""


def secrets_in(texts: Mapping[str, str]) -> Iterator[Problem]:
    """One problem for each line that holds what looks like a secret."""
    for name, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            found = _found(line)
            if found is not None:
                what, column = found
                yield SECRET(f"{what} stands in the charter", place=Place(name, number, column), found=what)


def _found(line: str) -> tuple[str, int] | None:
    for what, shape in SHAPES:
        match = shape.search(line)
        if match is not None:
            return what, match.start() + 1
    for match in NAMED.finditer(line):
        value = match.group(1)
        if any(c.isdigit() for c in value) and any(c.isalpha() for c in value):
            return "what looks like a secret", match.start(1) + 1
    return None
