"""The parts of the charter whose keys are words of a little language: tests, traits, conditions, `when`."""

import re
from collections.abc import Iterable
from datetime import timedelta

from tandem.charter.binding import BROKEN, Binder, Broken, Slot, Special, places_of
from tandem.charter.definitions.audiences import (
    All,
    Any,
    AudienceCondition,
    Condition,
    DidCondition,
    DidMeasure,
    Not,
    TraitCondition,
)
from tandem.charter.definitions.base import Rule
from tandem.charter.definitions.comparisons import Ago, Comparison, Operator, Test, Value
from tandem.charter.definitions.policies import RowRule
from tandem.charter.definitions.sources import When
from tandem.charter.definitions.traits import Trait, TraitOperator
from tandem.charter.nodes import Items, Node, Scalar, Table
from tandem.charter.problems import BAD_VALUE, CONTRADICTION, MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE
from tandem.charter.scalars import shown, span
from tandem.charter.statements import sql_condition, trait_of_sql
from tandem.charter.when import when
from tandem.kernel import Place, nearest, parse_instant

OPERATORS = tuple(str(operator) for operator in Operator)
TRAIT_OPERATORS = tuple(str(operator) for operator in TraitOperator)
MEASURES = tuple(str(measure) for measure in DidMeasure)
CONDITION_WORDS = ("all", "any", "not", "trait", "did", "audience", "sql")
RELATIVE = (Operator.AFTER, Operator.BEFORE, Operator.BETWEEN)
WHERE = "{field: FIELD, is: VALUE}"


def _slot(word: str, hint: object, rule: Rule | None = None) -> Slot:
    return Slot(word=word, attribute=word, hint=hint, required=True, key=None, rule=rule)


def _text(binder: Binder, table: Table, word: str, default: object, rule: Rule | None = None) -> object:
    node = table.get(word)
    value = default if node is None else binder.value(_slot(word, str, rule), node)
    return default if value is BROKEN else value


def _within(binder: Binder, table: Table) -> object:
    node = table.get("within")
    value = None if node is None else binder.value(_slot("within", timedelta), node)
    return None if value is BROKEN else value


def _places(table: Table) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for key, value in table.entries:
        found |= places_of(key.text, value)
    return found


# ── tests ────────────────────────────────────────────────────────────────────────────────────────


def test(binder: Binder, table: Table, others: Iterable[str]) -> Test | Broken:
    """The one operator among the keys of a table, and its values; `others` are the keys beside it."""
    others = tuple(others)
    binder.only_keys(table, (*others, *OPERATORS))
    found = [(key, node) for key, node in table.entries if key.text in OPERATORS]
    if not found:
        if not any(key.text not in others for key, _ in table.entries):
            sentence = "a comparison is missing"
            binder.add(MISSING_KEY(sentence, place=table.place, expected=f"one of {', '.join(OPERATORS)}"))
        return BROKEN
    if len(found) > 1:
        sentence = f"two comparisons in one: {found[0][0].text} and {found[1][0].text}"
        fix = "use `between`, or two conditions under `all`"
        return binder.add(CONTRADICTION(sentence, place=found[1][0].place, found=found[1][0].text, fix=fix))
    key, node = found[0]
    operator = Operator(key.text)
    values = _values(binder, operator, node)
    if isinstance(values, Broken):
        return BROKEN
    places = {"operator": key.place, "value": node.place}
    return Test(operator=operator, values=values, place=table.place, places=places)


def _values(binder: Binder, operator: Operator, node: Node) -> tuple[Value, ...] | Broken:
    match operator:
        case Operator.IN | Operator.NOT_IN | Operator.BETWEEN:
            return _several(binder, operator, node)
        case Operator.KNOWN:
            known = binder.value(_slot("known", bool), node)
            return BROKEN if isinstance(known, Broken) else (bool(known),)
        case _:
            one = _one(binder, operator, node)
            return BROKEN if isinstance(one, Broken) else (one,)


