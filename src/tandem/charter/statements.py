"""The grammar of hand-written SQL: its text with the place of every line, for audiences and traits."""

from collections.abc import Mapping

from tandem.charter.binding import Binder, Broken, Slot
from tandem.charter.definitions.audiences import SqlCondition
from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.sources import FieldType
from tandem.charter.definitions.traits import Trait, TraitOperator
from tandem.charter.nodes import Scalar, Table
from tandem.charter.problems import CONTRADICTION, MISSING_KEY
from tandem.kernel import Place

TYPES = ", ".join(FieldType)


def sql_condition(binder: Binder, table: Table) -> SqlCondition | Broken:
    """`{sql: SELECT person_id FROM …}`."""
    binder.only_keys(table, ["sql"])
    text = sql_of(binder, table)
    if isinstance(text, Broken):
        return text
    return SqlCondition(sql=text, place=table.place, places=sql_places(table))


def trait_of_sql(
    binder: Binder, table: Table, name: str | Broken, places: Mapping[str, Place]
) -> Trait | Broken:
    """`{trait: NAME, type: TYPE, sql: SELECT person_id, … AS value FROM …}`."""
    _no_window(binder, table)
    text, type_ = sql_of(binder, table), _type_of(binder, table)
    if isinstance(name, Broken) or isinstance(text, Broken) or isinstance(type_, Broken):
        return Broken.BROKEN
    return Trait(
        trait=name,
        operator=TraitOperator.SQL,
        of="",
        sql=text,
        type=type_,
        place=table.place,
        places=dict(places) | sql_places(table),
        title=_words(binder, table, "title"),
        description=_words(binder, table, "description"),
    )


def sql_of(binder: Binder, table: Table) -> str | Broken:
    """The text under `sql`, without line breaks behind it."""
    node = table.get("sql")
    assert node is not None
    text = binder.value(_slot("sql", str), node)
    return text if isinstance(text, Broken) else str(text).rstrip()


def sql_places(table: Table) -> dict[str, Place]:
    """Where the text of `sql` stands, and where its first line begins if it is a block."""
    node = table.get("sql")
    assert node is not None
    body = node.body if isinstance(node, Scalar) else None
    return {"sql": node.place} | ({"body": body} if body is not None else {})


def _type_of(binder: Binder, table: Table) -> FieldType | Broken:
    """What a trait of SQL is; it cannot be told from a field, so it is declared."""
    node = table.get("type")
    if node is None:
        expected = f"type: one of {TYPES}"
        return binder.add(
            MISSING_KEY("a trait of `sql` needs a `type`", place=table.place, expected=expected)
        )
    found = binder.value(_slot("type", FieldType), node)
    assert isinstance(found, FieldType | Broken)
    return found


def _no_window(binder: Binder, table: Table) -> None:
    """A statement says itself which rows it looks at."""
    for word in ("within", "where"):
        node = table.get(word)
        if node is not None:
            sentence = f"`{word}` does not go with `sql`"
            fix = "say it in the WHERE of the statement"
            binder.add(CONTRADICTION(sentence, place=node.place, found=word, fix=fix))


def place_in(definition: Definition, line: int, column: int) -> Place:
    """The place in the file of a line and column of the SQL; its beginning where lines are not kept."""
    body = definition.places.get("body")
    if body is None or body.line is None or body.column is None:
        return definition.at("sql")
    return Place(body.file, body.line + line - 1, body.column + column - 1)


def _words(binder: Binder, table: Table, word: str) -> str:
    node = table.get(word)
    text = "" if node is None else binder.value(_slot(word, str), node)
    return "" if isinstance(text, Broken) else str(text)


def _slot(word: str, hint: object) -> Slot:
    return Slot(word=word, attribute=word, hint=hint, required=True, key=None)
