"""Requests of people: each is answered as what it asks for, and what was done is told though something broke."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.shop import LATER, NOW, Shop
from walks.test_erase import at, erasable, erase, holding, ledger_of, privacy

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, PersonRequest, RightsState
from tandem.ledger.problems import NOT_WRITTEN_OVER
from tandem.usecases.erase_person import IN_A_STORE, RETAINED, ask_erasure, carry_out, retained
from tandem.usecases.export_person import export_for
from tandem.usecases.undo_discard import take_out, undone
from tandem.usecases.workspace import Workspace, open_workspace

ADA = "ada@people.example"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with Ada in it, for reading only."""
    return erasable(tmp_path_factory.mktemp("whole") / "shop")


@pytest.fixture
def shop(whole: Shop, tmp_path: Path) -> Shop:
    return whole.copy(tmp_path / "shop")


@pytest.fixture
def work(shop: Shop) -> Iterator[Workspace]:
    with open_workspace(shop.folder, Actor("pia", "privacy")) as opened:
        yield opened


def asked(work: Workspace, kind: str) -> PersonRequest:
    """A request of that kind about Ada, still open."""
    erasure = ask_erasure(work, [ADA], "a letter", at(NOW))
    if kind == "erasure":
        return erasure
    request = PersonRequest(**{**vars(erasure), "id": erasure.id[:-4] + "0000", "kind": kind})
    work.ledger.add_person_request(request)
    work.ledger.move_person_request(erasure.id, RightsState.CANCELLED, [RightsState.PENDING])
    return request


@pytest.mark.parametrize("kind", ["access", "portability"])
def test_who_asked_for_their_data_is_not_erased(shop: Shop, work: Workspace, kind: str) -> None:
    request = asked(work, kind)
    with pytest.raises(Problems) as refused:
        carry_out(work, request.id, at(NOW), lambda: at(NOW))
    assert [one.code for one in refused.value.problems] == ["RUN-086"]
    ended = privacy(shop, "person", "erase", "--resume", request.id)
    assert (ended.code, ended.codes) == (1, ["RUN-086"])
    assert work.ledger.person_request(request.id).state is RightsState.PENDING
    assert shop.person(ADA)


def test_an_erasure_is_not_done_by_handing_data_over(work: Workspace) -> None:
    request = asked(work, "erasure")
    with pytest.raises(Problems) as refused:
        export_for(work, request.id, at(NOW))
    assert [one.code for one in refused.value.problems] == ["RUN-086"]
    assert work.ledger.person_request(request.id).state is RightsState.PENDING


def test_access_is_done_when_it_is_handed_over_and_not_before(
    shop: Shop, work: Workspace, tmp_path: Path
) -> None:
    request = asked(work, "access")
    (tmp_path / "file").touch()
    ended = privacy(shop, "person", "export", request.id, "--out", str(tmp_path / "file/out"))
    assert ended.code != 0
    assert work.ledger.person_request(request.id).state is RightsState.PENDING
    for again in ("once", "twice"):
        ended = privacy(shop, "person", "export", request.id, "--out", str(tmp_path / again), "--now", NOW)
        assert ended.code == 0, ended.err
        assert work.ledger.person_request(request.id).done_at == at(NOW)
        assert ADA in (tmp_path / again / "person.json").read_text()


def named(shop: Shop, person: int) -> set[str]:
    """Tables of the lake with rows under an id, and the outbox."""
    found = {name for name in shop.tables() for row in shop.rows(name) if person in row.values()}
    with ledger_of(shop) as ledger:
        return found | ({"outbox"} if ledger.contacts_of([person]) else set())


def test_what_stands_under_an_id_from_before_a_merge_goes_too(shop: Shop) -> None:
    """Dee was contacted, then it showed that a visitor whom the web shop knew for longer is she: her id ended."""
    dee, visit = "dee@people.example", {"anonymousId": "an-dee-1234567", "timestamp": "2025-11-02T10:00:00Z"}
    seen = {"messageId": "d1", "event": "Product Viewed", "properties": {"category": "boots"}, **visit}
    shop.write("data/web/dee.ndjson", json.dumps(seen) + "\n")
    assert shop.tandem("run", "--now", "2026-03-10T10:00:00Z").code == 0
    crm = "data/crm/customers.csv"
    row = f"C9,L9,{dee},,Dee,GB,1990-02-03,true,yes,2025-11-01T09:00:00Z\n"
    shop.write(crm, shop.path(crm).read_text() + row)
    assert shop.tandem("run", "--now", "2026-03-10T11:00:00Z").code == 0
    former = shop.person(dee)
    assert {"contacts", "outbox", "assignments"} <= named(shop, former)
    login = {**seen, "messageId": "d2", "traits": {"email": dee}}
    shop.write("data/web/login.ndjson", json.dumps(login) + "\n")
    assert shop.tandem("run", "--now", LATER).code == 0
    assert shop.person(dee) != former
    assert {"contacts", "outbox", "person_changes"} <= named(shop, former)
    exported = privacy(shop, "person", "export", dee, "--json").json
    assert {"contacts", "ledger_outbox"} <= {part["table"] for part in exported["parts"]}
    receipt = erase(shop, dee)["receipt"]
    assert receipt["people"] == 1
    assert receipt["ledger_contacts"] > 0
    assert named(shop, former) == set()
    assert holding(shop, (dee, "an-dee-1234567")) == []


