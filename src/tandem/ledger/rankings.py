"""How people rank the joint priorities: for their own side, and as they think the other side would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from tandem.kernel.values import Actor
from tandem.ledger.store import Store
from tandem.ledger.tables import priority_rankings as t

OWN, OTHER = "own", "other"


@dataclass(frozen=True)
class Ranking:
    """One person's ranking. `places`: id of a priority to its place, 1 the first; not all need to be ranked.

    `function` is the person's side (marketing or it); `about`: own, or other for the guess of the other side's.
    """

    actor: Actor
    function: str
    about: str
    places: Mapping[str, int]
    at: datetime


class Rankings(Store):
    """The rankings. An older one of the same person stays, and only the latest counts."""

    def add_ranking(
        self, actor: Actor, function: str, about: str, places: Mapping[str, int], now: datetime
    ) -> None:
        """A person's ranking; it takes the place of the one before."""
        row = {"actor": actor.name, "role": actor.role, "function": function, "about": about}
        with self._write() as db:
            db.execute(insert(t).values(**row, places=dict(places), at=now))

    def rankings(self) -> list[Ranking]:
        """The latest ranking of each person for each of the two, in the order in which they were given."""
        with self._read() as db:
            rows = db.execute(select(t).order_by(t.c.id)).mappings().all()
        latest = {(row["actor"], row["about"]): row for row in rows}
        return [
            Ranking(Actor(row["actor"], row["role"]), row["function"], row["about"], row["places"], row["at"])
            for row in latest.values()
        ]
