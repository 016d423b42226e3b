"""Two counts that were told never differ by a group under the smallest, whoever asked and however."""

from collections.abc import Iterator
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
from tandem.policy.book import CELLS, Book, Sketch, sketch
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
    return Sketch(cells, len(people))


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


def asked(engine: Engine, name: str, book: Book | None) -> audience.Preview:
    found = audience.preview(engine, SHOP, name, MARKETER, None, NOW, NOW, book)
    assert isinstance(found, audience.Preview), found
    return found


def test_leaving_one_person_out_tells_nothing_of_that_person(engine: Engine) -> None:
    assert asked(engine, "buyers", None).size != asked(engine, "without", None).size
    for order in (("buyers", "without"), ("without", "buyers")):
        book = Book()
        first, second = (asked(engine, name, book) for name in order)
        assert (first.size, first.reach[0].may, first.reach[0].reasons) == (
            second.size,
            second.reach[0].may,
            second.reach[0].reasons,
        )


def test_what_differs_by_a_whole_group_is_told(engine: Engine) -> None:
    book = Book()
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


def test_parts_near_what_was_told_in_another_whole_are_held_back() -> None:
    book = Book()
    may, rest, more = range(20), range(100, 120), range(200, 220)
    one = book.size(of(*may, *rest), K)
    told = book.parts(one, "mail", [("", "", of(*may)), ("no", "no", of(*rest))], K)
    assert [part for _, _, part in told] == [Count(20), Count(20)]
    other = book.size(of(*may[1:], *rest, *more), K)
    assert other.size == Count(59)
    told = book.parts(other, "mail", [("", "", of(*may[1:])), ("no", "no", of(*rest, *more))], K)
    assert [part for _, _, part in told] == [AtLeast(0), AtLeast(0)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.frozensets(st.integers(1, 24)), max_size=12), st.integers(2, 6))
def test_two_numbers_that_differ_are_of_sets_a_group_apart(sets: list[frozenset[int]], k: int) -> None:
    """And what is told of a set is the number of a set that differs from it by less than a group."""
    book = Book()
    told: list[tuple[frozenset[int], int]] = []
    own: list[frozenset[int]] = []
    for people in sets:
        page = book.size(of(*people), k)
        if len(people) < k:
            assert page.size == TooSmall(k)
            continue
        assert isinstance(page.size, Count)
        told.append((people, page.size.people))
        own += [people] if page.fresh else []
    assert all(len(one ^ other) >= k for one, other in combinations(own, 2))
    for people, size in told:
        assert any(len(people ^ near) < k and len(near) == size for near in own), (people, size)


def test_three_numbers_do_not_tell_a_small_group_either() -> None:
    """Everybody less the loyal less the not loyal are three people of whom it is not known; so with a union."""
    book = Book()
    everybody, loyal, other = (of(*many) for many in (range(1, 1004), range(1, 501), range(501, 1001)))
    assert book.size(everybody, K).size == Count(1003)
    assert book.size(loyal, K).size == Count(500)
    assert book.size(other, K).size == AtLeast(K)
    assert book.size(other, K).size == AtLeast(K), "as often as it is asked for"
    one, two, both = (of(*many) for many in (range(1, 101), range(98, 201), range(1, 201)))
    book = Book()
    assert [book.size(it, K).size for it in (one, two, both)] == [Count(100), Count(103), AtLeast(K)]


def test_a_set_and_its_rest_are_told_where_nobody_is_in_neither() -> None:
    book = Book()
    sizes = [book.size(of(*many), K).size for many in (range(1, 1001), range(1, 501), range(501, 1001))]
    assert sizes == [Count(1000), Count(500), Count(500)]
    assert book.size(of(*range(400, 600)), K).size == Count(200)
