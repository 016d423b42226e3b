"""Every page can be reached, every link leads somewhere, and every closed word of the code is explained."""

import re
from pathlib import Path

import pytest
from charter_reference import definitions
from reference import pages

from tandem.charter.binding import slots
from tandem.engine.catalogue import BASE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# Where the reasons of receipts are written down in the code.
REASON_FILES = ("deliver/words.py", "deliver/posting.py", "deliver/writing.py", "policy/reasons.py")
# Read from the environment by name, or by the command line for an option.
VARIABLE = r'(?:environ[^\n]*|envvar=)"(TANDEM_[A-Z_]+|SPARK_[A-Z_]+)"'


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            dead.append(target)
    assert dead == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [target.partition("#")[0] for target in LINK.findall(page.read_text())]
        waiting += [
            there for t in targets if t.endswith(".md") and (there := (page.parent / t).resolve()).exists()
        ]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


def test_every_key_of_the_charter_is_in_the_reference() -> None:
    text = pages()[ROOT / "docs/reference/charter.md"]
    keys = [(kind.__name__, slot) for kind in definitions() for slot in slots(kind) if slot.key]
    assert len(keys) > 60
    missing = [f"{kind}.{slot.word}" for kind, slot in keys if f"| `{slot.word}` |" not in text]
    silent = [f"{kind}.{slot.word}" for kind, slot in keys if not slot.key.help]
    assert (missing, silent) == ([], [])


def test_every_table_and_column_is_in_the_reference_and_says_what_it_is() -> None:
    text = pages()[ROOT / "docs/reference/tables.md"]
    assert [table.name for table in BASE if f"### {table.name}\n" not in text] == []
    assert [f"{t.name}.{c.name}" for t in BASE for c in t.columns if not c.doc] == []


def test_every_reason_of_a_receipt_is_in_the_glossary() -> None:
    text = (ROOT / "docs/reference/glossary.md").read_text()
    code = "".join((ROOT / "src/tandem" / name).read_text() for name in REASON_FILES)
    assert sorted(word for word in _reasons(code) if f"`{word}`" not in text) == []


def test_every_variable_of_the_environment_is_documented() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src/tandem").rglob("*.py"))
    text = "".join(page.read_text() for page in PAGES)
    assert sorted(name for name in set(re.findall(VARIABLE, sources)) if name not in text) == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}


def _reasons(code: str) -> set[str]:
    """What the code writes as a reason: the second word of `said(…)`, keys of tables of sentences, and so on."""
    said = re.findall(r'NOT_CONTACTED, "([a-z_]+)"', code)
    keyed = re.findall(r'^    "([a-z_]+)": "[a-z ]', code, re.MULTILINE)
    noted = re.findall(r'(?:Unwritten|value|= )\(\s*"([a-z_]+)"', code)
    return {*said, *keyed, *noted} - {"denied", "contradictory", "control"}
