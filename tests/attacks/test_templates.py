"""Messages that try to get out of the template, or to take all memory with ten characters."""

import pytest
from unit.audience.world import charter

from tandem.charter.definitions import Message
from tandem.deliver.writing import Letter, Unwritten, writer
from tandem.kernel import Problems

CAMPAIGN = """campaign: letter
audience: all
purpose: marketing_email
channel: email
holdout: 10%
window: 14 days
goal: {event: purchase, value: amount}
message:
  subject: Hello
  text: TEXT
"""
AUDIENCE = "audience: all\nwho: {did: purchase}\n"

REFUSED = {
    "class": "{{ first_name.__class__ }}",
    "class of a text": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr filter": "{{ first_name | attr('__class__') }}",
    "attr by item": "{{ first_name['__class__'] }}",
    "globals of a function": "{{ cycler.__init__.__globals__.os }}",
    "a method": "{{ first_name.upper() }}",
    "format string": "{{ '{0.__class__}'.format(first_name) }}",
    "format filter": "{{ '%s' | format(first_name) }}",
    "percent": "{{ '%0999999999d' % 1 }}",
    "map to an attribute": "{{ [first_name] | map(attribute='__class__') | list }}",
    "self": "{{ self.__init__ }}",
    "range": "{{ range(999999999) }}",
    "loops in loops": "{% for a in first_name %}{% for b in first_name %}x{% endfor %}{% endfor %}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "product": "{{ first_name * 999999999 }}",
    "doubling": "{% set a = first_name %}{% set a = a ~ a %}{{ a }}",
    "centre": "{{ first_name | center(999999999) }}",
    "indent": "{{ first_name | indent(999999999) }}",
    "replace over and over": "{{ 'a' | replace('a', 'aaaaaaaaaa') | replace('a', 'aaaaaaaaaa') }}",
    "a huge number": "{{ orders | round(999999999, 'ceil') }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import '/etc/passwd' as x %}",
    "extends": "{% extends '/etc/passwd' %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "no escape": "{{ first_name | safe }}",
    "escape switched off": "{% autoescape false %}{{ first_name }}{% endautoescape %}",
    "lorem": "{{ lipsum(n=99999) }}",
    "configuration": "{{ config }}",
    "request": "{{ request.application }}",
    "nested too deep": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_before_anything_is_put_in_force(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    with pytest.raises(Problems) as caught:
        charter(campaigns__letter=CAMPAIGN.replace("TEXT", quoted), audiences__all=AUDIENCE)
    assert {one.code for one in caught.value.problems} <= {"CMP-106", "CMP-107", "CHR-103"}


USUAL = (
    "Hello {{ first_name or 'you' }}",
    "{% if vip %}x{% endif %}",
    "{{ lifetime_value | round(2) }} {{ first_name | default('you') | upper }} {{ orders + 1 }}",
)


@pytest.mark.parametrize("text", USUAL)
def test_what_messages_need_is_allowed(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert charter(campaigns__letter=CAMPAIGN.replace("TEXT", quoted), audiences__all=AUDIENCE).campaigns


VALUES = (
    "{{ 7 * 7 }}",
    "{% for a in range(9) %}",
    "${7*7}",
    "<script>alert(1)</script>",
    "%0999999999d",
    "\r\nBcc: x@y",
)


@pytest.mark.parametrize("value", VALUES)
def test_what_people_are_called_is_never_a_template(value: str) -> None:
    """A name of a customer is data: it is printed as it is, escaped in HTML."""
    message = Message(subject="{{ first_name }}", text="{{ first_name }}", html="<p>{{ first_name }}</p>")
    letter = writer(message, ["first_name"]).write({"first_name": value})
    assert isinstance(letter, Letter)
    assert letter.text == value
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject
    assert "<script" not in (letter.html or "")
    assert "49" not in letter.text


def test_even_past_the_check_the_sandbox_holds() -> None:
    for text in ("{{ ''.__class__.__mro__ }}", "{{ range(10000000000) | list }}"):
        assert isinstance(writer(Message(subject="x", text=text), []).write({}), Unwritten)
