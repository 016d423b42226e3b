"""A new source through the pages: what a look proposes, who sees rows, what is told, and that its rows land."""

import re

import pytest
from cli.shop import LATER, Shop
from web.forms import fields
from web.served import Browser, Served

ANSWERS = (
    "answer_id,Asked At,email,card_no,score,comment,birth_date\n"
    "A1,2026-03-09T10:00:00Z,ada@people.example,L1,9,Lovely,1985-12-10\n"
    "A2,2026-03-09T11:00:00Z,bo@people.example,,4,\"Slow, dear\",1990-01-02\n"
    "A3,2026-03-09T12:00:00Z,new@people.example,L9,10,,\n"
)  # fmt: skip
FIRST = {"name": "answers", "title": "Survey answers", "path": "data/surveys/*.csv", "format": "csv"}
NEW = "/data/new"


def _with_answers(shop: Served, text: str = ANSWERS) -> Browser:
    folder = shop.folder / "data/surveys"
    folder.mkdir(parents=True)
    (folder / "answers.csv").write_text(text)
    return shop.signed_in("engineer")


def _looked(browser: Browser, **changed: str) -> dict[str, str]:
    page = browser.send(NEW, {**FIRST, **changed, "do": "look"}, page=NEW)
    assert page.status_code == 200, page.text
    return fields(page.text)


def test_a_look_proposes_types_labels_identifiers_time_and_key(own_shop: Served) -> None:
    sent = _looked(_with_answers(own_shop))
    rows = {sent[f"f.{n}.path"]: n for n in range(7)}
    kinds = {path: sent[f"f.{n}.type"] for path, n in rows.items()}
    assert kinds == {
        "answer_id": "text", "Asked At": "timestamp", "email": "text", "card_no": "text", "score": "integer",
        "comment": "text", "birth_date": "date",
    }  # fmt: skip
    labels = {path: sent[f"f.{n}.label"] for path, n in rows.items()}
    assert labels.pop("birth_date") == "sensitive"
    assert set(labels.values()) == {"personal"}
    assert (sent["id.email"], sent["id.loyalty_id"], sent["id.phone"]) == ("email", "card_no", "")
    assert (sent["shape"], sent["kind"], sent["time"], sent["key"]) == (
        "events", "answers", "Asked At", "answer_id",
    )  # fmt: skip
    assert f"f.{rows['email']}.take" not in sent
    assert sent[f"f.{rows['score']}.take"] == "1"


def test_rows_are_shown_only_to_roles_that_policy_lets_see_them(own_shop: Served) -> None:
    shown = _with_answers(own_shop).send(NEW, {**FIRST, "do": "look"}, page=NEW).text
    assert "Slow, dear" in shown
    hidden = own_shop.signed_in("admin").send(NEW, {**FIRST, "do": "look"}, page=NEW).text
    assert "Slow, dear" not in hidden
    assert "ada@people.example" not in hidden
    assert "Rows are not shown to your role" in hidden


def test_a_source_is_added_without_scripts_and_its_rows_land(own_shop: Served) -> None:
    browser = _with_answers(own_shop)
    sent = _looked(browser)
    score = next(name for name, value in sent.items() if value == "score" and name.endswith(".name"))
    sent |= {score: "stars", f"{score[:-5]}.label": "internal", "do": "save"}
    done = browser.send(NEW, sent, page=NEW)
    assert done.headers["location"] == "/plan", done.text
    assert "answers" in browser.get("/plan").text
    text = (own_shop.folder / "sources/answers.yml").read_text()
    assert "stars: {type: integer, from: score, label: internal}" in text

    shop = Shop(own_shop.folder)
    for words in (("apply", "--yes", "--now", LATER), ("run", "--now", LATER)):
        ended = shop.tandem(*words)
        assert ended.code == 0, ended.err
    assert sorted(row["stars"] for row in shop.rows("event_answers")) == [4, 9, 10]
    assert shop.rows("quarantine") == []
    assert shop.person("new@people.example")
    assert browser.json("/data/sources/answers")["source"]["rows"] == 3


def test_other_formats_are_looked_at_too(own_shop: Served) -> None:
    semicolons = ANSWERS.replace('"Slow, dear"', "Slow").replace(",", ";").replace("T10:00:00Z", "T10:00:00Z")
    sent = _looked(_with_answers(own_shop, semicolons))
    assert (sent["delimiter"], sent["count"]) == (";", "7")
    web = _looked(own_shop.signed_in("engineer"), path="data/web", format="ndjson")
    paths = [value for name, value in web.items() if re.fullmatch(r"f\.\d+\.path", name)]
    assert "properties.total" in paths
    assert web["id.email"] == "traits.email"
    till = _looked(own_shop.signed_in("engineer"), path="data/till")
    assert (till["time"], till["time_format"]) == ("sold_at", "%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "Big Name"}, "CHR-114"),
        ({"path": "../else/*.csv"}, "CHR-118"),
        ({"path": "data/surveys/none.csv"}, "COL-001"),
        ({"path": "ledger.db"}, "RUN-040"),
        ({"path": "lake", "format": "parquet"}, "RUN-040"),
        ({"format": "parquet", "path": "data/till/2025-10.csv"}, "COL-002"),
        ({"format": "ndjson", "path": "data/till/2025-10.csv"}, "COL-002"),
        ({"format": "xml"}, "CHR-113"),
        ({"encoding": "klingon"}, "CHR-115"),
    ],
)
def test_files_that_cannot_be_looked_at_are_told(served: Served, changed: dict[str, str], code: str) -> None:
    engineer = served.signed_in("engineer")
    answer = engineer.send(NEW, {**FIRST, "path": "data/till", **changed, "do": "look"}, page=NEW)
    assert answer.status_code == 422
    assert code in answer.text
    assert 'value="Survey answers"' in answer.text


def test_problems_keep_what_was_typed(own_shop: Served) -> None:
    browser = _with_answers(own_shop)
    sent = {**_looked(browser), "title": "Typed by hand", "f.5.name": "score", "do": "save"}
    twice = browser.send(NEW, sent, page=NEW)
    assert twice.status_code == 422
    assert "CHR-201" in twice.text
    assert 'value="Typed by hand"' in twice.text
    timeless = browser.send(NEW, {**sent, "f.5.name": "comment", "time": ""}, page=NEW)
    assert "CHR-117" in timeless.text
    assert fields(timeless.text)["title"] == "Typed by hand"
    taken = browser.send(NEW, {**sent, "f.5.name": "comment", "name": "till"}, page=NEW)
    assert "CHR-302" in taken.text
    assert not (own_shop.folder / "sources/answers.yml").exists()
    back = browser.send(NEW, {**sent, "do": "back"}, page=NEW).text
    assert "Look at the file" in back
    assert fields(back)["path"] == FIRST["path"]
