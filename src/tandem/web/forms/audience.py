"""The audience builder's form: a tree of conditions as flat fields, `w.0.trait`, and back.

`w` is the whole; the parts of a group are numbered beneath it. The name of a field says where it belongs, so a
form without scripts can be sent, changed by one button, and shown again with nothing lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tandem.charter.definitions.comparisons import Operator
from tandem.charter.edit import typed
from tandem.charter.plain import Plain
from tandem.kernel import numbers

ROOT = "w"
GROUPS = ("all", "any", "not")
LEAVES = ("trait", "did", "audience", "sql")
MEASURES = ("count", "sum", "first", "last")
OPERATORS = tuple(str(one) for one in Operator)
LISTS = ("in", "not_in", "between")
MOST_PARTS = 200


@dataclass(frozen=True)
class Row:
    """A comparison: a field or trait, an operator, a value as text; lists with commas between."""

    subject: str = ""
    operator: str = "is"
    value: str = ""


@dataclass(frozen=True)
class Part:
    """One condition. `kind` is a group (all, any, not) with `parts`, or a leaf with what that leaf needs.

    `row` compares the trait, or the measure of the events; `where` compares properties of an event.
    """

    kind: str
    parts: tuple["Part", ...] = ()
    row: Row = Row()
    measure: str = "count"
    of: str = ""
    within: str = ""
    where: tuple[Row, ...] = ()
    name: str = ""
    sql: str = ""

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        if self.kind in GROUPS:
            return {"kind": self.kind, "parts": [part.to_dict() for part in self.parts]}
        if self.kind == "sql":
            return {"kind": self.kind, "sql": self.sql}
        said = {"kind": self.kind, "name": self.name, **vars(self.row)}
        if self.kind == "did":
            said |= {"measure": self.measure, "of": self.of, "within": self.within}
            said["where"] = [vars(one) for one in self.where]
        return said


@dataclass(frozen=True)
class AudienceForm:
    """What stands in the form."""

    name: str = ""
    title: str = ""
    description: str = ""
    who: Part = field(default_factory=lambda: Part("all"))

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "who": self.who.to_dict(),
        }


# ── from the file ────────────────────────────────────────────────────────────────────────────────


def of(name: str, said: Mapping[str, Plain]) -> AudienceForm:
    """The form of an audience, from what its file says."""
    who = said.get("who")
    assert isinstance(who, Mapping)
    part = _part(who)
    whole = part if part.kind in ("all", "any") else Part("all", (part,))
    return AudienceForm(name, str(said.get("title") or ""), str(said.get("description") or ""), whole)


def _part(said: Mapping[str, Plain]) -> Part:
    for kind in ("all", "any"):
        inner = said.get(kind)
        if isinstance(inner, Sequence) and not isinstance(inner, str):
            return Part(kind, tuple(_part(one) for one in inner if isinstance(one, Mapping)))
    held = said.get("not")
    if isinstance(held, Mapping):
        return Part("not", (_part(held),))
    if "trait" in said:
        return Part("trait", name=str(said["trait"]), row=_row(said))
    if "audience" in said:
        return Part("audience", name=str(said["audience"]))
    if "sql" in said:
        return Part("sql", sql=str(said["sql"]).strip())
    return _did(said)


def _did(said: Mapping[str, Plain]) -> Part:
    measure = next((one for one in MEASURES if one in said), "count")
    test = said.get(measure)
    row = _row(test) if isinstance(test, Mapping) else Row(operator="at_least", value="1")
    listed = said.get("where")
    rows = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    return Part(
        "did",
        name=str(said.get("did") or ""),
        row=row,
        measure=measure,
        of=str(test.get("of") or "") if isinstance(test, Mapping) else "",
        within=str(said.get("within") or ""),
        where=tuple(_row(one, str(one.get("field") or "")) for one in rows if isinstance(one, Mapping)),
    )


def _row(said: Mapping[str, Plain], subject: str = "") -> Row:
    operator = next((one for one in OPERATORS if one in said), "is")
    value = said.get(operator)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Row(subject, operator, ", ".join(_text(one) for one in value))
    return Row(subject, operator, _text(value))


def _text(value: Plain) -> str:
    """As a person types it; text that would be read as a number or a date keeps its quotes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        bare = typed(value) == value == value.strip() and value not in ("", "yes", "no")
        if bare and "," not in value and '"' not in value:
            return value
        return '"' + value.replace('"', '""') + '"'
    return "" if value is None else str(value)


