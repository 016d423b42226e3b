"""What a person keeps over growth, merges, splits and crashes; how a person is found and explained."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lineup import NOW, RULES, fact, held, key, land, partition, people, run, versions
from sqlglot import exp

from tandem.charter.definitions.identity import Blocked, IdentityRules
from tandem.engine import Engine, open_engine
from tandem.identity import Resolution, explain_person, find_person
from tandem.kernel import Problems, digest60

STORIES = {
    "growth": [
        ["email:g"],
        ["crm:g", "email:g", "device:g"],
    ],
    "merge": [
        ["email:m1"],
        ["crm:m", "email:m2", "crm:m", "device:m"],
        ["crm:m", "email:m1"],
    ],
    "apart again": [
        ["crm:a"],
        ["email:a"],
        ["crm:a", "email:a", "crm:a", "email:a2"],
        ["crm:a3", "email:a"],
    ],
    "split": [
        ["crm:s", "email:s1", "email:s1", "device:s", "crm:s", "email:s2"],
        [],
        ["crm:s3", "email:s2"],
    ],
    "no longer shared": [
        ["device:t", "email:t1", "device:t", "email:t2"],
        ["crm:t", "email:t1", "crm:t", "email:t2"],
    ],
    "early evidence": [
        ["crm:e", "phone:e"],
        [],
        ["phone:e"],
    ],
    "still shared": [
        ["crm:ada", "email:ada", "email:ada", "device:both", "device:both", "email:bo"],
    ],
}
"""Per story and load, identifiers: two in a row are a fact of evidence, one alone is an identifier alone."""
LATE = "phone:e"


class Told:
    """The stories, resolved load by load: who was who after each, and what each run said."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.after: list[dict[str, int]] = [{}]
        self.runs: list[Resolution] = []
        self.held: list[dict[int, str]] = [{}]
        names = sorted({name for story in STORIES.values() for load in story for name in load})
        for number in range(4):
            loads = [story[number] for story in STORIES.values() if number < len(story)]
            pairs = [pair for load in loads for pair in zip(load[::2], load[1::2], strict=False)]
            new = {name for load in loads for name in load} - set(self.after[-1])
            land(engine, number + 1, new if number > 1 else new - {LATE}, pairs)
            self.runs.append(run(engine, since=number))
            self.after.append(people(engine, names))
            self.held.append(held(engine))

    def ids(self, load: int, *names: str) -> list[int]:
        return [self.after[load][name] for name in names]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with open_engine("duckdb", str(tmp_path_factory.mktemp("stories") / "lake"), threads=1) as engine:
        yield Told(engine)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=1) as opened:
        yield opened


def test_a_person_keeps_the_id_while_it_grows(told: Told) -> None:
    (before,) = told.ids(1, "email:g")
    assert set(told.ids(4, "email:g", "crm:g")) == {before}
    assert told.after[2]["device:g"] != before, "nothing says yet whose device it is"


def test_a_merge_keeps_the_older_person(told: Told) -> None:
    older, younger = told.ids(2, "email:m1", "crm:m")
    assert older != younger
    assert set(told.ids(3, "email:m1", "email:m2", "crm:m")) == {older}
    assert explain_person(told.engine, younger).became == (older,)


def test_who_is_apart_again_gets_the_old_id_back(told: Told) -> None:
    first, second = told.ids(2, "crm:a", "email:a")
    assert told.ids(3, "crm:a", "email:a", "email:a2") == [first] * 3
    assert told.ids(4, "crm:a", "email:a", "email:a2") == [first, second, first]


def test_a_split_leaves_the_id_with_the_larger_part_and_gives_none_twice(told: Told) -> None:
    (before,) = set(told.ids(1, "crm:s", "email:s1", "email:s2", "device:s"))
    assert told.ids(4, "crm:s", "email:s1", "device:s") == [before] * 3
    assert len(set(told.ids(4, "crm:s", "crm:s3", "email:s2"))) == 3


def test_a_device_is_no_longer_shared_when_its_two_people_are_one(told: Told) -> None:
    assert len(set(told.ids(1, "device:t", "email:t1", "email:t2"))) == 3
    assert told.held[1][fact(("device:t", "email:t1"))] == "shared_identifier"
    assert len(set(told.ids(2, "device:t", "email:t1", "email:t2", "crm:t"))) == 1
    assert fact(("device:t", "email:t1")) not in told.held[2]


def test_evidence_that_came_before_its_identifier_counts_when_that_comes(told: Told) -> None:
    assert "phone:e" not in told.after[2]
    assert told.ids(3, "phone:e") == told.ids(1, "crm:e")


def test_versions_rise_by_one_and_figures_add_up(told: Told) -> None:
    assert [one.version for one in told.runs] == [1, 2, 3, 4]
    assert [one.upto_batch for one in told.runs] == [1, 2, 3, 4]
    assert told.runs[0].new == told.runs[0].people == len(set(told.after[1].values()))
    for before, one in pairwise(told.runs):
        assert one.people == before.people + one.new - one.merged
    grown = {name for name, person in told.after[3].items() if told.after[2].get(name, person) != person}
    assert told.runs[2].moved == len(grown)


def test_the_log_leads_to_the_map(told: Told) -> None:
    log = exp.select("version", "identifier_key", "from_person_id", "to_person_id").from_(
        told.engine.ref("person_changes")
    )
    now: dict[int, int] = {}
    for _, identifier, before, after in sorted(told.engine.rows(log), key=lambda row: row[:2]):
        assert now.get(identifier) == before
        now[identifier] = after
    assert now == {key(name): person for name, person in told.after[4].items()}


