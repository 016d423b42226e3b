"""A new source in two steps, and a contract repaired as text: links and forms alone, checked before it is written."""

from dataclasses import dataclass

from tandem.charter.definitions import FieldType, Format, Mode
from tandem.kernel import Problem, Problems, numbers
from tandem.kernel.values import Label
from tandem.usecases.auditing import by, note
from tandem.usecases.edit_charter import save
from tandem.usecases.edit_text import opened_text, save_text
from tandem.usecases.editors import note_editor
from tandem.usecases.infer_source import EXAMPLES, MARKS, Proposal, infer_source, kinds_of, rows_hidden
from tandem.web.asking import Ask
from tandem.web.forms import source as form
from tandem.web.forms.source import SourceForm
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table

FORMATS = (
    (str(Format.CSV), "CSV"),
    (str(Format.PARQUET), "Parquet"),
    (str(Format.NDJSON), "JSON lines"),
)
ENCODINGS = tuple((one, one) for one in ("utf-8", "latin-1", "cp1252", "utf-16"))
MODES = (
    (str(Mode.QUARANTINE), "waits in quarantine"),
    (str(Mode.DROP_VALUE), "loses the broken value"),
    (str(Mode.EVOLVE), "is taken as a new version"),
    (str(Mode.FREEZE), "stops the file"),
)
CUT = 60


@dataclass(frozen=True, kw_only=True)
class SourceFormPage(PageContext):
    """Adding a source: where its files are, then what their fields mean."""

    step: int = doc("1: where the files are; 2: what is in them.")
    form: SourceForm = doc("What stands in the fields.")
    looked: str = doc("What was looked at, in a sentence; empty in step 1.")
    examples: Table | None = doc("The first rows; absent if they may not be shown.")
    hidden: tuple[Problem, ...] = doc("Why the first rows are not shown.")
    kinds: tuple[str, ...] = doc("Kinds of identifiers, strongest first.")
    paths: tuple[tuple[str, str], ...] = doc("Columns to choose from, and none.")
    times: tuple[tuple[str, str], ...] = doc("Columns that hold a time, and none.")
    formats: tuple[tuple[str, str], ...] = doc("File formats.", default=FORMATS)
    delimiters: tuple[tuple[str, str], ...] = doc(
        "What may separate columns.", default=(("", "find out"), *MARKS.items())
    )
    encodings: tuple[tuple[str, str], ...] = doc("How text may be written.", default=ENCODINGS)
    modes: tuple[tuple[str, str], ...] = doc("What may happen to what breaks the contract.", default=MODES)
    types: tuple[str, ...] = doc("Types of fields.", default=tuple(str(one) for one in FieldType))
    labels: tuple[str, ...] = doc("Labels of fields.", default=tuple(str(one) for one in Label))


@dataclass(frozen=True, kw_only=True)
class SourceTextPage(PageContext):
    """A contract's file, to be repaired by hand."""

    source: str = doc("Name of the source.")
    file: str = doc("Its file in the charter.")
    text: str = doc("What stands in the field.")
    fingerprint: str = doc("The file that the field was opened with; saving over another one is refused.")


def new(ask: Ask) -> PageContext:
    """Where the files are."""
    return _first(form.empty())


def create(ask: Ask) -> PageContext | Go:
    """Look at the files, go back, or save."""
    sent = form.read(ask.form)
    match ask.text("do"):
        case "save":
            return _saved(ask, sent)
        case "back":
            return _first(sent)
        case _:
            return _looked(ask, sent)


def edit_text(ask: Ask) -> PageContext:
    """A contract as text."""
    name = ask.path["source"]
    now = opened_text(ask.root, "sources", name)
    return _text_page(name, now.file, now.text, now.fingerprint, ())


