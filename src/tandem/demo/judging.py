"""What the loop found, held against the planted truth. Pure: tables in, figures out."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.truth import Truth
from tandem.demo.writing import Ints
from tandem.kernel import digest60


@dataclass(frozen=True)
class PairScores:
    """How well identifiers were joined, over pairs of identifiers.

    precision: of the pairs put into one person, the share that belong to one true person. recall: of the pairs
    of one true person that exact evidence joins, the share put into one person. Identifiers that several true
    people use are left out: there is no right answer for them.
    """

    identifiers: int
    people_found: int
    people_true: int
    pairs_found: int
    pairs_true: int
    precision: float
    recall: float


def pair_scores(truth: Truth, person_map: pa.Table) -> PairScores:
    """Scores of a person map (columns identifier_key, person_id) over all identifiers of the truth it knows."""
    own = truth.identifiers.filter(pc.invert(truth.identifiers["shared"]))
    found = found_people(own, person_map)
    known = found >= 0
    person = own["person"].to_numpy()[known]
    group = own["group"].cast(pa.int64()).to_numpy()[known]
    cluster = found[known]
    together = _pairs(cluster)
    reachable = _pairs(group)
    return PairScores(
        identifiers=int(known.sum()),
        people_found=len(np.unique(cluster)),
        people_true=len(np.unique(group)),
        pairs_found=together,
        pairs_true=reachable,
        precision=_pairs(cluster, person) / together if together else 1.0,
        recall=_pairs(cluster, group) / reachable if reachable else 1.0,
    )


def found_people(identifiers: pa.Table, person_map: pa.Table) -> Ints:
    """The person_id of each (kind, value), -1 where the map has none."""
    # The key is recomputed here, value by value, so that a wrong key in the lake cannot hide itself.
    values = zip(identifiers["kind"].to_pylist(), identifiers["value"].to_pylist(), strict=True)
    keys = pa.array([digest60(kind, value) for kind, value in values], pa.int64())
    place = pc.index_in(keys, person_map["identifier_key"].combine_chunks())
    people: Ints = (
        person_map["person_id"].combine_chunks().take(place).fill_null(-1).to_numpy(zero_copy_only=False)
    )
    return people


def true_people(truth: Truth, person_map: pa.Table, people: Ints) -> Ints:
    """The true person behind each person_id: whose identifiers most of it is, -1 if the truth knows none."""
    own = truth.identifiers.filter(pc.invert(truth.identifiers["shared"]))
    found = found_people(own, person_map)
    known = found >= 0
    pairs, counts = np.unique(
        np.stack([found[known], own["person"].to_numpy()[known]], axis=1), axis=0, return_counts=True
    )
    order = np.lexsort((pairs[:, 1], -counts, pairs[:, 0]))
    ids, first = np.unique(pairs[order, 0], return_index=True)
    owner = pairs[order, 1][first]
    place = np.searchsorted(ids, people).clip(max=len(ids) - 1)
    return np.where(ids[place] == people, owner[place], -1)


def without_consent(truth: Truth, addresses: list[str], purpose: str) -> int:
    """Of these e-mail addresses, how many belong to somebody without a clear yes to the purpose.

    Judged by the group of identifiers that the address belongs to: a second, unjoinable record of the same
    human is another person as far as anybody can know.
    """
    allowed = truth.consents.filter(
        pc.and_(pc.equal(truth.consents["purpose"], purpose), truth.consents["allowed"])
    )
    own = truth.identifiers.filter(
        pc.and_(
            pc.equal(truth.identifiers["kind"], "email"),
            pc.is_in(truth.identifiers["group"], allowed["group"]),
        )
    )
    known = pc.is_in(pa.array(addresses, pa.string()), own["value"].combine_chunks())
    return len(addresses) - int(pc.sum(known).as_py() or 0)


def planted_broken(truth: Truth) -> dict[str, int]:
    """Rows planted to break their contract, per source."""
    sums = truth.broken.group_by("source").aggregate([("rows", "sum")])
    return dict(zip(sums["source"].to_pylist(), sums["rows_sum"].to_pylist(), strict=True))


def _pairs(*labels: Ints) -> int:
    """Pairs of rows that agree in all labels."""
    _, sizes = np.unique(np.stack(labels, axis=1), axis=0, return_counts=True)
    return int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())