def test_the_same_again_writes_nothing(told: Told) -> None:
    before = versions(told.engine)
    for since in (0, 3):
        again = run(told.engine, since=since)
        assert (again.version, again.new, again.merged, again.moved) == (4, 0, 0, 0)
    assert versions(told.engine) == before


def test_a_person_is_explained_by_proofs_and_by_what_was_not_used(told: Told) -> None:
    (ada,) = find_person(told.engine, RULES, " ada ")
    why = explain_person(told.engine, ada)
    assert {(one.kind, one.value) for one in why.identifiers} == {("crm", "ada"), ("email", "ada")}
    assert [one.evidence_id for one in why.evidence] == [fact(("crm:ada", "email:ada"))]
    tablet = fact(("email:ada", "device:both"))
    assert [(one.evidence_id, one.held) for one in why.held] == [(tablet, "shared_identifier")]
    assert {(one.version, one.from_person_id, one.to_person_id) for one in why.changes} == {(1, None, ada)}
    assert why.sentences()[0] == f"Person {ada} has 2 identifiers, joined by 1 fact of evidence."
    text = "\n".join(why.sentences())
    assert "crm ada, first seen 2026-06-01T09:00:00Z by web." in text
    assert "stood on one row of web, first at 2026-06-01T09:00:00Z." in text
    assert "Not used: " in text
    assert "the device is shared" in text
    assert f"Version 1, 2026-06-01T09:00:00Z: crm ada came in as person {ada}." in text
    assert why.to_dict()["changes"][0]["changed_at"] == "2026-06-01T09:00:00Z"  # type: ignore[index]


def test_a_merged_person_is_explained_by_whom_it_became(told: Told) -> None:
    older, ended = told.ids(2, "email:m1", "crm:m")
    why = explain_person(told.engine, ended)
    assert why.identifiers == ()
    assert (
        why.sentences()[0] == f"Person {ended} is no longer in the map; its identifiers lead to {older} now."
    )
    assert any(f"went from person {ended} to person {older}" in line for line in why.sentences())


def test_long_lists_say_how_much_more_there_is(told: Told) -> None:
    why = explain_person(told.engine, told.ids(4, "crm:s")[0], limit=1)
    assert (len(why.identifiers), why.identifiers_total) == (1, 3)
    assert "And 2 more of this kind: identifier." in why.sentences()


def test_who_was_never_there(told: Told) -> None:
    assert find_person(told.engine, RULES, "cy") == []
    with pytest.raises(Problems) as refused:
        explain_person(told.engine, digest60("nobody"))
    assert refused.value.problems[0].code == "IDN-002"


def test_nothing_at_all(engine: Engine) -> None:
    done = run(engine)
    assert (done.version, done.people, done.upto_batch, done.held) == (0, 0, 0, 0)
    assert versions(engine) == (-1, -1, -1)


def test_a_longer_block_list_takes_a_value_out_and_a_shorter_one_brings_it_back(engine: Engine) -> None:
    names = ["crm:ada", "email:ada", "device:ada", "crm:bo"]
    land(engine, 1, names, [("crm:ada", "email:ada"), ("email:ada", "device:ada")])
    run(engine)
    before = people(engine, names)
    stricter = IdentityRules(kinds=RULES.kinds, blocked=Blocked(values={"email": ("ada",)}))
    done = run(engine, rules=stricter)
    assert partition(engine, names) == {frozenset({name}) for name in names if name != "email:ada"}
    assert (done.version, done.moved) == (2, 2)
    gone = (
        exp.select("to_person_id")
        .from_(engine.ref("person_changes"))
        .where(exp.column("version").eq(2).and_(exp.column("identifier_key").eq(key("email:ada"))))
    )
    assert engine.rows(gone) == [(None,)]
    run(engine)
    now = people(engine, names)
    assert len({now[name] for name in names[:3]}) == 1
    assert now["crm:bo"] == before["crm:bo"]


@pytest.mark.long
@pytest.mark.parametrize("step", ["person_changes", "person_map", "evidence_held"])
def test_a_run_that_died_is_finished_by_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    names = ["crm:ada", "email:ada", "email:work", "email:bo", "device:home", "device:ada"]
    pairs = [("device:home", "email:ada"), ("device:home", "email:work"), ("crm:ada", "email:ada")]
    land(engine, 1, names, pairs)
    run(engine)
    land(engine, 2, [], [("crm:ada", "email:work"), ("device:ada", "email:ada"), ("device:ada", "email:bo")])
    for name in ("append", "upsert", "delete"):
        monkeypatch.setattr(engine, name, dying(getattr(engine, name), step))
    with pytest.raises(OSError, match="power"):
        run(engine, since=1)
    monkeypatch.undo()
    run(engine, since=1)
    assert frozenset({"crm:ada", "email:ada", "email:work", "device:home"}) in partition(engine, names)
    assert set(held(engine)) == {fact(("device:ada", "email:ada")), fact(("device:ada", "email:bo"))}
    changes = exp.select("version", "identifier_key").from_(engine.ref("person_changes"))
    logged = engine.rows(changes)
    assert {version for version, _ in logged} == {1, 2}
    assert len(set(logged)) == len(logged)
    before = versions(engine)
    run(engine)
    assert versions(engine) == before


def dying(write: Callable[..., Any], step: str) -> Callable[..., Any]:
    """The write, but the power fails as it reaches a table."""

    def attempt(table: str, *rest: Any, **more: Any) -> Any:
        if table == step:
            raise OSError("power")
        return write(table, *rest, **more)

    return attempt


def test_time_is_passed_in(told: Told) -> None:
    query = exp.select("changed_at").distinct().from_(told.engine.ref("person_changes"))
    assert told.engine.rows(query) == [(NOW,)]