def change_text(ask: Ask) -> PageContext | Go:
    """Write it, if the charter is sound with it."""
    name, text = ask.path["source"], str(ask.form.get("text") or "")
    try:
        saved = save_text(ask.root, "sources", name, text, ask.text("fingerprint"))
        note_editor(ask.root, saved.file, ask.actor.name)
        ask.note("change", "edit: saved", file=saved.file)
    except Problems as stopped:
        now = opened_text(ask.root, "sources", name)
        return _text_page(name, now.file, text, ask.text("fingerprint"), stopped.problems)
    if not saved.changed:
        return Go(f"/data/sources/{name}", notice="Nothing was changed.")
    return Go("/plan", notice=f"Saved in {saved.file}. It does nothing until it is applied.")


def _text_page(
    name: str, file: str, text: str, fingerprint: str, problems: tuple[Problem, ...]
) -> SourceTextPage:
    return SourceTextPage(
        title=f"Edit {file}", source=name, file=file, text=text, fingerprint=fingerprint, problems=problems
    )


def _first(sent: SourceForm, problems: tuple[Problem, ...] = ()) -> SourceFormPage:
    return SourceFormPage(
        title="Add a source",
        step=1,
        form=sent,
        looked="",
        examples=None,
        hidden=(),
        kinds=(),
        paths=(),
        times=(),
        problems=problems,
    )


def _looked(ask: Ask, sent: SourceForm) -> PageContext:
    try:
        found = infer_source(ask.root, sent.files)
        return _second(ask, form.proposed(sent, found), found)
    except Problems as stopped:
        return _first(sent, stopped.problems)


def _saved(ask: Ask, sent: SourceForm) -> PageContext | Go:
    try:
        saved = save(ask.root, "sources", sent["name"], form.mapping(sent), None)
        note_editor(ask.root, saved.file, ask.actor.name)
        ask.note("change", "edit: saved", file=saved.file)
    except Problems as stopped:
        return _again(ask, sent, stopped.problems)
    return Go(
        "/plan", notice=f"Saved in {saved.file}. Nothing is read before it is applied and the loop runs."
    )


def _again(ask: Ask, sent: SourceForm, problems: tuple[Problem, ...]) -> SourceFormPage:
    """The second step with what was typed. The file may have gone meanwhile; that is told too."""
    try:
        return _second(ask, sent, infer_source(ask.root, sent.files), problems)
    except Problems as stopped:
        return _first(sent, (*problems, *(one for one in stopped.problems if one not in problems)))


def _second(
    ask: Ask, sent: SourceForm, found: Proposal, problems: tuple[Problem, ...] = ()
) -> SourceFormPage:
    hidden = rows_hidden(ask.ledger, ask.actor, ask.now)
    told: dict[str, object] = {"of": "rows of a file", "codes": sorted({one.code for one in hidden})}
    said = by(ask.actor, "decision", "explain", "refusal" if hidden else "permit", detail=told)
    note(ask.root, ask.ledger, ask.wall(), said)
    kinds = tuple(rule.kind for rule in kinds_of(ask.root))
    paths = tuple((row.path, row.path) for row in sent.fields)
    return SourceFormPage(
        title=f"Add {sent['title'] or sent['name']}",
        step=2,
        form=sent,
        looked=_sentence(found),
        examples=None if hidden else _examples(found),
        hidden=hidden,
        kinds=kinds,
        paths=(("", "not in this file"), *paths),
        times=(("", "no time"), *paths),
        problems=problems,
    )


def _sentence(found: Proposal) -> str:
    others = f", the last of {numbers.plural(found.found, 'file')}" if found.found > 1 else ""
    torn = (
        f" {numbers.plural(found.torn, 'row')} could not be read: is the delimiter right?"
        if found.torn
        else ""
    )
    return f"Looked at the first {numbers.plural(found.rows, 'row')} of {found.file}{others}.{torn}"


def _examples(found: Proposal) -> Table:
    return Table(
        name="examples",
        title=f"The first {EXAMPLES} rows" if found.rows > EXAMPLES else "The rows",
        columns=tuple(one.path for one in found.fields),
        rows=tuple(tuple(_cut(value) for value in row) for row in found.examples),
    )


def _cut(value: str | None) -> str:
    text = "" if value is None else value
    return text if len(text) <= CUT else f"{text[:CUT]}…"
