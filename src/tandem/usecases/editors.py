"""Who wrote which edited file of the charter from the workspace: kept beside the charter until it is applied.

It lies in `.tandem/editors.json`, which git leaves alone. A file that was written otherwise has no known editor.
"""

import json
import os
from pathlib import Path

from tandem.charter.folder import kept

FILE = Path(".tandem") / "editors.json"


def note_editor(root: Path, file: str, name: str) -> None:
    """Remember who wrote the file as it stands now."""
    now = kept(root, file)
    held = {**_read(root), file: {"by": name, "fingerprint": now.fingerprint if now else None}}
    path = root / FILE
    path.parent.mkdir(exist_ok=True)
    ignore = path.with_name(".gitignore")
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(held), encoding="utf-8")
    draft.replace(path)


def editor_of(root: Path, file: str) -> str | None:
    """Who wrote the file as it stands, if that is known."""
    held = _read(root).get(file)
    if not isinstance(held, dict):
        return None
    now = kept(root, file)
    same = held.get("fingerprint") == (now.fingerprint if now else None)
    return str(held["by"]) if same and "by" in held else None


def _read(root: Path) -> dict[str, object]:
    try:
        held = json.loads((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
