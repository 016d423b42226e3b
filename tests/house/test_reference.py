"""Every problem code, every command and every option is documented, and the pages say what the code says."""

import re
from pathlib import Path

import pytest
from reference import ROOMS, command_tree, help_of, pages

from tandem.kernel.problems import REGISTRY
from tandem.kernel.values import Basis, Destination, Label, Type


@pytest.mark.parametrize("page", ["problems.md", "commands.md", "charter.md", "tables.md", "glossary.md"])
def test_generated_pages_are_up_to_date(page: str) -> None:
    (wanted,) = [(path, text) for path, text in pages().items() if path.name == page]
    assert wanted[0].read_text() == wanted[1], "run `make reference` and commit what it writes"


def test_every_problem_code_is_documented(project_root: Path) -> None:
    text = (project_root / "docs/reference/problems.md").read_text()
    pages()
    assert [name for name in REGISTRY if f"| {name} |" not in text] == []


def test_problem_codes_are_well_formed() -> None:
    pages()
    for name, code in REGISTRY.items():
        assert re.fullmatch(r"[A-Z]{3}-\d{3}", name), name
        assert name[:3] in ROOMS, name
        assert all((code.title, code.fix, code.who)), name
        assert not code.title.endswith("."), f"{name}: a title is no sentence"


@pytest.mark.parametrize(("name", "command"), list(command_tree()), ids=lambda value: str(value))
def test_every_command_and_option_says_what_it_does(name: str, command) -> None:
    assert command.help, f"`{name}` has no help"
    silent = [p.name for p in command.params if p.name != "help" and not help_of(p)]
    assert silent == [], f"`{name}`: no help for {silent}"


def test_the_glossary_has_every_closed_word(project_root: Path) -> None:
    text = (project_root / "docs/reference/glossary.md").read_text()
    closed = [*Label, *Destination, *Basis, *Type]
    missing = [str(word) for word in closed if not re.search(rf"\b{str(word).replace('_', '[ _]')}\b", text)]
    assert missing == []