def _several(binder: Binder, operator: Operator, node: Node) -> tuple[Value, ...] | Broken:
    count = "two values: [from, to]" if operator is Operator.BETWEEN else "a list of values: [a, b]"
    fits = isinstance(node, Items) and (
        len(node.items) == 2 if operator is Operator.BETWEEN else len(node.items) > 0
    )
    if not isinstance(node, Items) or not fits:
        sentence = f"`{operator}` needs {count}"
        return binder.add(WRONG_TYPE(sentence, place=node.place, found=shown(node), expected=count))
    values = [_one(binder, operator, item) for item in node.items]
    return (
        tuple(value for value in values if not isinstance(value, Broken)) if BROKEN not in values else BROKEN
    )


def _one(binder: Binder, operator: Operator, node: Node) -> Value | Broken:
    if isinstance(node, Scalar) and not node.readable:
        return BROKEN
    if not isinstance(node, Scalar) or node.value is None:
        sentence = f"`{operator}` needs one value"
        return binder.add(WRONG_TYPE(sentence, place=node.place, found=shown(node), expected="one value"))
    if isinstance(node.value, str) and operator in RELATIVE:
        return _moment(binder, operator, node, node.value)
    return node.value


def _moment(binder: Binder, operator: Operator, node: Scalar, text: str) -> Value | Broken:
    """Text behind after, before and between: an instant, `90 days ago`, or (between) any text."""
    ago = re.fullmatch(r"\s*(.+?)\s+ago\s*", text)
    try:
        if ago:
            return Ago(span(ago[1]), text.strip())
        return parse_instant(text)
    except (ValueError, OverflowError):
        if operator is Operator.BETWEEN and not ago:
            return text
    expected = "a date such as 2026-01-31, a time such as 2026-01-31T09:00:00Z, or 90 days ago"
    return binder.add(
        BAD_VALUE(f"`{operator}` needs a moment", place=node.place, found=shown(node), expected=expected)
    )


def comparison(binder: Binder, node: Node) -> Comparison | Broken:
    """`{field: category, is: tents}`."""
    if not isinstance(node, Table):
        return binder.no_table(node, ["field", *OPERATORS])
    field_name = _required(binder, node, "field")
    found = test(binder, node, ["field"])
    if isinstance(field_name, Broken) or isinstance(found, Broken):
        return BROKEN
    return Comparison(
        field=field_name,
        operator=found.operator,
        values=found.values,
        place=node.place,
        places=_places(node) | dict(found.places),
    )


def row_rule(binder: Binder, node: Node) -> RowRule | Broken:
    """`{trait: country, is: GB}` or `{field: crm.country, is: GB}`."""
    if not isinstance(node, Table):
        return binder.no_table(node, ["trait or field", *OPERATORS])
    words = [word for word in ("trait", "field") if node.get(word) is not None] or ["trait"]
    if len(words) > 1:
        sentence = "a row rule compares a trait or a field, not both"
        fix = "make two rules of it"
        return binder.add(CONTRADICTION(sentence, place=node.place, found="trait and field", fix=fix))
    subject = _required(binder, node, words[0], Rule.NAME if words[0] == "trait" else Rule.PATH)
    found = test(binder, node, words)
    if isinstance(subject, Broken) or isinstance(found, Broken):
        return BROKEN
    return RowRule(
        operator=found.operator,
        values=found.values,
        place=node.place,
        places=_places(node) | dict(found.places),
        **{words[0]: subject},
    )


def _required(binder: Binder, table: Table, word: str, rule: Rule | None = Rule.NAME) -> str | Broken:
    node = table.get(word)
    if node is None and any(nearest(key.text, [word]) for key, _ in table.entries):
        return BROKEN  # misspelt: already collected as an unknown key
    if node is None:
        return binder.add(MISSING_KEY(f"key `{word}` is missing", place=table.place, expected=f"{word}: …"))
    value = binder.value(_slot(word, str, rule), node)
    return BROKEN if isinstance(value, Broken) else str(value)


def _where(binder: Binder, table: Table) -> tuple[Comparison, ...]:
    node = table.get("where")
    if node is None:
        return ()
    if not isinstance(node, Items):
        sentence = "`where` is a list of comparisons"
        binder.add(WRONG_TYPE(sentence, place=node.place, found=shown(node), expected=f"- {WHERE}"))
        return ()
    found = [comparison(binder, item) for item in node.items]
    return tuple(one for one in found if isinstance(one, Comparison))


