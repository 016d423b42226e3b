"""Two counts that were told never differ by a group under the smallest, whoever asked and however."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from unit.audience.world import MARKETER, NOW, catalogue, charter, fill

from tandem import audience, policy
from tandem.engine import Engine, open_engine
from tandem.engine import functions as f
from tandem.ledger import Ledger, open_ledger
from tandem.policy.book import CELLS, LASTS, TOLD_AGAIN, Book, Sketch, halved, sketch, strike
from tandem.policy.counts import AtLeast, Count, TooSmall

K = 5
FEW = "policy: standard\nsmallest_group: 5\nroles:\n  - role: marketer\n    may:\n" + (
    "      - {purposes: [marketing_email, analytics], labels: [public, internal, personal], destinations: [preview]}\n"
)
RARE = "{did: purchase, where: [{field: category, is: rare}]}"
SHOP = charter(
    policies__standard=FEW,
    audiences__buyers="audience: buyers\nwho: {did: purchase}\n",
    audiences__without=f"audience: without\nwho: {{all: [{{did: purchase}}, {{not: {RARE}}}]}}\n",
    audiences__large="audience: large\nwho: {did: purchase, sum: {of: amount, more_than: 10}}\n",
)
TABLES = catalogue(SHOP)


def of(*people: int) -> Sketch:
    cells = np.zeros(CELLS, dtype=np.int64)
    for one in people:
        cells[one % CELLS] ^= one
    return Sketch(halved(cells), len(people))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    lake: Path = tmp_path_factory.mktemp("lake")
    with open_engine("duckdb", str(lake), threads=1) as opened:
        opened.ensure(list(TABLES))
        people = range(1, 41)
        fill(
            opened,
            "person_map",
            [{"identifier_key": n, "person_id": n * 10, "since_version": 1} for n in people],
        )
        rows = [
            {
                "event_id": n,
                "event_at": NOW.replace(day=1, month=2),
                "subject_key": n,
                "amount": n,
                "category": "rare" if n == 7 else "tents",
            }
            for n in people
        ]
        fill(opened, "event_purchase", rows)
        said = [(n, "granted" if n % 2 else "denied") for n in people]
        fill(
            opened,
            "consents",
            [
                {
                    "consent_id": n,
                    "subject_key": n,
                    "purpose": "marketing_email",
                    "state": state,
                    "at": NOW.replace(month=1),
                    "proof_event_id": n,
                    "batch_id": 1,
                }
                for n, state in said
            ],
        )
        policy.refresh_consents(opened, NOW)
        yield opened


class Shelf:
    """A ledger, and books over it that begin with what stands there; `empty` gives one that was never written in."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.now = ledger, NOW

    def book(self, pages: int = 2_000) -> Book:
        return Book(self.ledger, lambda: self.now, pages)

    def empty(self) -> Book:
        with self.ledger._write() as db:
            db.exec_driver_sql("DELETE FROM told_counts")
        return self.book()

    def rows(self) -> int:
        with self.ledger._read() as db:
            return int(db.exec_driver_sql("SELECT count(*) FROM told_counts").scalar_one())


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return str(tmp_path_factory.mktemp("book") / "ledger.db")
    return str(request.getfixturevalue("postgresql").database())


@pytest.fixture(scope="module")
def opened(address: str) -> Iterator[Ledger]:
    ledger = open_ledger(address)
    yield ledger
    ledger.close()


@pytest.fixture
def shelf(opened: Ledger) -> Shelf:
    found = Shelf(opened)
    found.empty()
    return found


def asked(engine: Engine, name: str, book: Book | None) -> audience.Preview:
    found = audience.preview(engine, SHOP, name, MARKETER, None, NOW, NOW, book)
    assert isinstance(found, audience.Preview), found
    return found


def test_leaving_one_person_out_tells_nothing_of_that_person(engine: Engine, shelf: Shelf) -> None:
    assert asked(engine, "buyers", None).size != asked(engine, "without", None).size
    for order in (("buyers", "without"), ("without", "buyers")):
        book = shelf.empty()
        first, second = (asked(engine, name, book) for name in order)
        assert (first.size, first.reach[0].may, first.reach[0].reasons) == (
            second.size,
            second.reach[0].may,
            second.reach[0].reasons,
        )


