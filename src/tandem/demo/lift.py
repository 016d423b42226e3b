"""Who received a message, and what lift the planted truth implies for the people assigned to it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tandem.demo.truth import Truth
from tandem.demo.writing import Bools, Floats, Ints

Recipients = npt.ArrayLike  # numbers of true persons, or e-mail addresses


@dataclass(frozen=True)
class ExpectedLift:
    """Means per assigned person that the planted truth implies, of purchases that can be joined to a person.

    Conversion is a share of assigned people; value is pounds per assigned person. Lifts are treated minus
    control.
    """

    conversion_treated: float
    conversion_control: float
    value_treated: float
    value_control: float

    @property
    def conversion(self) -> float:
        """Absolute lift of the share that buys."""
        return self.conversion_treated - self.conversion_control

    @property
    def value(self) -> float:
        """Absolute lift of pounds per assigned person."""
        return self.value_treated - self.value_control


def persons_of(truth: Truth, kind: str, values: npt.ArrayLike) -> Ints:
    """The true person of each normalised identifier value, -1 where it is nobody's or several people's."""
    which = pc.and_(pc.equal(truth.identifiers["kind"], kind), pc.invert(truth.identifiers["shared"]))
    own = truth.identifiers.filter(which)
    asked = pa.array(np.asarray(values).astype(str).tolist(), pa.string())
    place = pc.index_in(asked, own["value"].combine_chunks())
    found: Ints = own["person"].combine_chunks().take(place).fill_null(-1).to_numpy(zero_copy_only=False)
    return found


def recipients(truth: Truth, contacted: Recipients) -> Ints:
    """The true persons who received a message: given as their numbers, or as the addresses it was sent to.

    A misspelt address is nobody's mailbox, so nobody receives what was sent there. Sorted, each once.
    """
    given = np.asarray(contacted)
    if given.size == 0:
        return np.zeros(0, np.int64)
    if given.dtype.kind in "iu":
        return np.unique(given.astype(np.int64))
    asked = pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(given.astype(str).tolist(), pa.string())))
    real = truth.identifiers.filter(truth.identifiers["mailbox"])["value"].combine_chunks()
    found = persons_of(truth, "email", asked.filter(pc.is_in(asked, real)).to_numpy(zero_copy_only=False))
    return np.unique(found[found >= 0])


def expected_lift(
    truth: Truth,
    treated_people: npt.ArrayLike,
    control_people: npt.ArrayLike,
    contacted: Recipients | None = None,
) -> ExpectedLift:
    """The lift per assigned person over the planted days, exactly as planted.

    treated_people and control_people are numbers of true persons, one per assigned person (-1: nobody
    known, who never buys). `contacted` are those who received the message, as for `respond`; people who
    were assigned but not contacted buy at their base rate, which thins the lift. Without it, all treated
    people were contacted. Raises ValueError if an arm is empty.
    """
    treated, control = np.asarray(treated_people, np.int64), np.asarray(control_people, np.int64)
    if not len(treated) or not len(control):
        raise ValueError("both arms need at least one person")
    reached = np.isin(treated, treated if contacted is None else recipients(truth, contacted))
    chance_t, value_t = planted(truth, treated, reached)
    chance_c, value_c = planted(truth, control, np.zeros(len(control), bool))
    return ExpectedLift(
        conversion_treated=float(chance_t.mean()),
        conversion_control=float(chance_c.mean()),
        value_treated=float((chance_t * value_t).mean()),
        value_control=float((chance_c * value_c).mean()),
    )


def planted(truth: Truth, person: Ints, reached: Bools) -> tuple[Floats, Floats]:
    """Per person the chance of a purchase that can be joined, in the planted days, and its mean value."""
    chance, value = answer(truth, person, reached)
    joinable = chance * truth.people["recognised"].to_numpy()[person]
    return np.where(person >= 0, joinable, 0.0), value


def answer(truth: Truth, person: Ints, reached: Bools) -> tuple[Floats, Floats]:
    """Per person the chance of any purchase in the planted days, and the mean value of one in pounds."""
    base, contacted = (
        [truth.people[f"{state}_{part}"].to_numpy()[person] for part in ("conversion", "value")]
        for state in ("base", "contacted")
    )
    return np.where(reached, contacted[0], base[0]), np.where(reached, contacted[1], base[1])