# ── traits ───────────────────────────────────────────────────────────────────────────────────────

TRAIT_KEYS = ("trait", "title", "description", "within", "where", "type")


def trait(binder: Binder, node: Node) -> Trait | Broken:
    """`{trait: NAME, OPERATOR: EVENT.field or EVENT, within: SPAN, where: [...]}`."""
    if not isinstance(node, Table):
        return binder.no_table(node, [*TRAIT_KEYS, *TRAIT_OPERATORS])
    binder.only_keys(node, (*TRAIT_KEYS, *TRAIT_OPERATORS))
    name = _required(binder, node, "trait")
    if node.get("sql") is not None and sum(key.text in TRAIT_OPERATORS for key, _ in node.entries) == 1:
        return trait_of_sql(binder, node, name, _places(node))
    target = _trait_target(binder, node)
    parts = {word: _text(binder, node, word, "") for word in ("title", "description")}
    parts |= {"within": _within(binder, node), "where": _where(binder, node)}
    if isinstance(name, Broken) or isinstance(target, Broken):
        return BROKEN
    operator, of, field_name = target
    extra = node.get("type")
    if extra is not None:
        sentence = f"`type` goes with `sql`; of `{operator}` it follows from the field"
        return binder.add(CONTRADICTION(sentence, place=extra.place, found="type"))
    return Trait(
        trait=name,
        operator=operator,
        of=of,
        field=field_name,
        place=node.place,
        places=_places(node) | {"of": _places(node)[operator.value]},
        **parts,  # type: ignore[arg-type]
    )


def _trait_target(binder: Binder, table: Table) -> tuple[TraitOperator, str, str | None] | Broken:
    found = [(key, node) for key, node in table.entries if key.text in TRAIT_OPERATORS]
    if len(found) != 1:
        return _not_one_operator(binder, table, [key for key, _ in found])
    key, node = found[0]
    operator = TraitOperator(key.text)
    text = binder.value(_slot(key.text, str), node)
    if isinstance(text, Broken):
        return BROKEN
    of, dot, field_name = str(text).partition(".")
    shape = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*" if operator.needs_field else r"[a-z][a-z0-9_]*"
    if not re.fullmatch(shape, str(text)):
        expected = "EVENT.field or SOURCE.field" if operator.needs_field else "EVENT, without a field"
        sentence = f"`{operator}` needs {expected}"
        return binder.add(BAD_VALUE(sentence, place=node.place, found=shown(node), expected=expected))
    return operator, of, field_name if dot else None


def _not_one_operator(binder: Binder, table: Table, keys: list[Scalar]) -> Broken:
    expected = f"one of {', '.join(TRAIT_OPERATORS)}"
    if keys:
        sentence = f"a trait has one operator, not both {keys[0].text} and {keys[1].text}"
        return binder.add(CONTRADICTION(sentence, place=keys[1].place, found=keys[1].text, expected=expected))
    unknown = [key.text for key, _ in table.entries if key.text not in TRAIT_KEYS]
    if not any(nearest(key, TRAIT_OPERATORS) for key in unknown):
        binder.add(MISSING_KEY("a trait needs an operator", place=table.place, expected=expected))
    return BROKEN


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


def condition(binder: Binder, node: Node) -> Condition | Broken:
    """One condition of an audience: its kind is the one of its keys that names it."""
    if not isinstance(node, Table):
        return binder.no_table(node, CONDITION_WORDS)
    words = [key for key, _ in node.entries if key.text in CONDITION_WORDS]
    if len(words) > 1:
        sentence = f"one condition cannot be both `{words[0].text}` and `{words[1].text}`"
        fix = "make two conditions of it, under `all` or `any`"
        return binder.add(CONTRADICTION(sentence, place=words[1].place, found=words[1].text, fix=fix))
    if not words:
        return _no_condition(binder, node)
    match words[0].text:
        case "all" | "any":
            return _group(binder, node, words[0].text)
        case "not":
            return _negation(binder, node)
        case "trait":
            return _trait_condition(binder, node)
        case "did":
            return _did(binder, node)
        case "sql":
            return sql_condition(binder, node)
        case _:
            return _other_audience(binder, node)