# ── to the file ──────────────────────────────────────────────────────────────────────────────────


def mapping(form: AudienceForm) -> dict[str, Plain]:
    """What the audience's file would say."""
    found: dict[str, Plain] = {"audience": form.name}
    found |= {key: text for key, text in (("title", form.title), ("description", form.description)) if text}
    whole = form.who
    alone = whole.kind == "all" and len(whole.parts) == 1
    found["who"] = _said(whole.parts[0] if alone else whole)
    return found


def _said(part: Part) -> dict[str, Plain]:
    match part.kind:
        case "all" | "any":
            return {part.kind: [_said(one) for one in part.parts]}
        case "not":
            return (
                {"not": _said(part.parts[0])}
                if len(part.parts) == 1
                else {"not": {"all": [_said(p) for p in part.parts]}}
            )
        case "audience":
            return {"audience": part.name}
        case "sql":
            lines = part.sql.replace("\r\n", "\n").replace("\r", "\n")
            return {"sql": f"{lines}\n" if "\n" in lines else lines}
        case "trait":
            return {"trait": part.name, **_compared(part.row)}
        case _:
            return _did_said(part)


def _did_said(part: Part) -> dict[str, Plain]:
    found: dict[str, Plain] = {"did": part.name}
    once = part.measure == "count" and part.row.operator == "at_least" and part.row.value.strip() == "1"
    if not once:
        of: dict[str, Plain] = {"of": part.of} if part.measure == "sum" and part.of else {}
        found[part.measure] = of | _compared(part.row)
    if part.within:
        found["within"] = part.within
    if part.where:
        found["where"] = [{"field": row.subject, **_compared(row)} for row in part.where]
    return found


def _compared(row: Row) -> dict[str, Plain]:
    if row.operator in LISTS:
        return {row.operator: [_value(one) for one in _split(row.value)]}
    return {row.operator: _value(row.value)}


def _value(text: str) -> Plain:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    if text in ("yes", "no"):
        return text == "yes"
    return typed(text) if text else ""


def _split(text: str) -> Iterator[str]:
    """At commas outside of quotes."""
    here, quoted = "", False
    for letter in text:
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            yield here
            here = ""
        else:
            here += letter
    if here.strip() or not text:
        yield here


# ── from and to the fields of a page ─────────────────────────────────────────────────────────────


def read(sent: Mapping[str, str], name: str = "") -> AudienceForm:
    """The form as it was sent."""
    text = {key: value.strip() for key, value in sent.items()}
    who = _sent(text, ROOT)
    whole = who if who is not None and who.kind in ("all", "any") else Part("all", (who,) if who else ())
    return AudienceForm(
        name or text.get("name", ""), text.get("title", ""), text.get("description", ""), whole
    )


def _sent(text: Mapping[str, str], path: str, depth: int = 0) -> Part | None:
    kind = text.get(f"{path}.kind", "")
    if kind not in (*GROUPS, *LEAVES) or depth > 30:
        return None
    if kind in GROUPS:
        inner = (_sent(text, f"{path}.{number}", depth + 1) for number in range(_next(text, path)))
        return Part(kind, tuple(part for part in inner if part is not None))
    row = Row("", text.get(f"{path}.op", "is"), text.get(f"{path}.value", ""))
    where = tuple(
        Row(*(text.get(f"{path}.where.{number}.{key}", "") for key in ("field", "op", "value")))
        for number in range(_next(text, f"{path}.where"))
        if f"{path}.where.{number}.field" in text
    )
    return Part(
        kind,
        name=text.get(f"{path}.name", ""),
        row=row,
        measure=text.get(f"{path}.measure", "count"),
        of=text.get(f"{path}.of", ""),
        within=text.get(f"{path}.within", ""),
        where=where,
        sql=text.get(f"{path}.sql", "") if kind == "sql" else "",
    )


