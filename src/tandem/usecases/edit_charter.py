"""Definitions opened for a form, saved from it and removed: the same files that a person writes by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath

from tandem.charter import files, load_files
from tandem.charter.definitions import Definition, Rule
from tandem.charter.edit import reading, rewritten
from tandem.charter.folder import Kept, expect, kept, one_writer, put, take_away
from tandem.charter.loader import TraitFile
from tandem.charter.nodes import MOST_DEPTH, Scalar
from tandem.charter.plain import Plain, plain
from tandem.charter.problems import (
    NAME_TAKEN,
    NOT_FROM_A_FORM,
    STALE,
    STILL_USED,
    TOO_LARGE,
)
from tandem.charter.scalars import read
from tandem.charter.writing import written
from tandem.kernel import Place, Problem, Problems
from tandem.ledger import Ledger
from tandem.usecases.check_charter import permitted

# Part of the charter → the key that says the name of one of its definitions.
NAMED_BY = {
    "audiences": "audience",
    "campaigns": "campaign",
    "sources": "source",
    "policies": "policy",
    "traits": "trait",
    "purposes": "purpose",
}
# These files hold a list of definitions, under the word of their part; one file may be all there is.
LISTED = ("traits", "purposes")
ALONE = ("identity", "purposes")


@dataclass(frozen=True)
class Draft:
    """A definition as the files have it now. `fingerprint` is that of its file, to be handed back on saving.

    `mapping` is the definition as keys and values, `text` the whole file. `in_force`: whether the charter in
    force says the same; None where no ledger was asked.
    """

    part: str
    name: str
    file: str
    text: str
    fingerprint: str
    definition: Definition
    mapping: Mapping[str, Plain]
    in_force: bool | None


@dataclass(frozen=True)
class Saved:
    """What was written where. `changed` is False if the file said so already; then nothing was written."""

    file: str
    created: bool
    changed: bool
    fingerprint: str


@dataclass(frozen=True)
class Removed:
    """What was taken out of which file: its text before, and its fingerprint now (None: the file is gone)."""

    file: str
    text: str
    fingerprint: str | None


def opened(root: Path, part: str, name: str, ledger: Ledger | None = None) -> Draft | None:
    """A definition of the files in `root`, for a form; None if there is none of that name.

    `part` is a folder of the charter, `purposes` or `identity`; a whole file that stands alone has the name of
    its part. Raises Problems if the file, or all that could hold the name, cannot be read.
    """
    _known_part(part)
    file = file_of(root, part, name)
    now = kept(root, file) if file else None
    if file is None or now is None:
        return None
    whole = reading(file, now.text)
    if whole.definition is None:
        raise Problems(whole.problems)
    definition = _named(whole.definition, part, name)
    if definition is None:
        return None
    in_force = None if ledger is None else _applied(ledger, part, name, file) == definition
    return Draft(part, name, file, now.text, now.fingerprint, definition, plain(definition), in_force)


def save(root: Path, part: str, name: str, mapping: Mapping[str, Plain], expected: str | None) -> Saved:
    """Write a definition; `expected` is the fingerprint that its form was opened with, None for a new one.

    Everything around what changed stays as it is in the file. Raises Problems, and writes nothing, if the file
    was changed meanwhile (CHR-301), a new name is taken (CHR-302) or badly written, or the file would have
    problems or cause new ones elsewhere, also with the charter's own policies; these have their lines in the
    text as it would have been.
    """
    _known_part(part)
    wish = _cleaned(mapping)
    with one_writer(root):
        there = file_of(root, part, name, surely=expected is not None)
        file = _place_of_new(root, part, name, wish) if expected is None else there
        if expected is None and there is not None:
            sentence = f"there is {_one(part)} `{name}` already"
            raise Problems(NAME_TAKEN(sentence, place=Place(there), found=name))
        if file is None:
            found = f"no {_one(part, article=False)} `{name}`"
            raise Problems(STALE(f"`{name}` is not there any more", place=Place(f"{part}/"), found=found))
        now = kept(root, file) if expected is None else expect(root, file, expected)
        text = _composed(file, part, name, wish, now)
        if now is not None and text == now.text:
            return Saved(file, False, False, now.fingerprint)
        texts = files(root)
        refuse_new_problems(file, texts, {**texts, file: text})
        fingerprint = put(root, file, text, now.fingerprint if now else None)
    return Saved(file, expected is None, True, fingerprint)


def remove(root: Path, part: str, name: str, expected: str) -> Removed:
    """Take a definition out of its file; a file with nothing else in it goes with it.

    Raises Problems, and changes nothing, if the file was changed since it was opened (CHR-301), others still
    refer to the definition (CHR-303 for each), or parts of the charter cannot be read, so that nobody can tell.
    """
    _known_part(part)
    if name == part and part in ALONE:
        raise Problems(NOT_FROM_A_FORM(f"a charter has its {part}.yml", place=Place(f"{part}.yml")))
    with one_writer(root):
        file = file_of(root, part, name)
        now = expect(root, file, expected) if file else None
        if file is None or now is None:
            raise Problems(
                STALE(f"`{name}` is not there any more", place=Place(file or f"{part}/"), found="nothing")
            )
        text = _without(file, part, name, now)
        texts = files(root)
        others = {path: one for path, one in texts.items() if path != file}
        _refuse_if_used(part, name, texts, others if text is None else {**others, file: text})
        if text is None:
            take_away(root, file, now.fingerprint)
            return Removed(file, now.text, None)
        return Removed(file, now.text, put(root, file, text, now.fingerprint))


def problems_of(texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is wrong with a charter of these texts, its own policies included."""
    try:
        permitted(load_files(texts))
    except Problems as found:
        return found.problems
    return ()