def test_what_differs_by_a_whole_group_is_told(engine: Engine, shelf: Shelf) -> None:
    book = shelf.book()
    assert asked(engine, "buyers", book).size == Count(40)
    assert asked(engine, "large", book).size == Count(30)
    assert asked(engine, "large", book).reach[0].may == Count(15)


def test_the_sketch_of_a_query_is_that_of_its_people(engine: Engine) -> None:
    rows = (
        exp.select("person_id").from_(engine.ref("person_map")).where(exp.column("person_id") < f.value(100))
    )
    found = sketch(engine, rows)
    assert (found.cells == of(*range(10, 100, 10)).cells).all()
    assert found.people == 9


def test_parts_near_what_was_told_in_another_whole_are_held_back(shelf: Shelf) -> None:
    book = shelf.book()
    may, rest, more = range(20), range(100, 120), range(200, 220)
    one = book.size(of(*may, *rest), K)
    told = book.parts(one, "mail", [("", "", of(*may)), ("no", "no", of(*rest))], K)
    assert [part for _, _, part in told] == [Count(20), Count(20)]
    other = book.size(of(*may[1:], *rest, *more), K)
    assert other.size == Count(59)
    told = book.parts(other, "mail", [("", "", of(*may[1:])), ("no", "no", of(*rest, *more))], K)
    assert [part for _, _, part in told] == [AtLeast(0), AtLeast(0)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.frozensets(st.integers(1, 24)), max_size=12), st.integers(2, 6))
def test_two_numbers_that_differ_are_of_sets_a_group_apart(
    shelf: Shelf, sets: list[frozenset[int]], k: int
) -> None:
    """And what is told of a set is the number of a set that differs from it by less than a group."""
    book = shelf.empty()
    told: list[tuple[frozenset[int], int]] = []
    own: list[frozenset[int]] = []
    for people in sets:
        page = book.size(of(*people), k)
        if len(people) < k:
            assert page.size == TooSmall(k)
            continue
        assert isinstance(page.size, Count)
        told.append((people, page.size.people))
        own += [people] if page.fresh and people not in own else []
    assert all(len(one ^ other) >= k for one, other in combinations(own, 2))
    for people, size in told:
        assert any(len(people ^ near) < k and len(near) == size for near in own), (people, size)


def test_three_numbers_do_not_tell_a_small_group_either(shelf: Shelf) -> None:
    """Everybody less the loyal less the not loyal are three people of whom it is not known; so with a union."""
    book = shelf.book()
    everybody, loyal, other = (of(*many) for many in (range(1, 1004), range(1, 501), range(501, 1001)))
    assert book.size(everybody, K).size == Count(1003)
    assert book.size(loyal, K).size == Count(500)
    assert book.size(other, K).size == AtLeast(K)
    assert book.size(other, K).size == AtLeast(K), "as often as it is asked for"
    one, two, both = (of(*many) for many in (range(1, 101), range(98, 201), range(1, 201)))
    book = shelf.empty()
    assert [book.size(it, K).size for it in (one, two, both)] == [Count(100), Count(103), AtLeast(K)]


def test_a_set_and_its_rest_are_told_where_nobody_is_in_neither(shelf: Shelf) -> None:
    book = shelf.book()
    sizes = [book.size(of(*many), K).size for many in (range(1, 1001), range(1, 501), range(501, 1001))]
    assert sizes == [Count(1000), Count(500), Count(500)]
    assert book.size(of(*range(400, 600)), K).size == Count(200)


def test_a_restart_and_another_process_know_what_was_told(address: str, shelf: Shelf) -> None:
    assert shelf.book().size(of(*range(1, 101)), K).size == Count(100)
    other = open_ledger(address)
    try:
        book = Book(other, lambda: NOW)
        page = book.size(of(*range(2, 101)), K)
        assert (page.size, page.fresh) == (Count(100), False)
        assert book.size(of(*range(1, 51)), K).size == Count(50)
    finally:
        other.close()
    assert shelf.book().size(of(*range(1, 52)), K).size == Count(50)


RACER = """
import sys
from datetime import datetime
import numpy as np
from tandem.ledger import open_ledger
from tandem.policy.book import Book, Sketch, halved
book = Book(open_ledger(sys.argv[1]), lambda: datetime(2026, 3, 1))
cells = np.zeros(2048, dtype=np.int64)
sys.stdin.readline()
for turn in range(10):
    people = range(1 + turn * 100 + int(sys.argv[2]), 61 + turn * 100)
    cells[:] = 0
    cells[list(people)] = list(people)
    print(book.size(Sketch(halved(cells), len(people)), 5).size, flush=True)
"""


