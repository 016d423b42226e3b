"""Who wrote in which file of the charter from the workspace, since it was last put in force.

It lies in `.tandem/editors.json`, which git leaves alone. All who wrote are kept, not only the last: else a word
changed by a friend would turn one's own edit into somebody else's. What was written otherwise has no known editor.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tandem.usecases.own_folder import FOLDER, own_folder

FILE = "editors.json"


def note_editor(root: Path, file: str, name: str) -> None:
    """Remember that this person wrote in the file."""
    put_editors(root, file, [*(one for one in editors_of(root, file) if one != name), name])


def editors_of(root: Path, file: str) -> tuple[str, ...]:
    """Everybody known to have written in the file since it was last put in force, the last one last."""
    held = _read(root).get(file)
    return tuple(str(one) for one in held) if isinstance(held, list) else ()


def put_editors(root: Path, file: str, names: Sequence[str]) -> None:
    """Say who wrote in the file, in place of what was known: for an edit that was taken back."""
    _write(root, {**_read(root), file: list(names)})


def forget_editors(root: Path) -> None:
    """All files are in force now, so nobody's edit waits."""
    if _read(root):
        _write(root, {})


def _write(root: Path, held: dict[str, object]) -> None:
    path = own_folder(root) / FILE
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(held), encoding="utf-8")
    draft.replace(path)


def _read(root: Path) -> dict[str, object]:
    try:
        held = json.loads((root / FOLDER / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
