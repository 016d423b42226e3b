"""Telemetry from planted records: exact values; nothing recorded is not known, never zero; windows are half-open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tandem.align.happened import Measure, NotKnown, Unit, Window, spread
from tandem.align.telemetry import (
    AppliedFact,
    access_time,
    applied,
    approval_time,
    changed,
    kept,
    lead_time,
    promised,
    refusals,
    self_service,
    sent_back,
)
from tandem.align.telemetry_data import (
    CampaignFact,
    FreshFact,
    LoadFact,
    UseFact,
    fresh,
    measured_share,
    outside,
    violations,
)
from tandem.ledger.happened import (
    AnswerFact,
    ApprovalFact,
    BriefFact,
    ChangeFact,
    CommitmentFact,
    DecisionFact,
    EditFact,
    PromiseFact,
    RequestFact,
)

DAY = timedelta(days=1)
START = datetime(2026, 3, 1)
WINDOW = Window(START, START + 30 * DAY)
END = WINDOW.until


def day(number: float) -> datetime:
    """So many days after the window began."""
    return START + number * DAY


def brief(
    number: int, made: float, committed: float | None, due: float | None, done: float | None
) -> BriefFact:
    at = [None if one is None else day(one) for one in (committed, due, done)]
    return BriefFact(number, day(made), None, *at)


BRIEFS = [
    brief(1, -10, -8, 2, 1),  # delivered after 11 days, in time
    brief(2, 1, 2, 9, 10),  # after 9 days, a day late
    brief(3, 2, 3, 8, 8),  # after 6 days, on the very instant
    brief(4, 5, 7, 20, None),  # due and not delivered
    brief(5, 10, 12, 40, None),  # not due yet
    brief(6, 25, None, None, None),  # nobody has committed
    brief(7, -60, -50, -40, -41),  # over before the window
    brief(8, 3, 4, 30, 30),  # due and delivered at the very end: the next window's
]
COMMITMENTS = [
    CommitmentFact(one.brief, one.committed_at, one.due, one.kept_at)
    for one in BRIEFS
    if one.committed_at and one.due
]


def side_of(role: str) -> str:
    return {"marketer": "marketing", "analyst": "marketing", "engineer": "it"}.get(role, "")


def by_side(found: Measure) -> dict[str, tuple[float | None, int]]:
    return {one.side: (one.value, one.n) for one in found.sides}


def test_from_brief_to_delivery() -> None:
    found = lead_time(BRIEFS, WINDOW)
    assert (found.value, found.p90, found.longest, found.n) == (9, 11, 11, 3)
    assert found.waiting is not None
    assert (found.waiting.n, found.waiting.longest) == (4, 27)
    assert [(one.name, one.value, one.n) for one in found.parts] == [
        ("until IT committed itself", 1, 3),
        ("from commitment to delivery", 8, 3),
    ]


def test_commitments_kept_late_and_open() -> None:
    found = kept(COMMITMENTS, WINDOW)
    assert (found.value, found.n) == (0.5, 4)
    assert [(one.name, one.n) for one in found.parts] == [
        ("in time", 2),
        ("late", 1),
        ("withdrawn when it was due", 0),
        ("not delivered", 1),
    ]


@pytest.mark.parametrize(
    ("withdrawn", "value", "n"),
    [(24.0, 0.4, 5), (20.0, 0.4, 5), (19.9, 0.5, 4)],
    ids=["after its date", "at its date", "before its date"],
)
def test_withdrawing_a_late_commitment_does_not_make_it_good(withdrawn: float, value: float, n: int) -> None:
    late = CommitmentFact(9, day(1), day(20), None, day(withdrawn))
    found = kept([*COMMITMENTS, late], WINDOW)
    assert (found.value, found.n) == (value, n)
    assert {one.name: one.n for one in found.parts}["withdrawn when it was due"] == n - 4
    # It was under commitment for a time: what was changed is held against it too.
    assert changed([*COMMITMENTS, late], [], WINDOW).n == changed(COMMITMENTS, [], WINDOW).n + 1
    assert promised([*COMMITMENTS, late], [], WINDOW).n == promised(COMMITMENTS, [], WINDOW).n + 1


def test_deliveries_sent_back() -> None:
    facts = [AnswerFact(n, day(n), taken=n % 4 > 0) for n in range(8)] + [AnswerFact(9, END, taken=False)]
    found = sent_back(facts, WINDOW)
    assert (found.value, found.n, by_side(found)) == (0.25, 8, {"it": (0.25, 8)})
    assert [(one.name, one.n) for one in found.parts] == [("accepted", 6), ("sent back", 2)]


def test_the_next_window_has_what_came_at_the_end_of_this_one() -> None:
    after = Window(END, END + 30 * DAY)
    assert kept(COMMITMENTS, after).n == 2
    assert lead_time(BRIEFS, after).value == 27


def test_changes_after_commitment_count_briefs_not_versions() -> None:
    changes = [
        ChangeFact(1, day(0), "marketing"),
        ChangeFact(1, day(0.5), "marketing"),
        ChangeFact(2, day(3), "it"),
        ChangeFact(4, END, "marketing"),
    ]
    found = changed(COMMITMENTS, changes, WINDOW)
    # Under commitment in the window: 1, 2, 3, 4, 5, 8.
    assert (found.value, found.n) == (2 / 6, 6)
    assert by_side(found) == {"marketing": (1 / 6, 6), "it": (1 / 6, 6)}
    assert found.notes == ("3 changes in all.",)


def test_promises_beside_commitments() -> None:
    promises = [PromiseFact(day(1), day(9), side, None, None) for side in ("marketing", "marketing", "it")]
    found = promised(COMMITMENTS, [*promises, PromiseFact(END, END, "marketing", None, None)], WINDOW)
    # Committed in the window: 2, 3, 4, 5, 8.
    assert (found.value, found.n) == (3 / 8, 8)
    assert by_side(found) == {"marketing": (2 / 8, 8), "it": (1 / 8, 8)}


def test_a_commitment_and_no_promise_is_a_known_zero() -> None:
    assert promised(COMMITMENTS, [], WINDOW).value == 0


def test_requests_for_access() -> None:
    facts = [
        RequestFact(day(-2), "marketer", "it", "granted", day(0)),
        RequestFact(day(1), "marketer", "it", "granted", day(5)),
        RequestFact(day(1), "engineer", "marketing", "granted", day(2)),
        RequestFact(day(1), "marketer", "it", "refused", day(11)),
        RequestFact(day(2), "marketer", "it", "granted", END),
        RequestFact(day(20), "marketer", "it", "open", None),
    ]
    found = access_time(facts, WINDOW)
    assert (found.value, found.p90, found.n) == (2, 4, 3)
    assert by_side(found) == {"marketing": (1, 1), "it": (3, 2)}
    assert [(one.name, one.value) for one in found.parts] == [("granted", 2), ("refused", 10)]
    assert found.waiting is not None
    assert (found.waiting.n, found.waiting.longest) == (2, 28)


def test_approvals_wait_from_the_last_edit() -> None:
    edits = [
        EditFact(day(1), "marketer", None),
        EditFact(day(2), "marketer", None),
        EditFact(day(6), "marketer", "b"),
    ]
    given_ = [
        ApprovalFact(day(5), "it", "one", day(6), with_request=False),
        ApprovalFact(day(8), "it", "by hand", None, with_request=False),
        ApprovalFact(day(9), "it", "granted", None, with_request=True),
    ]
    found = approval_time(given_, edits, WINDOW)
    assert (found.value, found.n, by_side(found)) == (3, 1, {"it": (3, 1)})
    assert len(found.notes) == 1
    assert approval_time(given_[1:], edits, WINDOW).value is None


def test_refusals_by_side_and_clause() -> None:
    facts = [
        DecisionFact("marketer", "permit", (), (), 14, 3),
        DecisionFact("marketer", "refusal", ("POL-101",), ("policies/a.yml:3", "policies/b.yml:9"), 4, 2),
        DecisionFact("engineer", "gap", ("POL-001",), (), 1, 1),
        DecisionFact("executive", "permit", (), (), 1, 1),
    ]
    found = refusals(facts, side_of, {"POL-101": "no grant"}, WINDOW)
    assert (found.value, found.n) == (0.25, 20)
    assert by_side(found) == {"marketing": (4 / 18, 18), "it": (1, 1)}
    assert [(one.name, one.n) for one in found.parts] == [
        ("no grant (policies/a.yml:3)", 4),
        ("no grant (policies/b.yml:9)", 4),
        ("POL-001", 1),
    ]


def test_self_service_is_what_needed_nobody() -> None:
    edits = [EditFact(day(n), role, mark) for n, role, mark in ((1, "marketer", "a"), (2, "marketer", "b"))]
    edits += [EditFact(day(3), "engineer", "c"), EditFact(END, "engineer", "d")]
    approvals = [ApprovalFact(day(1), "it", "a to b", day(2), with_request=False)]
    plans = {"a": None, "b": "a to b", "c": "b to c", "d": "c to d"}
    facts = applied(edits, approvals, plans, side_of, WINDOW)
    assert facts == [AppliedFact("marketing", approved=True), AppliedFact("it", approved=False)]
    found = self_service(facts, WINDOW)
    assert (found.value, by_side(found)) == (0.5, {"marketing": (0, 1), "it": (1, 1)})


def test_rows_that_broke_their_contract() -> None:
    facts = [
        LoadFact("web", "Web", "marketing", 900, 9),
        LoadFact("till", "Till", "it", 100, 21, files=2),
        LoadFact("mail", "Mail", "it", 0, 0, files=1),
    ]
    found = violations(facts, WINDOW)
    assert (found.value, found.n) == (0.03, 1000)
    assert by_side(found) == {"marketing": (0.01, 900), "it": (0.21, 100)}
    assert [one.name for one in found.parts] == ["Till", "Web"]
    assert found.notes == ("3 files could not be read at all.",)


def test_outside_the_register() -> None:
    facts = [
        UseFact("web", "Web", "marketing", "approved"),
        UseFact("till", "Till", "it", "trial", day(40)),
        UseFact("ads", "Ads", "marketing", "exception", END),
        UseFact("file", "File", "marketing", ""),
        UseFact("crm", "CRM", "it", "not_approved"),
    ]
    found = outside(facts, WINDOW)
    assert (found.value, by_side(found)) == (0.6, {"marketing": (2 / 3, 3), "it": (0.5, 2)})
    assert [one.name for one in found.parts] == [
        "Ads: its exception has ended",
        "File: in no tool of the register",
        "CRM: in the register, not approved",
    ]
    # Without a register nobody can say that something is outside it.
    assert isinstance(outside(None, WINDOW).not_known, NotKnown)


def test_campaigns_measured() -> None:
    facts = [
        CampaignFact("a", "A", held_out=True, reported=True),
        CampaignFact("b", "B", held_out=True, reported=False, why="too few people"),
        CampaignFact("c", "C", held_out=False, reported=False),
    ]
    found = measured_share(facts, WINDOW)
    assert (found.value, found.n) == (1 / 3, 3)
    assert [one.name for one in found.parts] == ["B: too few people", "C: nobody was held out"]


def test_freshness_against_the_service_level() -> None:
    facts = [
        FreshFact("web", "Web", "marketing", END - DAY, DAY),
        FreshFact("till", "Till", "it", END - 2 * DAY, DAY),
        FreshFact("crm", "CRM", "it", None, DAY),
        FreshFact("mail", "Mail", "it", END - DAY, None),
    ]
    found = fresh(facts, WINDOW)
    assert (found.value, found.n) == (1 / 3, 3)
    assert by_side(found) == {"marketing": (1, 1), "it": (0, 2)}
    assert found.notes == ("Nothing agreed for: Mail: 1.0 days old.",)
    # No agreement, and nothing there at all: neither is a zero.
    assert fresh(facts[3:], WINDOW).value is None
    assert fresh(facts[2:3], WINDOW).value is None


NOTHING: dict[str, Callable[[], Measure]] = {
    "lead time": lambda: lead_time([], WINDOW),
    "access": lambda: access_time([], WINDOW),
    "approvals": lambda: approval_time([], [], WINDOW),
    "changed": lambda: changed([], [], WINDOW),
    "kept": lambda: kept([], WINDOW),
    "sent back": lambda: sent_back([], WINDOW),
    "promised": lambda: promised([], [], WINDOW),
    "refusals": lambda: refusals([], side_of, {}, WINDOW),
    "self-service": lambda: self_service([], WINDOW),
    "violations": lambda: violations([], WINDOW),
    "files alone": lambda: violations([LoadFact("web", "Web", "it", 0, 0, files=1)], WINDOW),
    "outside": lambda: outside([], WINDOW),
    "measured": lambda: measured_share([], WINDOW),
    "fresh": lambda: fresh([], WINDOW),
    "only open": lambda: lead_time(BRIEFS[3:6], WINDOW),
}


@pytest.mark.parametrize("figure", NOTHING.values(), ids=NOTHING)
def test_nothing_recorded_is_not_known(figure: Callable[[], Measure]) -> None:
    found = figure()
    assert found.value is None
    assert found.not_known is not None
    assert all((found.not_known.reason, found.not_known.how, found.not_known.who))
    assert found.sides == ()


def test_a_window_is_naive_utc_and_ends_after_it_begins() -> None:
    for since, until in ((START.replace(tzinfo=UTC), END), (START, START), (END, START)):
        with pytest.raises((ValueError, TypeError)):
            Window(since, until)
    assert WINDOW.holds(START)
    assert not WINDOW.holds(END)
    assert not WINDOW.holds(None)
    assert WINDOW.before() == Window(START - 30 * DAY, START)


def test_a_figure_is_known_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="either a value"):
        Measure(**vars(kept([], WINDOW)) | {"not_known": None})
    with pytest.raises(ValueError, match="rests on nothing"):
        Measure(**vars(kept(COMMITMENTS, WINDOW)) | {"n": 0})


@given(some.lists(some.integers(0, 10**6), min_size=1, max_size=40))
def test_nine_tenths_do_not_exceed_p90(seconds: list[int]) -> None:
    lengths = [timedelta(seconds=one) for one in seconds]
    found = spread(lengths)
    assert found is not None
    days = [one / DAY for one in lengths]
    assert sum(one <= found.p90 for one in days) >= 0.9 * len(days)
    assert sum(one < found.p90 for one in days) < 0.9 * len(days)
    assert found.longest == max(days)


@given(
    some.lists(some.tuples(some.integers(-40, 60), some.integers(0, 30)), max_size=30), some.integers(1, 29)
)
def test_two_windows_side_by_side_count_what_one_over_both_counts(
    made: list[tuple[int, int]], cut: int
) -> None:
    facts = [
        BriefFact(n, day(start), None, day(start), day(start + length), day(start + length))
        for n, (start, length) in enumerate(made)
    ]
    halves = Window(START, day(cut)), Window(day(cut), END)
    held = [CommitmentFact(one.brief, one.made_at, one.due, one.kept_at) for one in facts if one.due]
    assert sum(kept(held, one).n for one in halves) == kept(held, WINDOW).n
    assert sum(lead_time(facts, one).n for one in halves) == lead_time(facts, WINDOW).n
    assert lead_time(facts, WINDOW).unit is Unit.DAYS
