"""The source that every project has without declaring it: what people said on the preference page, through the API
and on the command line. It is kept as lines of JSON and taken like any other source, so a statement has its event
as proof, and nothing that was answered with yes can be lost between two runs.
"""

from tandem.charter.definitions import (
    Charter,
    ConsentSpec,
    EventSpec,
    FieldSpec,
    FieldType,
    FilesSpec,
    Format,
    IdentifierSpec,
    Mode,
    Source,
    TimeSpec,
    When,
    WhenTest,
)
from tandem.charter.definitions.sources import STATED, STATEMENTS
from tandem.kernel.values import Label

FOLDER = ".tandem/statements"
GRANTED, DENIED = "granted", "denied"
FIELDS = (
    ("purpose", Label.INTERNAL, "For what."),
    ("state", Label.INTERNAL, "granted or denied."),
    ("wording", Label.INTERNAL, "Version of the wording that was shown."),
    ("channel", Label.INTERNAL, "page, link, api or cli."),
    ("proof", Label.PERSONAL, "What proves it: the page and the moment, or what the caller said."),
    ("stated_by", Label.INTERNAL, "Who handed it in."),
)
KEY = ("id", "who", "purpose", "state", "at")
"""The same statement of the same time under the same id is the same; any other under a used id is kept as well: who
says no, yes and no again under one id has said no."""


def statement_source(charter: Charter) -> Source:
    """The contract of the statements under this charter: every kind of identifier, every purpose."""
    fields = tuple(
        FieldSpec(name=name, type=FieldType.TEXT, label=label, description=text)
        for name, label, text in FIELDS
    )
    return Source(
        source=STATEMENTS,
        title="Preferences and statements",
        description="What people said on the preference page, through the API and on the command line.",
        files=FilesSpec(path=f"{FOLDER}/*.ndjson", format=Format.NDJSON),
        mode=Mode.QUARANTINE,
        time=TimeSpec(field="at"),
        key=KEY,
        identifiers=tuple(
            IdentifierSpec(kind=one.kind, field=f"identifiers.{one.kind}") for one in charter.identity.kinds
        ),
        events=(EventSpec(kind=STATED, title="Said what may be done", fields=fields),),
        consents=tuple(_spec(one.purpose) for one in charter.purposes.purposes),
    )


def _spec(purpose: str) -> ConsentSpec:
    mine = When(tests=(WhenTest(path="purpose", values=(purpose,)),))
    return ConsentSpec(
        purpose=purpose, when=mine, field="state", granted=(GRANTED,), denied=(DENIED,), wording="wording"
    )