def test_that_somebody_is_erased_is_noted_before_it_is_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of the ledger cannot be written over at the end: the request stays open, and the next time ends it."""
    with open_workspace(shop.folder, Actor("pia", "privacy"), lambda: at(NOW)) as work:
        request = ask_erasure(work, [ADA], "a letter", at(NOW))
        calls: list[int] = []

        def second_fails(_: Ledger) -> None:
            calls.append(1)
            if len(calls) == 2:
                raise Problems(NOT_WRITTEN_OVER("somebody reads"))

        monkeypatch.setattr(Ledger, "write_over", second_fails)
        with pytest.raises(Problems):
            carry_out(work, request.id, at(NOW), lambda: at(NOW))
        assert work.ledger.person_request(request.id).state is RightsState.WORKING
        assert noted(work) == ["begun"]
        assert carry_out(work, request.id, at(NOW), lambda: at(NOW)).state is RightsState.DONE
        assert noted(work) == ["begun", "begun", "done"]


def noted(work: Workspace) -> list[str]:
    """What the audit log says of erasures, oldest first."""
    entries = [one for page in work.ledger.audit_pages() for one in page]
    return [one.outcome for one in entries if (one.kind, one.what) == ("person", "erasure")]


def test_a_file_in_which_nobody_can_be_told_apart_is_told(shop: Shop) -> None:
    """Without identifiers in it rows are told apart by their places, and here a row is missing."""
    files = [f"exports/{path.name}" for path in sorted(shop.path("exports").glob("*.csv"))]
    hers = [file for file in files if ADA in shop.path(file).read_text()]
    for file in hers:
        shop.write(file, "first_name\r\n")
    preview = privacy(shop, "person", "erase", ADA, "--json").json
    assert {one["file"]: one["told_apart"] for one in preview["exports"]} == dict.fromkeys(hers, False)
    receipt = erase(shop, ADA)["receipt"]
    assert receipt["exported_files_not_told_apart"] == hers != []


def test_who_comes_back_is_not_named_in_the_log(shop: Shop) -> None:
    erase(shop, ADA)
    words = ("person", "unsuppress", ADA, "--now", LATER, "--reason")
    assert privacy(shop, *words, "bo@people.example says she is back").codes == ["RUN-097"]
    assert privacy(shop, *words, "Ada@People.example: a letter").code == 0
    with ledger_of(shop) as ledger:
        told = [one.detail for page in ledger.audit_pages() for one in page if one.what == "unsuppress"]
    assert [one["reason"] for one in told] == ["(erased): a letter"]


def test_free_texts_are_struck_and_charters_that_name_somebody_are_told(shop: Shop, work: Workspace) -> None:
    """An audience with her address in it, in force once and now only in the folder's tests; a discarded edit."""
    ann, vips = Actor("ann", "marketer"), "audiences/vips.yml"
    was = shop.path(vips).read_text()
    shop.edit(vips, "Whom the stores", f"{ADA} and whom the stores")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    take_out_of = shop.path(vips).read_text()
    shop.write(vips, was)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    shop.write(vips, take_out_of)
    take_out(shop.folder, work.ledger, vips, "ann", at(NOW))
    shop.write("audiences/vips.test.yml", f"# {ADA}\n")
    work.ledger.add_approval("f" * 64, "it", ann, f"asked by {ADA}", at(NOW), at(LATER))
    receipt = erase(shop, ADA)["receipt"]
    assert receipt["charter_files_that_name_them"] == ["audiences/vips.test.yml"]
    assert receipt["applied_charters_that_name_them"] == [2]
    assert undone(shop.folder) == []
    with sqlite3.connect(shop.path("ledger.db")) as database:
        assert database.execute("SELECT reason FROM approvals").fetchall() == [("asked by (erased)",)]


def test_who_looks_what_is_held_is_noted(shop: Shop) -> None:
    ended = privacy(shop, "person", "erase", ADA, "--json")
    assert ended.code == 0, ended.err
    with ledger_of(shop) as ledger:
        looks = [one for page in ledger.audit_pages() for one in page if one.what == "look"]
    assert [(one.role, one.person_id, one.detail) for one in looks] == [
        ("privacy", shop.person(ADA), {"people": 1})
    ]


def test_of_an_object_store_it_is_told_what_was_not_looked_for() -> None:
    assert retained(local=True) == RETAINED
    assert retained(local=False) == (*RETAINED, IN_A_STORE)