def test_who_decides_at_the_same_moment_tells_one_number(address: str, shelf: Shelf) -> None:
    """Two processes count sets that differ by one person each, over and over: all are told the same number."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, address, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    told = []
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        told.append(racer.communicate(timeout=120)[0].split())
        assert racer.returncode == 0
    assert [len(one) for one in told] == [10, 10]
    assert told[0] == told[1]
    assert shelf.rows() == 10


def test_the_very_same_set_is_divided_anew_by_another_name(shelf: Shelf) -> None:
    """A list told how many; later a preview divides them: nothing was said of any part yet."""
    whole, may = of(*range(60)), of(*range(40))
    shelf.book().size(whole, K)
    page = shelf.book().size(whole, K)
    parts = [("", "", may), ("no", "no", whole.without([may]))]
    assert [one for _, _, one in shelf.book().parts(page, "mail", parts, K)] == [Count(40), Count(20)]
    near = shelf.book().size(of(*range(59)), K)
    told = shelf.book().parts(near, "mail", [("", "", of(*range(39))), ("no", "no", of(*range(40, 60)))], K)
    assert [one for _, _, one in told] == [Count(40), Count(20)], "what was told of the near set"
    told = shelf.book().parts(near, "phone", parts, K)
    assert [one for _, _, one in told] == [AtLeast(0), AtLeast(0)], "a near set is divided by no new name"


def test_a_division_is_told_anew_when_all_that_changed_changed_by_a_group(shelf: Shelf) -> None:
    whole, book = of(*range(60)), shelf.book()
    page = book.size(whole, K)

    def told(may: int) -> list[int]:
        first = of(*range(may))
        parts = [("", "", first), ("no", "no", whole.without([first]))]
        found = book.parts(book.size(whole, K), "mail", parts, K)
        return [one.people for _, _, one in found if isinstance(one, Count)]

    assert page.fresh
    assert told(40) == [40, 20]
    assert told(39) == [40, 20], "one person said no"
    assert told(30) == [30, 30]
    assert told(41) == [30, 30], "near a number of before"
    assert told(40) == [40, 20]


def test_what_nobody_asks_for_goes_and_what_is_asked_for_stays(shelf: Shelf) -> None:
    asked_for, left = of(*range(1, 101)), of(*range(200, 260))
    for one in (asked_for, left):
        shelf.book().size(one, K)
    start = shelf.now
    for days in range(0, LASTS.days, TOLD_AGAIN.days + 1):
        shelf.now = start + timedelta(days=days)
        assert shelf.book().size(asked_for, K).size == Count(100)
    shelf.now = start + LASTS + timedelta(days=1)
    shelf.book().size(of(*range(300, 400)), K)
    assert shelf.rows() == 2
    assert not shelf.book().size(of(*range(2, 101)), K).fresh


def test_no_more_than_so_many_are_kept(shelf: Shelf) -> None:
    book = shelf.book(pages=3)
    for start in range(0, 2000, 200):
        page = book.size(of(*range(start, start + 60 + start // 20)), K)
        assert page.number is not None
    assert shelf.rows() == 3


def test_nobody_who_was_erased_stands_alone_in_a_cell(shelf: Shelf) -> None:
    """7 is alone in its cell, 9 shares one; what is told of the rest is what was told before."""
    person, shared = 7 + (5 << 40), 9 + (3 << 40)
    everybody = [*range(100, 160), person, shared, shared + CELLS]
    assert shelf.book().size(of(*everybody), K).size == Count(63)
    assert strike(shelf.ledger, [person, shared]) == 1
    assert strike(shelf.ledger, [person, shared]) == 0
    (row,) = shelf.ledger.latest_told(5)
    traces = [int(halved(np.array([one]))[0]).to_bytes(4, "little") for one in (person, shared)]
    assert row.cells is not None
    assert not any(one in row.cells for one in traces)
    again = shelf.book().size(of(*(one for one in everybody if one != person)), K)
    assert (again.size, again.fresh) == (Count(63), True)
    assert strike(shelf.ledger, []) == 0
