"""What is told of a campaign counts no small group, and leaves none by subtraction."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.measure.figures import Arm, Figures
from tandem.measure.telling import so_far
from tandem.policy import AtLeast, Count, Shown, TooSmall
from tandem.usecases.see_campaign import _funnel

NOW = datetime(2026, 6, 15, tzinfo=UTC)


def figures(treated: Arm, control: Arm) -> Figures:
    return Figures(
        campaign="hello",
        title="Hello",
        goal="purchase",
        value_field=None,
        unit=None,
        window=timedelta(days=14),
        holdout=0.2,
        now=NOW,
        arms={"treated": treated, "control": control},
        open=0,
        closes=None,
        cells=(),
        smallest_group=10,
    )


@pytest.mark.parametrize(
    ("arm", "told"),
    [
        (Arm(400, 400, 50, None), (Count(400), Count(400), Count(50))),
        (Arm(400, 399, 1, None), (Count(400), AtLeast(10), TooSmall(10))),
        (Arm(400, 300, 395, None), (Count(400), Count(300), AtLeast(10))),
    ],
)
def test_an_arm_tells_no_part_that_leaves_a_few(arm: Arm, told: tuple[Shown, ...]) -> None:
    assert arm.told(10) == told
    assert arm.few(10) == (told[2] != Count(50))


def test_with_a_small_arm_the_total_is_not_told() -> None:
    few = figures(Arm(400, 400, 50, None), Arm(4, 0, 1, None))
    assert few.everybody == AtLeast(10)
    assert dict(_funnel(few))["Assigned"] == AtLeast(10)
    assert "404" not in str(few.to_dict())
    assert "fewer than 10 of fewer than 10 people held out" in " ".join(so_far(few))
    assert figures(Arm(400, 400, 50, None), Arm(100, 0, 20, None)).everybody == Count(500)


def test_a_stage_of_the_funnel_that_lacks_a_few_is_held_back() -> None:
    told = dict(_funnel(figures(Arm(400, 397, 50, None), Arm(100, 0, 20, None))))
    assert told == {
        "Assigned": Count(500),
        "Treated": Count(400),
        "Contacted": AtLeast(10),
        "Reached the goal": TooSmall(10),
    }
