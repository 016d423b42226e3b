"""What a source hands over before it is written: rows as text, and beside them what is truly in them."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from tandem.demo.writing import (
    Cells,
    Columns,
    Instants,
    Ints,
    joined,
    picked,
    replaced,
    stacked,
    taken,
    words,
)

DAY = 86_400


@dataclass(frozen=True)
class Feed:
    """Rows of one source. All arrays have one value per row; `at` is seconds since 1970, UTC.

    identifiers: places in the identifier list, one array per identifier column, -1 where none is usable.
    kind: place in `kinds`. month: the month file a row is written to.
    """

    source: str
    columns: Columns
    kinds: tuple[str, ...]
    kind: Ints
    person: Ints
    at: Ints
    month: Ints
    identifiers: dict[str, Ints]

    def __len__(self) -> int:
        return len(self.kind)

    def rows(self, places: Ints) -> "Feed":
        """The feed with only the rows at these places, in this order; a place may come twice."""
        return replace(
            self, columns=taken(self.columns, places), kind=self.kind[places], person=self.person[places],
            at=self.at[places], month=self.month[places],
            identifiers={name: ids[places] for name, ids in self.identifiers.items()},
        )  # fmt: skip

    def followed_by(self, other: "Feed") -> "Feed":
        """The rows of this feed and then those of another feed of the same source."""
        return replace(
            self, columns=stacked(self.columns, other.columns),
            kind=np.concatenate([self.kind, other.kind]), person=np.concatenate([self.person, other.person]),
            at=np.concatenate([self.at, other.at]), month=np.concatenate([self.month, other.month]),
            identifiers={
                name: np.concatenate([ids, other.identifiers[name]]) for name, ids in self.identifiers.items()
            },
        )  # fmt: skip


def with_junk(rng: np.random.Generator, feed: Feed, column: str, share: float, junk: tuple[str, ...]) -> Feed:
    """The feed with a share of one identifier column overwritten by values that identify nobody."""
    hit = rng.random(len(feed)) < share
    hit &= feed.columns[column].is_valid().to_numpy(zero_copy_only=False)
    texts = picked(words(junk), rng.integers(0, len(junk), len(feed)))
    ids = np.where(hit, -1, feed.identifiers[column])
    columns = {**feed.columns, column: replaced(feed.columns[column], hit, texts)}
    return replace(feed, columns=columns, identifiers={**feed.identifiers, column: ids})


def instants(at: Ints) -> Instants:
    """Seconds since 1970 as instants, UTC."""
    return at.astype("datetime64[s]")


def months(at: Ints) -> Ints:
    """The calendar month of each instant, counted from January 1970."""
    return instants(at).astype("datetime64[M]").astype(np.int64)


def month_name(month: int) -> str:
    """The month as it stands in a file name: 2026-05."""
    return str(np.datetime64(int(month), "M"))


def london(at: Ints) -> Ints:
    """Seconds to add to UTC for the clock on a wall in London (summer time by the EU rule, since 1996)."""
    year = instants(at).astype("datetime64[Y]")
    spring, autumn = (_last_sunday(year, month) for month in (2, 9))
    return np.where((at >= spring) & (at < autumn), 3_600, 0)


def _last_sunday(year: Instants, month: int) -> Ints:
    """01:00 UTC on the last Sunday of a month (0 is January), in seconds since 1970."""
    last = (year.astype("datetime64[M]") + month + 1).astype("datetime64[D]").astype(np.int64) - 1
    return (last - (last + 4) % 7) * DAY + 3_600


def email_as_typed(rng: np.random.Generator, emails: Cells) -> Cells:
    """Addresses as people type them: one in seventeen in capitals, one in twenty-five with stray blanks."""
    dice = rng.random(len(emails))
    shouted = replaced(emails, dice < 0.06, pc.utf8_upper(emails))
    return replaced(shouted, dice > 0.96, pc.binary_join_element_wise("", emails, " ", " "))


def phone_as_typed(rng: np.random.Generator, phones: Cells) -> Cells:
    """Phone numbers as people write them: E.164, and for British ones national and 00 forms with blanks."""
    british = pc.fill_null(pc.starts_with(phones, "+44"), False).to_numpy(zero_copy_only=False)
    area, rest = pc.utf8_slice_codeunits(phones, 3, 7), pc.utf8_slice_codeunits(phones, 7)
    forms = (joined("0", area, " ", rest), joined("0044 ", area, rest), joined("(0", area, ") ", rest))
    dice = rng.choice(4, len(phones), p=(0.4, 0.35, 0.15, 0.1))
    for number, form in enumerate(forms, 1):
        phones = replaced(phones, british & (dice == number), form)
    return phones
