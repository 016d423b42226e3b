"""The form of a new source: every value is text; what is left empty leaves its key out of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from tandem.charter.definitions import FieldType
from tandem.charter.plain import Plain
from tandem.charter.problems import DUPLICATE_NAME
from tandem.kernel import Problems, numbers
from tandem.usecases.infer_source import Files, Proposal

FIRST = ("name", "title", "path", "format", "delimiter", "encoding")
SECOND = ("shape", "kind", "owner", "side", "mode", "time", "time_format", "time_zone", "key")
STARTING = {"format": "csv", "encoding": "utf-8", "owner": "it", "mode": "quarantine", "time_zone": "UTC"}
TIMED = (FieldType.TIMESTAMP, FieldType.DATE)
MOST_FIELDS = 300


@dataclass(frozen=True)
class Row:
    """One field as its row of the form has it. `format`: how a time is written, "" for ISO."""

    path: str
    name: str
    type: str
    label: str
    take: bool = False
    required: bool = False
    format: str = ""
    why: str = ""


@dataclass(frozen=True)
class SourceForm:
    """What stands in the form. `identifiers`: kind → column, "" for none."""

    values: Mapping[str, str]
    fields: tuple[Row, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def files(self) -> Files:
        """Where the files are, to look at them."""
        return Files(self["name"], self["path"], self["format"], self["delimiter"], self["encoding"])


def empty() -> SourceForm:
    """The first step of a new one."""
    return SourceForm({name: STARTING.get(name, "") for name in (*FIRST, *SECOND)})


def read(sent: FormData) -> SourceForm:
    """The form as it was sent."""
    text = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    values = {name: text.get(name, STARTING.get(name, "")) for name in (*FIRST, *SECOND)}
    values = {name: value if name == "delimiter" else value.strip() for name, value in values.items()}
    count = numbers.whole(text.get("count", "")) or 0
    rows = tuple(_row(text, f"f.{number}.") for number in range(min(count, MOST_FIELDS)))
    identifiers = {name[3:]: value for name, value in text.items() if name.startswith("id.")}
    return SourceForm(values, rows, identifiers)


def proposed(form: SourceForm, found: Proposal) -> SourceForm:
    """The second step as the look at the file proposes it."""
    how = {one.path: one.format for one in found.fields}
    values = {
        **form.values,
        "delimiter": found.delimiter if form["format"] == "csv" else "",
        "shape": "record" if found.record else "events",
        "kind": "" if found.record else form["name"],
        "time": found.time,
        "time_format": how.get(found.time, ""),
        "key": ", ".join(found.key),
    }
    rows = tuple(
        Row(one.path, one.name, str(one.type), str(one.label), one.take, False, one.format, one.why)
        for one in found.fields[:MOST_FIELDS]
    )
    return SourceForm(values, rows, dict(found.identifiers))


def mapping(form: SourceForm) -> dict[str, Plain]:
    """What the contract's file would say. Raises CHR-201 for two fields of one name."""
    fields = _fields(form)
    said: dict[str, Plain] = {"source": form["name"]}
    said |= {name: form[name] for name in ("title", "owner", "side") if form[name]}
    said["files"] = _files(form)
    said["mode"] = form["mode"]
    if form["time"]:
        said["time"] = _time(form)
    key: list[Plain] = [one.strip() for one in form["key"].split(",") if one.strip()]
    if key:
        said["key"] = key
    identifiers: list[Plain] = [
        {"kind": kind, "field": path} for kind, path in form.identifiers.items() if path
    ]
    if identifiers:
        said["identifiers"] = identifiers
    if form["shape"] == "record":
        said["record"] = {"fields": fields}
    else:
        said["events"] = [{"kind": form["kind"], **({"fields": fields} if fields else {})}]
    return said


def _files(form: SourceForm) -> dict[str, Plain]:
    said: dict[str, Plain] = {"path": form["path"], "format": form["format"]}
    if form["format"] == "csv" and form["delimiter"] not in ("", ","):
        said["delimiter"] = form["delimiter"]
    if form["encoding"] not in ("", "utf-8") and form["format"] != "parquet":
        said["encoding"] = form["encoding"]
    return said


def _time(form: SourceForm) -> dict[str, Plain]:
    said: dict[str, Plain] = {"field": form["time"]}
    if form["time_format"] not in ("", "iso"):
        said["format"] = form["time_format"]
    if form["time_zone"] not in ("", "UTC"):
        said["zone"] = form["time_zone"]
    return said


def _fields(form: SourceForm) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for row in form.fields:
        if not row.take:
            continue
        if row.name in found:
            sentence = f"two fields are called `{row.name}`"
            raise Problems(DUPLICATE_NAME(sentence, found=row.name, fix="Give one of them another name."))
        said: dict[str, Plain] = {"type": row.type, "label": row.label}
        if row.path != row.name:
            said["from"] = row.path
        if row.required:
            said["required"] = True
        if row.format and row.type in TIMED:
            said["format"] = row.format
        found[row.name] = said
    return found


def _row(text: Mapping[str, str], prefix: str) -> Row:
    values = {
        name: text.get(f"{prefix}{name}", "") for name in ("path", "name", "type", "label", "format", "why")
    }
    values["name"] = values["name"].strip()
    return Row(**values, take=f"{prefix}take" in text, required=f"{prefix}required" in text)
