"""What the demo company's two sides asked, promised and changed: some of everything that pages have to show."""

from datetime import datetime, timedelta
from pathlib import Path

from tandem.charter import load_files
from tandem.demo import demo_charter
from tandem.ledger import Cost, open_ledger
from tandem.usecases.briefs_wait import brief_waits
from tandem.usecases.rank_priorities import see_ranks
from tandem.usecases.see_briefs import Stage, loose_promises, see_briefs
from tandem.usecases.seed_agenda import seed_agenda

END = datetime(2026, 6, 15, 1)


def test_the_demo_shows_every_stage_that_is_open_and_reminds_of_it(tmp_path: Path) -> None:
    ledger, charter = (
        open_ledger(tmp_path / "ledger.db", Cost(rounds=1, memory=8, lanes=1)),
        load_files(demo_charter()),
    )
    seed_agenda(tmp_path, ledger, charter, END, END)
    found = see_briefs(ledger, charter, END)
    assert [one.stage for one in reversed(found)] == [
        *(Stage.ACCEPTED,) * 5,
        *(Stage.LATE, Stage.DELIVERED),
        *(Stage.CHANGED, Stage.ASKED, Stage.ASKED),
    ]
    assert [one.changed_after for one in reversed(found)] == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    assert not found[0].whole
    accepted = [one.commitment.in_time for one in found if one.stage is Stage.ACCEPTED and one.commitment]
    assert sorted(map(bool, accepted)) == [False, True, True, True, True]
    steps = ledger.commitment_steps()
    assert all(END - timedelta(days=90) < step.at < END for step in steps)
    assert len(loose_promises(ledger)) == 1

    ranks = see_ranks(ledger, charter, "mara")
    assert ranks.people["marketing", "own"] == ranks.people["it", "own"] == 3
    gaps = {one.priority.priority: one.standing.gap for one in ranks.priorities}
    assert gaps["consent_first"] == (6 + 5 + 6) / 3 - (3 + 2 + 1) / 3
    waits = brief_waits(ledger, charter, END)
    assert [(str(one.who), one.about, one.hurts) for one in waits] == [
        ("it", "6", True),
        ("it", "8", True),
        ("it", "9", True),
        ("marketing", "10", False),
        ("marketing", "7", False),
        ("marketing", "", True),
    ]
    assert (
        waits[0].sentence == "Brief 6, Tent buyers by store, is late: promised for 5 June 2026, 9 days ago."
    )
    ledger.close()
