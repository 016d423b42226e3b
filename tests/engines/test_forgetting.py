"""What an erasure leaves of campaigns, and old files, alike on both engines."""

from datetime import datetime, timedelta

from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.engine.forgetting import vacuum
from tandem.usecases.erasing_rows import forget_requests

TABLE = "erased_assignments"
AT = datetime(2026, 3, 10, 9)


def counted(engine: Engine, request: str, campaign: str, arm: str | None, people: int) -> None:
    row = exp.select(
        f.value(request).as_("request"),
        f.value(campaign).as_("campaign"),
        f.value(people).as_("people"),
        f.instant(AT).as_("at"),
    )
    engine.append(TABLE, row if arm is None else row.select(f.value(arm).as_("arm")))


def held(engine: Engine) -> list[tuple[object, ...]]:
    names = ("request", "campaign", "arm", "people", "at")
    return sorted(engine.rows(exp.select(*names).from_(engine.ref(TABLE))), key=repr)


def test_counts_of_requests_that_are_done_are_added_up_and_the_others_stand(engine: Engine) -> None:
    forget_requests(engine, [])
    for request, arm, people in (
        ("one", "treated", 3),
        ("one", "control", 2),
        ("two", None, 4),
        ("open", None, 7),
    ):
        counted(engine, request, "spring", arm, people)
    counted(engine, "two", "autumn", None, 1)
    forget_requests(engine, ["open"])
    added = [(None, "autumn", None, 1, None), (None, "spring", None, 9, None)]
    assert held(engine) == sorted([*added, ("open", "spring", None, 7, AT)], key=repr)
    version = engine.version(TABLE)
    forget_requests(engine, ["open"])
    assert engine.version(TABLE) == version, "nothing to add up is no commit"
    forget_requests(engine, [])
    assert held(engine) == [(None, "autumn", None, 1, None), (None, "spring", None, 16, None)]


def test_files_that_were_replaced_go_and_the_table_is_as_it_was(engine: Engine) -> None:
    for people in (1, 2, 3):
        row = exp.select(f.value("spring").as_("campaign"), f.value(people).as_("people"))
        engine.replace(TABLE, row)
    assert vacuum(engine.lake, TABLE, timedelta(days=1)) == 0
    assert vacuum(engine.lake, TABLE, timedelta(0)) >= 2
    assert held(engine) == [(None, "spring", None, 3, None)]
    assert vacuum(engine.lake, TABLE, timedelta(0)) == 0
