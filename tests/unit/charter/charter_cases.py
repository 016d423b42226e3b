"""Golden cases: a sentence, the files that differ from the shop, and the problems that follow."""

import re
from pathlib import Path

from tandem.charter import files, load_files
from tandem.kernel import Problems

TESTS = Path(__file__).parents[2]
SHOP = TESTS / "projects" / "shop"
GOLDEN = TESTS / "golden" / "charter"
SECTION = re.compile(r"^--- (\S+)\n", re.MULTILINE)


def read_case(path: Path) -> tuple[str, dict[str, str], str]:
    """(what the case is about, its files, the problems expected)."""
    about, *parts = SECTION.split(path.read_text(encoding="utf-8"))
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    expected = sections.pop("problems", "")
    return about, sections, expected.strip()


def problems_of(changed: dict[str, str]) -> str:
    """What loading the shop says, with these files in place of its own; an empty text means no such file."""
    texts = {**files(SHOP), **changed}
    try:
        load_files({path: text for path, text in texts.items() if text.strip() or path not in changed})
    except Problems as problems:
        return str(problems)
    return "no problems"