def _next(text: Mapping[str, str], path: str) -> int:
    """One more than the highest number beneath a path."""
    beneath = (key[len(path) + 1 :].split(".")[0] for key in text if key.startswith(f"{path}."))
    counted = (number + 1 for one in beneath if (number := numbers.whole(one)) is not None)
    return min(MOST_PARTS, max(counted, default=0))


def fields(form: AudienceForm) -> dict[str, str]:
    """The form as its fields."""
    found = {"name": form.name, "title": form.title, "description": form.description}
    return found | dict(_fields(form.who, ROOT))


def _fields(part: Part, path: str) -> Iterator[tuple[str, str]]:
    yield f"{path}.kind", part.kind
    if part.kind in GROUPS:
        for number, inner in enumerate(part.parts):
            yield from _fields(inner, f"{path}.{number}")
        return
    if part.kind == "sql":
        yield f"{path}.sql", part.sql
        return
    yield f"{path}.name", part.name
    if part.kind == "audience":
        return
    yield f"{path}.op", part.row.operator
    yield f"{path}.value", part.row.value
    if part.kind == "did":
        yield f"{path}.measure", part.measure
        yield f"{path}.of", part.of
        yield f"{path}.within", part.within
        for number, row in enumerate(part.where):
            yield f"{path}.where.{number}.field", row.subject
            yield f"{path}.where.{number}.op", row.operator
            yield f"{path}.where.{number}.value", row.value


# ── what the buttons do ──────────────────────────────────────────────────────────────────────────


def done(form: AudienceForm, order: str, new: Part) -> AudienceForm:
    """The form after a button: `add:w`, `group:w.1`, `remove:w.0`, `negate:w.0`, `where:w.0`, `unwhere:w.0.1`.

    An order that fits nothing changes nothing. `new` is the condition that `add` puts in.
    """
    what, _, path = order.partition(":")
    steps = [numbers.whole(step) for step in path.split(".")[1:]]
    known = [step for step in steps if step is not None]
    if not path.startswith(ROOT) or len(known) < len(steps):
        return form
    return replace(form, who=_changed(form.who, known, what, new))


def _changed(part: Part, steps: list[int], what: str, new: Part) -> Part:
    if what in ("remove", "negate") and len(steps) == 1:
        return _with_inner(part, steps[0], what)
    if what == "unwhere" and len(steps) == 1:
        return replace(part, where=tuple(row for number, row in enumerate(part.where) if number != steps[0]))
    if steps:
        first, rest = steps[0], steps[1:]
        inner = tuple(
            _changed(one, rest, what, new) if n == first else one for n, one in enumerate(part.parts)
        )
        return replace(part, parts=inner)
    match what:
        case "add" if part.kind in GROUPS:
            return replace(part, parts=(*part.parts, new))
        case "group" if part.kind in GROUPS:
            other = "any" if part.kind == "all" else "all"
            return replace(part, parts=(*part.parts, Part(other, (new,))))
        case "where" if part.kind == "did":
            return replace(part, where=(*part.where, Row()))
        case _:
            return part


def _with_inner(part: Part, number: int, what: str) -> Part:
    if what == "remove":
        return replace(part, parts=tuple(one for n, one in enumerate(part.parts) if n != number))
    turned = tuple(_turned(one) if n == number else one for n, one in enumerate(part.parts))
    return replace(part, parts=turned)


def _turned(part: Part) -> Part:
    """Its opposite; the opposite of an opposite is the thing itself."""
    return part.parts[0] if part.kind == "not" and len(part.parts) == 1 else Part("not", (part,))
