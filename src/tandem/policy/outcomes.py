"""What a decision can be: a permit with all that it rests on, a refusal, or a gap. Each has its reasons as data."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tandem.kernel import Problem, iso
from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import Actor, Basis, Destination, FieldRef, Label
from tandem.policy.clauses import Clause
from tandem.policy.masks import Masked
from tandem.policy.rows import Row

CHANNELS = (Destination.EMAIL, Destination.FILE)
HARMLESS = (Label.PUBLIC, Label.INTERNAL)


@dataclass(frozen=True)
class Permit:
    """Yes: this actor may use these columns for this purpose at this destination.

    The guard adds what the basis asks for: a recorded yes for consent, no objection for any other basis, and
    at a channel (email, file) nobody who is suppressed; only people of whom the row rules are true; and it shows
    masked columns masked. `notes` say that in sentences. `clauses` are the rules it rests on, `until` the time from
    which on it would not be given any more. `now` is when it was decided.
    """

    actor: Actor
    purpose: str
    destination: Destination
    footprint: frozenset[FieldRef]
    basis: Basis
    smallest_group: int
    policies: tuple[str, ...]
    notes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    masks: tuple[Masked, ...] = ()
    until: datetime | None = None
    clauses: tuple[Clause, ...] = ()
    now: datetime | None = field(default=None, compare=False)
    key: bytes = field(default=b"", compare=False, repr=False)

    @property
    def contacts(self) -> bool:
        """Does the destination reach people, so that suppressed ones are left out?"""
        return self.destination in CHANNELS

    @property
    def judged(self) -> frozenset[FieldRef]:
        """Every column that is read: what was asked for, and what the row rules look at and show to nobody."""
        return self.footprint | {one.ref for one in self.rows}

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of SHA-256 over everything that was decided on; part of every row written under it."""
        parts = [
            *(self.actor.name, self.actor.role, self.purpose, self.destination, self.basis),
            str(self.smallest_group),
            *self.policies,
            *sorted(str(ref) for ref in self.footprint),
            "rows",
            *sorted(f"{one.ref} {one.clause.identity}" for one in self.rows),
            "masks",
            *sorted(one.identity for one in self.masks),
            "until",
            iso(self.until) if self.until else "",
            "clauses",
            *sorted(one.identity for one in self.clauses),
        ]
        return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()[:16]

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table that may be read."""
        return frozenset(ref.column for ref in self.footprint if ref.table == table)

    def masked(self, table: str, column: str) -> Masked | None:
        """The mask of a column, if it has one."""
        return next((one for one in self.masks if one.ref == FieldRef(table, column)), None)


@dataclass(frozen=True)
class Refusal:
    """No: somebody could grant it and has not. `clauses`: for each reason the rules that were looked at."""

    reasons: tuple[Problem, ...]
    clauses: tuple[tuple[Clause, ...], ...] = ()


@dataclass(frozen=True)
class Gap:
    """Nobody has said: something is not configured. Stops the action as a refusal does."""

    missing: tuple[Problem, ...]


Decision = Permit | Refusal | Gap