# ── where it stands ──────────────────────────────────────────────────────────────────────────────


def _known_part(part: str) -> None:
    parts = (*NAMED_BY, "identity")
    if part not in parts:
        sentence = f"`{part[:40]}` is no part of the charter that forms can change"
        raise Problems(NOT_FROM_A_FORM(sentence, found=part[:40], expected=f"one of {', '.join(parts)}"))


def _one(part: str, *, article: bool = True) -> str:
    """`an audience`, `a trait`."""
    word = NAMED_BY.get(part, part)
    return word if not article else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def file_of(root: Path, part: str, name: str, *, surely: bool = True) -> str | None:
    """The file that declares the name.

    Raises Problems if none does and the file where one would look cannot be read; `surely`: if any file of
    the part cannot.
    """
    likely = f"{part}.yml" if part in ALONE else f"{part}/{name}.yml"
    texts = {file: text for file, text in files(root).items() if _part_of(file) == part}
    unread: list[Problem] = []
    for file in sorted(texts, key=lambda one: (one != likely, one)):
        whole = reading(file, texts[file])
        if whole.definition is None and (surely or file == likely):
            unread += whole.problems
        elif whole.definition is not None and _named(whole.definition, part, name) is not None:
            return file
    if unread:
        raise Problems(unread)
    return None


def _part_of(file: str) -> str:
    path = PurePosixPath(file)
    return path.parts[0] if len(path.parts) > 1 else path.stem if path.suffix != ".toml" else ""


def _named(whole: Definition, part: str, name: str) -> Definition | None:
    """The definition of that name in what a file holds."""
    if part in ALONE and name == part:
        return whole
    if part in LISTED:
        items: tuple[Definition, ...] = getattr(whole, part)
        return next((one for one in items if getattr(one, NAMED_BY[part]) == name), None)
    return whole if part in NAMED_BY and getattr(whole, NAMED_BY[part]) == name else None


def _applied(ledger: Ledger, part: str, name: str, file: str) -> Definition | None:
    applied = ledger.applied()
    text = None if applied is None else applied.files.get(file)
    whole = None if text is None else reading(file, text).definition
    return None if whole is None else _named(whole, part, name)


def _place_of_new(root: Path, part: str, name: str, wish: Mapping[str, Plain]) -> str:
    """The file for a new definition: its own, or for a trait the one with traits of the same event or record."""
    place = Place(f"{part}/")
    written_badly = read(str, Rule.NAME, None, "name", Scalar(name, name, place))
    if isinstance(written_badly, Problem):
        raise Problems(written_badly)
    if part == "traits":
        of = _read_by("traits/new.yml", written({part: [_with_name(part, name, wish)]}))
        alike = (
            one for one, text in files(root).items() if _part_of(one) == part and of & _read_by(one, text)
        )
        found = next(alike, None)
        if found is not None:
            return found
    if part in ALONE:
        return f"{part}.yml"
    file = f"{part}/{name}.yml"
    if kept(root, file) is not None:
        sentence = f"there is a file `{file}` already, and it declares something else"
        raise Problems(NAME_TAKEN(sentence, place=Place(file), found=name))
    return file


