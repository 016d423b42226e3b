"""A definition's file as text, for repair by hand in a page; what is saved is checked like any other edit."""

from dataclasses import dataclass
from pathlib import Path

from tandem.charter import files
from tandem.charter.edit import reading
from tandem.charter.folder import expect, kept, one_writer, put
from tandem.charter.problems import NOT_FROM_A_FORM, STALE, TOO_LARGE
from tandem.kernel import Place, Problem, Problems
from tandem.usecases.edit_charter import NAMED_BY, Saved, file_of, refuse_new_problems
from tandem.usecases.problems import UNKNOWN_THING

LONGEST = 500_000
WHOLE_FILES = ("sources", "audiences", "campaigns", "policies")
"""Parts of which each definition has a file of its own."""


@dataclass(frozen=True)
class Text:
    """A file as it stands. `problems` are what is wrong with it by itself; `fingerprint` goes back on saving."""

    file: str
    text: str
    fingerprint: str
    problems: tuple[Problem, ...]


def opened_text(root: Path, part: str, name: str) -> Text:
    """The file that declares the name, also one that cannot be read as a definition. Raises RUN-002 if none does."""
    file = _file(root, part, name)
    now = kept(root, file) if file else None
    if file is None or now is None:
        raise Problems(UNKNOWN_THING("the files have no definition of that name", found=name))
    return Text(file, now.text, now.fingerprint, reading(file, now.text).problems)


def save_text(root: Path, part: str, name: str, text: str, expected: str) -> Saved:
    """Write the file as it was typed; `expected` is the fingerprint that it was opened with.

    Raises Problems, and writes nothing, if the file was changed meanwhile (CHR-301), would have problems or cause
    new ones elsewhere, or would declare something else than `name` (CHR-304).
    """
    if len(text) > LONGEST:
        raise Problems(TOO_LARGE("the text is too long", expected=f"at most {LONGEST:,} characters"))
    wish = text.replace("\r\n", "\n").replace("\r", "\n")
    wish = wish.rstrip("\n") + "\n"
    with one_writer(root):
        file = _file(root, part, name)
        now = expect(root, file, expected) if file else None
        if file is None or now is None:
            raise Problems(STALE(f"`{name}` is not there any more", place=Place(f"{part}/"), found="nothing"))
        if wish == now.text:
            return Saved(file, False, False, now.fingerprint)
        texts = files(root)
        said = getattr(reading(file, wish).definition, NAMED_BY[part], None)
        # What others lose by another name would be told in place of what was done.
        if said in (name, None):
            refuse_new_problems(file, texts, {**texts, file: wish})
        if said != name:
            sentence = f"this file declares `{name}`, and a page cannot give it another name"
            raise Problems(NOT_FROM_A_FORM(sentence, place=Place(file), found=str(said)[:60], expected=name))
        return Saved(file, False, True, put(root, file, wish, now.fingerprint))


def _file(root: Path, part: str, name: str) -> str | None:
    """The file by what the files declare, or by its name where it cannot be read."""
    assert part in WHOLE_FILES
    if not name.replace("_", "").isalnum():
        return None
    try:
        return file_of(root, part, name, surely=False)
    except Problems:
        return f"{part}/{name}.yml"
