"""Links to the preference page: in messages and their headers, and only as they were made."""

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import company
import pytest
from company import ADA, CAST, NOW
from hypothesis import given
from hypothesis import strategies as st

from tandem.charter import load_files
from tandem.charter.definitions import WorkspaceSettings
from tandem.deliver import deliver
from tandem.deliver.mail import compose, sender_of
from tandem.deliver.tokens import Links, Token, read, sign
from tandem.deliver.writing import Letter
from tandem.kernel import Problems

KEY = b"k" * 32
LINKS = Links("https://my.shop.example/", KEY)
SENDER = sender_of("Shop <hello@shop.example>")
MADE = datetime(2026, 3, 1)


def test_every_message_carries_one_click_and_the_link_it_prints(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, CAST)
    house.write("Hello", "Your choices: {{ preferences_url }}")
    desk = house.desk()
    charter = replace(
        desk.charter,
        project=replace(desk.charter.project, workspace=WorkspaceSettings(address=LINKS.address)),
    )
    done = deliver(replace(desk, charter=charter, links=LINKS), house.campaign, house.people(NOW), NOW)
    assert (done.sent, done.notes) == (3, ())
    keys = set()
    known = {row["value"]: row["identifier_key"] for row in company.table(house.engine, "identifiers")}
    for sent in house.sink.taken():
        post = message_from_bytes(
            (house.sink.folder / f"{sent['number']:06d}.eml").read_bytes(), policy=policy.SMTP
        )
        link = post["List-Unsubscribe"].strip("<>")
        assert post["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link.startswith("https://my.shop.example/preferences/")
        assert link in post.get_content()
        token = read(link.rpartition("/")[2], KEY, NOW)
        assert token is not None
        assert token.purpose == house.campaign.purpose
        assert token.identifier_key == known[sent["recipients"][0]]
        keys.add(token.identifier_key)
    assert len(keys) == 3


def test_without_an_address_there_is_no_header_and_a_note(house) -> None:
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    done = house.beat()
    assert [note.partition(":")[0] for note in done.notes] == [
        "The messages carry no List-Unsubscribe header"
    ]


def test_the_header_is_one_line_on_the_wire() -> None:
    link = LINKS.of(2**59, "p" * 60, NOW)
    body = compose(1, SENDER, "ada@shop.example", Letter("Hello", "Hello"), NOW, unsubscribe=link).body
    assert f"List-Unsubscribe: <{link}>".encode() in body.split(b"\r\n")
    assert max(map(len, body.split(b"\r\n"))) < 998


@given(st.integers(0, 2**60 - 1), st.integers(1, 100_000), st.text(max_size=40))
def test_a_token_is_read_as_it_was_made(key: int, hours: int, purpose: str) -> None:
    token = Token(key, MADE + timedelta(hours=hours), purpose)
    text = sign(token, KEY)
    assert read(text, KEY, MADE) == token
    assert read(text, KEY, token.until) is None
    assert read(text, b"j" * 32, MADE) is None


@given(st.data())
def test_a_changed_token_is_none(data: st.DataObject) -> None:
    text = sign(Token(ADA, MADE + timedelta(days=1), "letters"), KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=0x17F).filter(lambda letter: letter != text[place]))
    assert read(text[:place] + other + text[place + 1 :], KEY, MADE) is None
    assert read(text[:place], KEY, MADE) is None
    assert read(text + other, KEY, MADE) is None


@given(st.text(max_size=60))
def test_no_other_text_is_a_token(text: str) -> None:
    assert read(text, KEY, MADE) is None


def test_a_link_without_an_address_is_a_problem_of_the_charter() -> None:
    files = dict(company.charter_at(company.SHOP).files)
    name = next(one for one in files if one.startswith("campaigns/winback"))
    files[name] = files[name].replace("text: |", "text: |\n    {{ preferences_url }}", 1)
    assert "preferences_url" in files[name]
    with pytest.raises(Problems) as stopped:
        load_files(files)
    assert [one.code for one in stopped.value.problems] == ["CHR-221"]
    files["tandem.toml"] += '\n[workspace]\naddress = "https://my.shop.example"\n'
    assert load_files(files).project.workspace is not None
