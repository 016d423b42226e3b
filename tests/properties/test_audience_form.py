"""The audience builder loses nothing: what a file says, shown as a form and sent back, says the same."""

from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_edit import groups, leaves

from tandem.charter.definitions import Audience, Condition
from tandem.charter.edit import reading
from tandem.charter.plain import plain
from tandem.charter.writing import written
from tandem.web.forms import audience as form

CONDITIONS: st.SearchStrategy[Condition] = st.recursive(leaves(), groups, max_leaves=8)


def audience(who: Condition) -> Audience:
    return Audience(audience="some", title="Some people", who=who)


@given(CONDITIONS)
@settings(max_examples=150)
def test_a_form_sent_back_says_what_the_file_said(who: Condition) -> None:
    file = "audiences/some.yml"
    said = plain(audience(who))
    before = reading(file, written(said)).definition
    shown = form.of("some", said)
    sent = form.read(form.fields(shown))
    assert sent == shown
    after = reading(file, written(form.mapping(sent))).definition
    assert isinstance(before, Audience)
    assert isinstance(after, Audience)
    assert unwrapped(after.who) == unwrapped(before.who)


def unwrapped(condition: Condition) -> object:
    """A group of one is that one: the builder shows a group around every audience."""
    said = plain(condition)
    return flat(said)


def flat(said: object) -> object:
    if isinstance(said, dict):
        for key in ("all", "any"):
            inner = said.get(key)
            if isinstance(inner, list) and len(inner) == 1:
                return flat(inner[0])
        return {key: flat(value) for key, value in said.items()}
    return [flat(one) for one in said] if isinstance(said, list) else said


@given(CONDITIONS, st.data())
@settings(max_examples=100)
def test_no_button_breaks_the_form(who: Condition, data: st.DataObject) -> None:
    shown = form.of("some", plain(audience(who)))
    paths = [name.removesuffix(".kind") for name in form.fields(shown) if name.endswith(".kind")]
    order = data.draw(st.sampled_from(["add", "group", "remove", "negate", "where", "unwhere", "look", "x"]))
    path = data.draw(st.sampled_from([*paths, "w.99", "", "v", "w.-1", "w.x"]))
    new = form.Part("trait", name="t")
    after = form.done(shown, f"{order}:{path}", new)
    assert form.read(form.fields(after)) == after


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=20))
def test_whatever_is_sent_is_a_form(sent: dict[str, str]) -> None:
    form.mapping(form.read({**sent, "w.kind": "all", "w.0.kind": "did", "w.0.where.5.field": "x"}))


def test_turning_twice_is_nothing() -> None:
    part = form.Part("trait", name="t")
    one = form.AudienceForm(who=form.Part("all", (part,)))
    assert form.done(form.done(one, "negate:w.0", part), "negate:w.0", part) == one