def _read_by(file: str, text: str) -> set[str]:
    """The events and records that the traits of a file are of."""
    whole = reading(file, text).definition
    return {trait.of for trait in whole.traits} if isinstance(whole, TraitFile) else set()


# ── what it says ─────────────────────────────────────────────────────────────────────────────────


def _cleaned(mapping: Mapping[str, Plain]) -> dict[str, Plain]:
    """The mapping with line ends and numbers as files have them, and not too deep."""
    cleaned = _clean(mapping, 0)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: object, depth: int) -> Plain:
    if depth > MOST_DEPTH:
        raise Problems(TOO_LARGE("this is nested too deep", expected=f"at most {MOST_DEPTH} levels"))
    match value:
        case Mapping():
            return {str(key): _clean(one, depth + 1) for key, one in value.items()}
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case Sequence():
            return [_clean(one, depth + 1) for one in value]
        case float():
            return Decimal(repr(value))
        case _:
            return value  # type: ignore[return-value]


def _with_name(part: str, name: str, wish: Mapping[str, Plain]) -> dict[str, Plain]:
    """The wish under its name. Raises Problems if it says another one: a file is not renamed from a form."""
    word = NAMED_BY[part]
    if wish.get(word, name) != name:
        sentence = f"{_one(part)} cannot be renamed from a form"
        raise Problems(NOT_FROM_A_FORM(sentence, found=str(wish[word])[:60], expected=name))
    return {word: name, **wish}


def _composed(file: str, part: str, name: str, wish: Mapping[str, Plain], now: Kept | None) -> str:
    """The text of the file with the wish in it."""
    if part in ALONE and name == part:
        return rewritten(file, now.text if now else "", wish)
    said = _with_name(part, name, wish)
    if now is None:
        whole: dict[str, Plain] = {part: [said]} if part in LISTED else said
        read_back = reading(file, written(whole)).definition
        return written(whole if read_back is None else plain(read_back))
    if part not in LISTED:
        return rewritten(file, now.text, said)
    present, items = _items(file, part, now)
    names = [one[NAMED_BY[part]] for one in items]
    changed = [said if known == name else one for known, one in zip(names, items, strict=True)]
    return rewritten(file, now.text, {**present, part: changed if name in names else [*items, said]})


def _without(file: str, part: str, name: str, now: Kept) -> str | None:
    """The text of the file without the definition; None if nothing is left."""
    if part not in LISTED:
        return None
    present, items = _items(file, part, now)
    left = [one for one in items if one[NAMED_BY[part]] != name]
    return rewritten(file, now.text, {**present, part: left}) if left or part in ALONE else None


def _items(file: str, part: str, now: Kept) -> tuple[dict[str, Plain], list[Mapping[str, Plain]]]:
    """What a list file says, and the definitions in it."""
    whole = reading(file, now.text)
    if whole.definition is None:
        raise Problems(whole.problems)
    present = plain(whole.definition)
    return present, [one for one in present[part] if isinstance(one, Mapping)]  # type: ignore[union-attr]


# ── what it does to the others ───────────────────────────────────────────────────────────────────


def _new_problems(before: Sequence[Problem], after: Sequence[Problem]) -> list[Problem]:
    known = {_known_as(one) for one in before}
    return [one for one in after if _known_as(one) not in known]


def _known_as(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.sentence, problem.place.file if problem.place else ""


def refuse_new_problems(file: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """What was wrong elsewhere before is no reason not to save; what is wrong here is, old or new."""
    found = problems_of(after)
    here = [one for one in found if one.place and one.place.file == file]
    blocking = here or (_new_problems(problems_of(before), found) if found else [])
    if blocking:
        raise Problems(blocking)


def _refuse_if_used(part: str, name: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    known = problems_of(before)
    unread = [one for file, text in before.items() for one in reading(file, text).problems]
    if unread:
        raise Problems(unread)
    users = _new_problems(known, problems_of(after))
    if users:
        raise Problems(
            STILL_USED(
                f"{NAMED_BY[part]} `{name}` is still used in `{one.place.file if one.place else 'the charter'}`",
                place=one.place,
                found=one.sentence,
            )
            for one in users
        )
