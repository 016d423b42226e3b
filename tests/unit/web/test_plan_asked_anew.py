"""A plan is worked out anew once a grant that it was told under has ended."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tandem.charter import files, fingerprint
from tandem.kernel.values import Actor
from tandem.ledger import open_ledger
from tandem.usecases.see_plan import see_plan
from tandem.web.asking import Ask
from tandem.web.views import plan

SHOP = Path(__file__).parents[2] / "projects" / "shop"
POLICY = "policies/standard.yml"
TEN = datetime(2026, 6, 1, 10)


def test_no_count_of_a_plan_outlives_the_grant_it_was_told_under(tmp_path: Path) -> None:
    root = Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("data")))
    policy = root / POLICY
    ends = "destinations: [preview, email, file, measure], until: 2026-06-01T10:05:00Z}"
    text = policy.read_text()
    assert "destinations: [preview, email, file, measure]}" in text
    policy.write_text(text.replace("destinations: [preview, email, file, measure]}", ends, 1))
    ledger = open_ledger(root / "ledger.db")
    ledger.apply_charter(files(root), fingerprint(files(root)), "ada", TEN)
    policy.write_text(policy.read_text().replace("smallest_group: 2", "smallest_group: 3"))
    waiting, asked = see_plan(root, ledger), []

    def look(question: tuple[object, ...], _: Callable[[], Any]) -> None:
        asked.append(question)

    for minutes in (0, 4, 6):
        at = TEN + timedelta(minutes=minutes)
        ask = SimpleNamespace(
            root=root, ledger=ledger, actor=Actor("mara", "marketer"), now=at, book=None,
            later=SimpleNamespace(look=look),
        )  # fmt: skip
        plan._worked_out(cast(Ask, ask), waiting)
    ledger.close()
    before, same, after = asked
    assert before == same
    assert before != after
