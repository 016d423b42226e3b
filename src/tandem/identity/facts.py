"""What is said about a person when somebody asks why: identifiers, proofs, what was not used, what moved."""

from dataclasses import asdict, dataclass
from datetime import datetime

from tandem.kernel import iso

RULES = {"same_row": "stood on one row"}
"""How a rule of evidence reads in a sentence."""


@dataclass(frozen=True)
class IdentifierFact:
    """An identifier that leads to the person now."""

    identifier_key: int
    kind: str
    value: str
    first_seen_at: datetime | None
    source: str | None
    since_version: int
    """Version of the person map that last moved it."""

    def sentence(self) -> str:
        """As a line of a list."""
        seen = (
            f"first seen {iso(self.first_seen_at)}" if self.first_seen_at else "first seen at an unknown time"
        )
        return f"{self.kind} {self.value}, {seen} by {self.source or 'an unknown source'}."


@dataclass(frozen=True)
class EvidenceFact:
    """A fact that two identifiers belong together, and why it is not used if it is not."""

    evidence_id: int
    left_kind: str
    left_value: str | None
    right_kind: str
    right_value: str | None
    source: str | None
    rule: str | None
    observed_at: datetime | None
    event_id: int | None
    held: str | None = None
    """shared_identifier, too_many or not_in_map; None if the fact is used."""
    detail: str | None = None

    def sentence(self) -> str:
        """As a line of a list."""
        left = f"{self.left_kind} {self.left_value or '(erased)'}"
        right = f"{self.right_kind} {self.right_value or '(erased)'}"
        how = RULES.get(self.rule or "", f"are linked by the rule {self.rule}")
        when = f", first at {iso(self.observed_at)}" if self.observed_at else ""
        said = f"{left} and {right} {how} of {self.source or 'an unknown source'}{when}"
        return f"{said}." if self.held is None else f"Not used: {said}; {self.detail}."


@dataclass(frozen=True)
class MapChange:
    """A move of one identifier from or to the person."""

    version: int
    changed_at: datetime
    kind: str | None
    value: str | None
    from_person_id: int | None
    to_person_id: int | None

    def sentence(self) -> str:
        """As a line of a list."""
        what = f"{self.kind or 'an identifier'} {self.value or '(erased)'}"
        return f"Version {self.version}, {iso(self.changed_at)}: {what} {self._way()}."

    def _way(self) -> str:
        if self.to_person_id is None:
            return f"left person {self.from_person_id}, because the identity rules block it"
        if self.from_person_id is None:
            return f"came in as person {self.to_person_id}"
        return f"went from person {self.from_person_id} to person {self.to_person_id}"


@dataclass(frozen=True)
class PersonExplanation:
    """Why a person is who they are. Lists are cut at the limit asked for; totals say how many there are."""

    person_id: int
    identifiers: tuple[IdentifierFact, ...]
    evidence: tuple[EvidenceFact, ...]
    held: tuple[EvidenceFact, ...]
    changes: tuple[MapChange, ...]
    became: tuple[int, ...]
    """The people that its identifiers lead to now, if the person is no longer in the map."""
    identifiers_total: int
    evidence_total: int
    held_total: int
    changes_total: int

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values, instants as ISO 8601 text."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    def sentences(self) -> list[str]:
        """The explanation in English, one fact a sentence, most telling first."""
        lines = [self._headline()]
        lists = (
            ("identifier", self.identifiers, self.identifiers_total),
            ("fact of evidence", self.evidence, self.evidence_total),
            ("fact that is not used", self.held, self.held_total),
            ("change", self.changes, self.changes_total),
        )
        for word, facts, total in lists:
            lines += [fact.sentence() for fact in facts]
            if total > len(facts):
                lines.append(f"And {total - len(facts):,} more of this kind: {word}.")
        return lines

    def _headline(self) -> str:
        if not self.identifiers:
            now = ", ".join(str(person) for person in self.became) or "nobody"
            return f"Person {self.person_id} is no longer in the map; its identifiers lead to {now} now."
        many = "1 identifier" if self.identifiers_total == 1 else f"{self.identifiers_total:,} identifiers"
        facts = "1 fact" if self.evidence_total == 1 else f"{self.evidence_total:,} facts"
        return f"Person {self.person_id} has {many}, joined by {facts} of evidence."


def _plain(value: object) -> object:
    match value:
        case datetime():
            return iso(value)
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case tuple() | list():
            return [_plain(part) for part in value]
        case _:
            return value
