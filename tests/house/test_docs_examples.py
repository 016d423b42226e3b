"""What the pages tell a reader to write or to type is what the program takes: YAML, TOML and commands."""

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from reference import command_tree

from tandem.charter import load
from tandem.usecases.init_charter import init_charter

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED = {"commands.md", "charter.md", "problems.md", "tables.md"}
WRITTEN = [page for page in PAGES if page.name not in GENERATED]
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(tandem [^`…]+)`")
FILES = {
    "kinds": "identity.yml",
    "purposes": "purposes.yml",
    "traits": "traits/own.yml",
    "priorities": "agenda.yml",
    "service_levels": "agenda.yml",
}
FOLDERS = {
    "source": "sources",
    "policy": "policies",
    "campaign": "campaigns",
    "audience": "audiences",
    "instrument": "pulse",
}
# Parts of a file that the page shows alone, and the file of the template that they may stand in.
PARTS = {
    "consents": "sources/web.yml",
    "channel": "campaigns/winback.yml",
    "cost": "campaigns/winback.yml",
}


def _examples() -> list[object]:
    """Each block of YAML, with the purposes that its page showed last: what a source says of consent rests on them."""
    found = []
    for page in WRITTEN:
        purposes = ""
        for number, text in enumerate(YAML.findall(page.read_text())):
            purposes = text if text.startswith("purposes:") else purposes
            found.append(pytest.param(text, purposes, id=f"{page.stem}-{number}"))
    return found


@pytest.mark.parametrize(("text", "purposes"), _examples())
def test_a_yaml_example_is_a_valid_part_of_a_charter(text: str, purposes: str, tmp_path: Path) -> None:
    folder = tmp_path / "charter"
    init_charter(folder)
    if text.startswith("consents:") and purposes:
        (folder / "purposes.yml").write_text(purposes)
    key, _, value = text.partition(":")
    if key in PARTS:
        text = _with_part(folder / PARTS[key], text)
        file = PARTS[key]
    else:
        file = FILES.get(key) or f"{FOLDERS[key]}/{value.split()[0]}.yml"
    if key == "policy":
        shutil.rmtree(folder / "policies")
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    load(folder)


def _with_part(file: Path, part: str) -> str:
    """The file with the part in place of what it says under the same keys, and under what they exclude."""
    names = re.findall(r"^(\w+):", part, re.MULTILINE)
    names += ["message"] if "channel" in names else []
    kept, skipping = [], False
    for line in file.read_text().splitlines(keepends=True):
        if found := re.match(r"(\w+):", line):
            skipping = found[1] in names
        if not skipping:
            kept.append(line)
    return "".join(kept) + part


def _typed() -> list[tuple[str, str]]:
    """Every tandem command of the pages, with the page it stands on."""
    lines = []
    for page in WRITTEN:
        text = page.read_text()
        blocks = "\n".join(SHELL.findall(text)).splitlines()
        lines += [(page.name, line) for line in blocks if re.match(r"(\w+=\S+ )?tandem ", line)]
        lines += [(page.name, line) for line in INLINE.findall(text)]
    return lines


@pytest.mark.parametrize(("page", "line"), _typed(), ids=lambda text: text.replace("/", "-"))
def test_a_command_on_a_page_exists_with_its_options(page: str, line: str) -> None:
    tree = dict(command_tree())
    words = [word for word in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", word)]
    name, command, known = "tandem", tree["tandem"], {"--help"}
    rest = iter(words[1:])
    for word in rest:
        known |= {option for parameter in command.params for option in parameter.opts}
        if word.startswith("-"):
            assert word in known, f"{page}: `{line}`: no option {word}"
            if _takes_a_value(command, word):
                next(rest, None)
        elif getattr(command, "commands", None):
            name = f"{name} {word}"
            assert name in tree, f"{page}: `{line}`: no command {name}"
            command = tree[name]


def _takes_a_value(command: click.Command, word: str) -> bool:
    options = [parameter for parameter in command.params if word in parameter.opts]
    return bool(options) and not getattr(options[0], "is_flag", False)
