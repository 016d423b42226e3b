"""From what somebody types to keys and beginnings: each kind by its own rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.charter.definitions.identity import IdentityRules, KindRule, Normalise
from tandem.identity import beginnings, end_of, keys_of, values_of
from tandem.kernel import digest60

RULES = IdentityRules(
    kinds=(
        KindRule(kind="crm_id"),
        KindRule(kind="email", normalise=Normalise.EMAIL),
        KindRule(kind="phone", normalise=Normalise.PHONE, region="GB"),
        KindRule(kind="mobile", normalise=Normalise.PHONE),
    )
)


def test_a_whole_value_is_looked_for_as_every_kind_writes_it() -> None:
    assert values_of(RULES, " Ada@People.Example ") == {
        "crm_id": "Ada@People.Example",
        "email": "ada@people.example",
        "phone": "Ada@People.Example",
        "mobile": "Ada@People.Example",
    }
    assert values_of(RULES, "07700 900101")["phone"] == "+447700900101"
    assert keys_of(RULES, "07700 900101")["phone"] == digest60("phone", "+447700900101")
    assert len(values_of(RULES, "x" * 900)["crm_id"]) == 512


@pytest.mark.parametrize(
    ("typed", "kind", "begins"),
    [
        pytest.param("Ada@", "email", "ada@", id="e-mail in small letters"),
        pytest.param("Ada@", "crm_id", "Ada@", id="plain as it is"),
        pytest.param("07700 9001", "phone", "+4477009001", id="national number of the region"),
        pytest.param("(0)7700", "phone", "+447700", id="brackets"),
        pytest.param("0044 7700", "phone", "+447700", id="two zeros for the plus"),
        pytest.param("+44 7700", "phone", "+447700", id="international"),
        pytest.param("07700", "mobile", None, id="no country, no beginning"),
        pytest.param("+353 85", "mobile", "+35385", id="a plus needs no region"),
        pytest.param("ada", "phone", None, id="letters are no number"),
    ],
)
def test_how_values_of_a_kind_would_begin(typed: str, kind: str, begins: str | None) -> None:
    assert beginnings(RULES, typed).get(kind) == begins


def test_two_characters_lead_to_everybody_and_so_to_nobody() -> None:
    assert beginnings(RULES, " ab ") == {}


@given(
    st.text(min_size=1, max_size=8).filter(lambda text: text.rstrip("\U0010ffff") != ""), st.text(max_size=4)
)
def test_what_begins_so_lies_before_the_end(start: str, rest: str) -> None:
    assert start <= start + rest < end_of(start)


@given(st.text(min_size=1, max_size=6).filter(lambda t: t.rstrip("\U0010ffff") != ""), st.text(max_size=6))
def test_what_does_not_begin_so_lies_outside(start: str, other: str) -> None:
    assert other.startswith(start) == (start <= other < end_of(start))
