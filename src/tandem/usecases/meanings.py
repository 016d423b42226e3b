"""Whether the acting role may know what an audience means: being in it tells of people what it reads of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tandem.audience import bind
from tandem.kernel import numbers
from tandem.kernel.values import FieldRef
from tandem.usecases.seeing import Sight, listed

HIDDEN_CAMPAIGN = "A campaign that is hidden from your role"
HIDDEN = "hidden from your role"


@dataclass(frozen=True)
class Withheld:
    """Audiences or campaigns that are hidden: how many, what their fields are labelled, which roles may see those.

    Neither their names nor those of their fields are told: whoever knows that a person is in one would know the rest.
    `gone` says that they are no longer in the charter, so that what they read is not known.
    """

    what: str
    many: int
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    owner: str
    gone: bool

    def sentence(self) -> str:
        """'1 audience is hidden from your role: it reads sensitive fields; privacy may see it; IT can grant …'"""
        one = self.many == 1
        it = "it" if one else "they"
        reads = f"read{'s' if one else ''}" if not self.gone else "may have read"
        fields = f"{listed(self.labels)} fields" if self.labels else "what policy does not let you explain"
        seen = f"{listed(self.roles)} may see {'it' if one else 'them'}" if self.roles else "no role may yet"
        which = (
            f" that {'is' if one else 'are'} no longer in the charter {'is' if one else 'are'}"
            if self.gone
            else (" is" if one else " are")
        )
        return (
            f"{numbers.plural(self.many, self.what)}{which} hidden from your role: {it} {reads} {fields}; "
            f"{seen}; {self.owner} can grant it in policies."
        )


class Meanings:
    """What audiences and campaigns may be named to the acting role; what may not is counted.

    Of one that the charter no longer has it is not known what it read: it is named to whoever may see every field.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        charter = sight.work.charter
        self._audiences = {one.audience: one for one in charter.audiences}
        self._read = {one.campaign: one.audience for one in charter.campaigns}
        self._may: dict[tuple[str, str], bool] = {}
        self._why: dict[tuple[str, str], tuple[bool, tuple[str, ...]]] = {}

    def audience(self, name: str) -> bool:
        """Whether the role may know that somebody is in the audience; if not, it is counted from now on."""
        return self._asked("audience", name, name)

    def campaign(self, name: str) -> bool:
        """Whether the role may know that somebody is in the campaign, which is to say in its audience."""
        return self._asked("campaign", name, self._read.get(name, ""))

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What was asked for and may not be named, by what it reads."""
        groups: dict[tuple[str, bool, tuple[str, ...]], int] = {}
        for (what, _), (gone, labels) in self._why.items():
            groups[what, gone, labels] = groups.get((what, gone, labels), 0) + 1
        return tuple(
            Withheld(what, many, labels, self._sight.roles(labels), self._sight.owner(), gone)
            for (what, gone, labels), many in sorted(groups.items())
        )

    def _asked(self, what: str, name: str, audience: str) -> bool:
        if (what, name) not in self._may:
            self._may[what, name] = self._judged(what, name, audience)
        return self._may[what, name]

    def _judged(self, what: str, name: str, audience: str) -> bool:
        work, declared = self._sight.work, self._audiences.get(audience)
        if declared is None:
            every = (
                label
                for table in work.engine.catalogue
                for column in table.columns
                for label in column.labels
            )
            lacking = self._lacking(every)
            if not lacking:
                return True
        else:
            reads = bind(declared, work.charter, work.engine.catalogue).footprint()
            if self._sight.permitted(reads):
                return True
            lacking = self._lacking(label for field in reads for label in self._labels(field))
        self._why[what, name] = (declared is None, lacking)
        return False

    def _labels(self, field: FieldRef) -> frozenset[str]:
        return self._sight.work.engine.catalogue[field.table].column(field.column).labels

    def _lacking(self, labels: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(set(labels) - self._sight.labels))
