"""The identifiers of a few people in memory, to know them again in files and in the ledger's words."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tandem.charter.definitions.identity import IdentityRules, KindRule, Normalise
from tandem.identity.normalise import normalise
from tandem.ledger.forgetting import WORD, struck
from tandem.policy.erased import SHORTEST_PLAIN

DIGITS = 7
LOGS = Path(".tandem") / "jobs"
"""Where the processes of jobs write."""
UNDONE = Path(".tandem") / "undone"
"""Where discarded edits of the charter are kept."""
DEFINITIONS = (".yml", ".yaml", ".toml")


@dataclass(frozen=True)
class Names:
    """Identifiers by kind. `told` is for a text of unknown kind: an address or number of theirs, or a longer other
    identifier; shorter ones would be found everywhere."""

    values: Mapping[str, frozenset[str]]
    rules: tuple[KindRule, ...]

    def of(self, kind: str, text: str) -> bool:
        """Whether a text is one of their identifiers of this kind."""
        return text in self.values.get(kind, frozenset())

    def told(self, text: str) -> bool:
        """Whether a text that says no kind is one of their identifiers."""
        return any(self._is(rule, text.strip()) for rule in self.rules)

    def _is(self, rule: KindRule, text: str) -> bool:
        held = self.values.get(rule.kind)
        if not held:
            return False
        match rule.normalise:
            case Normalise.PLAIN:
                return len(text) >= SHORTEST_PLAIN and text in held
            case Normalise.EMAIL:
                return "@" in text and normalise(text, rule) in held
            case Normalise.PHONE:
                return sum(map(str.isdigit, text)) >= DIGITS and normalise(text, rule) in held


def names_of(rows: Iterable[tuple[str, str]], rules: IdentityRules) -> Names:
    """From (kind, normalised value)."""
    values: dict[str, set[str]] = {}
    for kind, value in rows:
        values.setdefault(kind, set()).add(value)
    return Names({kind: frozenset(held) for kind, held in values.items()}, rules.kinds)


def blank_statements(folder: Path, names: Names) -> int:
    """Write blanks over the lines in which they said something that no run has taken yet; how many lines.

    In place: a file that was put in the place of another could lose what is being appended to it.
    """
    gone = 0
    for file in sorted(folder.glob("*.ndjson")):
        with file.open("r+b") as held:
            start = 0
            for line in held.read().splitlines(keepends=True):
                if _says(line, names):
                    held.seek(start)
                    held.write(b" " * len(line.rstrip(b"\r\n")))
                    gone += 1
                start += len(line)
            held.flush()
            os.fsync(held.fileno())
    return gone


def _says(line: bytes, names: Names) -> bool:
    try:
        said = json.loads(line)["identifiers"]
        return any(names.of(kind, value) or names.told(value) for kind, value in said.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        return any(names.told(word) for word in WORD.findall(line.decode(errors="replace")))


def forget_undone(root: Path, names: Names) -> int:
    """Remove discarded edits that name them; how many. Put back with a word struck they would say something else."""
    gone = 0
    for file in sorted((root / UNDONE).glob("*")):
        if _named_in(file, names):
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def charter_naming(root: Path, known: Iterable[str], names: Names) -> list[str]:
    """Files of the charter that name them, also tests: they are the company's to edit. `known`: files in force."""
    parts = {
        "",
        "audiences",
        "campaigns",
        "policies",
        "sources",
        "traits",
        *(str(Path(one).parent) for one in known),
    }
    files = {file for part in parts for file in (root / part).glob("*") if file.suffix in DEFINITIONS}
    return sorted(str(file.relative_to(root)) for file in files if _named_in(file, names))


def _named_in(file: Path, names: Names) -> bool:
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8", errors="replace")
    return any(struck(one, names.told) != one for one in (text, _unescaped(text)))


def _unescaped(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def strike_logs(root: Path, names: Names) -> int:
    """Strike the identifiers from what the processes of jobs wrote; how many files changed."""
    changed = 0
    for log in sorted((root / LOGS).glob("*.log")):
        text = log.read_text(encoding="utf-8", errors="replace")
        clean = struck(text, names.told)
        if clean != text:
            draft = log.with_suffix(".part")
            draft.write_text(clean, encoding="utf-8")
            draft.replace(log)
            changed += 1
    return changed