def _no_condition(binder: Binder, node: Table) -> Broken:
    for key, _ in node.entries:
        sentence = f"unknown condition `{key.text[:60]}`"
        found = key.text[:60]
        return binder.add(UNKNOWN_KEY(sentence, place=key.place, found=found, alternatives=CONDITION_WORDS))
    expected = f"one of {', '.join(CONDITION_WORDS)}"
    return binder.add(MISSING_KEY("an empty condition", place=node.place, expected=expected))


def _group(binder: Binder, table: Table, word: str) -> All | Any | Broken:
    binder.only_keys(table, [word])
    node = table.get(word)
    if not isinstance(node, Items) or not node.items:
        place = node.place if node else table.place
        found = "an empty list" if isinstance(node, Items) else shown(node) if node else "nothing"
        sentence = f"`{word}` needs a list of conditions"
        return binder.add(WRONG_TYPE(sentence, place=place, found=found, expected="a list, at least one"))
    inner = [condition(binder, item) for item in node.items]
    parts = tuple(one for one in inner if not isinstance(one, Broken))
    if not parts:
        return BROKEN
    kind = All if word == "all" else Any
    return kind(conditions=parts, place=table.place, places=_places(table))


def _negation(binder: Binder, table: Table) -> Not | Broken:
    binder.only_keys(table, ["not"])
    inner = condition(binder, table.get("not") or table)
    if isinstance(inner, Broken):
        return BROKEN
    return Not(condition=inner, place=table.place, places=_places(table))


def _trait_condition(binder: Binder, table: Table) -> TraitCondition | Broken:
    name = _required(binder, table, "trait")
    found = test(binder, table, ["trait"])
    if isinstance(name, Broken) or isinstance(found, Broken):
        return BROKEN
    return TraitCondition(
        trait=name,
        operator=found.operator,
        values=found.values,
        place=table.place,
        places=_places(table) | dict(found.places),
    )


def _other_audience(binder: Binder, table: Table) -> AudienceCondition | Broken:
    binder.only_keys(table, ["audience"])
    name = _required(binder, table, "audience")
    if isinstance(name, Broken):
        return BROKEN
    return AudienceCondition(audience=name, place=table.place, places=_places(table))


def _did(binder: Binder, table: Table) -> DidCondition | Broken:
    binder.only_keys(table, ("did", *MEASURES, "within", "where"))
    event = _required(binder, table, "did")
    measured = _measure(binder, table)
    within, where = _within(binder, table), _where(binder, table)
    if isinstance(event, Broken) or isinstance(measured, Broken):
        return BROKEN
    return DidCondition(
        event=event,
        within=within,  # type: ignore[arg-type]
        where=where,
        place=table.place,
        **measured,  # type: ignore[arg-type]
    )


def _measure(binder: Binder, table: Table) -> dict[str, object] | Broken:
    """The measure, its test and the places, as attributes of a DidCondition."""
    found = [(key, node) for key, node in table.entries if key.text in MEASURES]
    if not found:
        return {"places": _places(table)}
    if len(found) > 1:
        sentence = f"one `did` cannot compare both {found[0][0].text} and {found[1][0].text}"
        fix = "make two conditions of it, under `all`"
        return binder.add(CONTRADICTION(sentence, place=found[1][0].place, found=found[1][0].text, fix=fix))
    measure, node = DidMeasure(found[0][0].text), found[0][1]
    others = ["of"] if measure is DidMeasure.SUM else []
    if not isinstance(node, Table):
        return binder.no_table(node, [*others, *OPERATORS])
    of = _required(binder, node, "of") if others else None
    compared = test(binder, node, others)
    if isinstance(of, Broken) or isinstance(compared, Broken):
        return BROKEN
    places = _places(table) | {word: place for word, place in _places(node).items() if word == "of"}
    return {"measure": measure, "of": of, "test": compared, "places": places}


SPECIAL: dict[object, Special] = {Trait: trait, Condition: condition, When: when, RowRule: row_rule}
