"""Messages: what templates may do, what data may not do, and what is never printed."""

from datetime import datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.charter.definitions import Message
from tandem.deliver.mail import compose, message_id, recipient_of, sender_of
from tandem.deliver.writing import Letter, Unwritten, check_message, writer
from tandem.kernel import Problems

NOW = datetime(2026, 6, 1, 9)
SENDER = sender_of("Härbour & Pine <hello@harbourpine.example>")
TRAITS = ["first_name", "lifetime_value"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def written(text: str, html: str | None = None, **traits: object) -> Letter | Unwritten:
    return writer(Message(subject="x", text=text, html=html), TRAITS).write(traits)


def test_an_unknown_trait_is_named_with_the_nearest() -> None:
    problem = check_message(Message(subject="{{ frist_name }}", text="x"), TRAITS)[0]
    assert (problem.code, problem.nearest) == ("DLV-011", "first_name")


def test_broken_templates_are_all_told_at_once() -> None:
    with pytest.raises(Problems) as raised:
        writer(Message(subject="{{ first_name", text="{% if %}", html="{{ nobody }}"), TRAITS)
    assert [problem.code for problem in raised.value.problems] == ["DLV-010", "DLV-010", "DLV-011"]


def test_what_is_not_known_is_false_and_never_printed() -> None:
    assert written("Dear {{ first_name or 'friend' }}") == Letter("x", "Dear friend")
    assert written("Dear {{ first_name | default('friend') }}") == Letter("x", "Dear friend")
    assert written("{% if first_name %}Dear {{ first_name }}{% endif %}Hi") == Letter("x", "Hi")
    gap = written("Dear {{ first_name }}")
    assert isinstance(gap, Unwritten)
    assert (gap.reason, "`first_name`" in gap.sentence) == ("message_gap", True)
    assert isinstance(written("Dear {{ first_name | upper }}"), Unwritten)


def test_money_has_two_places() -> None:
    assert written("{{ lifetime_value }}", lifetime_value=Decimal("1234.5000")) == Letter("x", "1234.50")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ first_name.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ first_name.format.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ range(10000000000) | list }}",
    ],
)
def test_a_template_reaches_nothing_but_its_traits(attack: str) -> None:
    found = written(attack, first_name="Ada")
    assert isinstance(found, Unwritten) or found.text == ""


def test_data_is_escaped_in_html_and_left_alone_in_text() -> None:
    letter = written("{{ first_name }}", "<p>{{ first_name }}</p>", first_name="<b>&")
    assert letter == Letter("x", "<b>&", "<p>&lt;b&gt;&amp;</p>")


@given(subject=TEXT, text=TEXT, html=st.none() | TEXT)
def test_data_cannot_add_a_header_and_arrives_as_it_was(subject: str, text: str, html: str | None) -> None:
    envelope = compose(7, SENDER, "ada@cast.example", Letter(subject, text, html), NOW)
    assert envelope == compose(7, SENDER, "ada@cast.example", Letter(subject, text, html), NOW)
    assert envelope.body.isascii()
    assert all(len(line) <= 998 for line in envelope.body.split(b"\r\n"))
    read = message_from_bytes(envelope.body, policy=default)
    names = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]
    assert {*read.keys()} <= {*names, "Content-Type", "Content-Transfer-Encoding"}
    assert read["Message-ID"] == message_id(7, SENDER) == "<7@harbourpine.example>"
    assert "Härbour & Pine" in str(read["From"])
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ada@cast.example", "ada@cast.example"),
        ("ada+x.y@cast.example", "ada+x.y@cast.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada", None),
        ("@cast.example", None),
        ("ada@", None),
        ("ada@cast.example\r\nRCPT TO:<bo@cast.example>", None),
        ("ada@cast.example> SIZE=1", None),
        ("ada bo@cast.example", None),
        ("ada..bo@cast.example", None),
        ("jürgen@cast.example", None),
        ("a" * 260 + "@cast.example", None),
    ],
)
def test_recipients(value: str, expected: str | None) -> None:
    assert recipient_of(value) == expected


@pytest.mark.parametrize("sender", ["", "no address", "<@x>", "Shop <hello@>"])
def test_bad_senders_are_told(sender: str) -> None:
    with pytest.raises(Problems, match="DLV-005"):
        sender_of(sender)
