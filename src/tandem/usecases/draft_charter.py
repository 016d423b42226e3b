"""The charter in force with one definition changed, without writing anything."""

from collections.abc import Mapping
from dataclasses import replace

from tandem.charter import files, load_files
from tandem.charter.edit import reading
from tandem.charter.plain import Plain
from tandem.charter.writing import written
from tandem.kernel import Place, Problems
from tandem.usecases.edit_charter import NAMED_BY
from tandem.usecases.workspace import Workspace

# Only these are taken from the folder before they are in force: rules that nobody applied must not decide anything.
WORKED_ON = ("audiences", "campaigns")


def drafted(work: Workspace, part: str, name: str, mapping: Mapping[str, Plain]) -> Workspace:
    """The workspace as if this definition were in force, with the folder's other audiences. For looking only.

    Purposes, policies, identity, sources and traits stay those in force. Raises Problems for what is wrong.
    """
    file = f"{part}/{name}.yml"
    folder = {one: text for one, text in files(work.root).items() if one.split("/")[0] in WORKED_ON}
    own = {one for one, text in folder.items() if name in _names(part, one, text)}
    texts = {one: text for one, text in {**work.charter.files, **folder}.items() if one not in own}
    try:
        charter = load_files({**texts, file: written(mapping)})
    except Problems as found:
        here = [one for one in found.problems if isinstance(one.place, Place) and one.place.file == file]
        raise Problems(here or found.problems) from found
    return replace(work, charter=replace(charter, root=work.root))


def not_in_force(work: Workspace, part: str) -> tuple[str, ...]:
    """Names of the folder's definitions of a part that the charter in force has not; unreadable files have none."""
    texts = files(work.root)
    found = {
        name
        for file, text in texts.items()
        if file.startswith(f"{part}/")
        for name in _names(part, file, text)
    }
    known = {name for file, text in work.charter.files.items() for name in _names(part, file, text)}
    return tuple(sorted(found - known))


def _names(part: str, file: str, text: str) -> set[str]:
    if not file.startswith(f"{part}/"):
        return set()
    said = reading(file, text).definition
    return set() if said is None else {str(getattr(said, NAMED_BY[part], ""))}
