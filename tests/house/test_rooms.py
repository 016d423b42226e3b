"""Each room says what it is; names say something; time and chance come from outside; nothing is long."""

import ast
from pathlib import Path

import pytest
from sources import PACKAGE, calls, functions, modules, rooms

EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc", "shared"}

CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.strftime",
}
# These make a source of chance from a seed; without one they take it from the machine.
SEEDED = {"random.Random", "numpy.random.default_rng", "numpy.random.SeedSequence", "numpy.random.PCG64"}
# The command line reads the clock once and hands it down.
MAY_READ_THE_CLOCK = {"cli", "web"}
# A secret that could be made again from a seed would be none.
MAKES_SECRETS = {"ledger/passwords.py", "ledger/pulses.py", "usecases/secrets.py"}

MODULE_LINES = 400
FUNCTION_LINES = 60
# What is longer than the house allows, with its length today. Entries may shrink or go, never grow or come.
LONGER: dict[str, int] = {}


@pytest.mark.parametrize("room", rooms(), ids=lambda path: path.name)
def test_a_room_says_what_it_is(room: Path) -> None:
    tree = ast.parse((room / "__init__.py").read_text())
    said = (ast.get_docstring(tree) or "").lower()
    assert 3 <= len(said.splitlines()) <= 8
    assert "answers" in said or "?" in said, f"{room.name}/__init__.py does not say what question it answers"
    assert "write" in said, f"{room.name}/__init__.py does not say which tables it writes"
    assert "must never" in said, f"{room.name}/__init__.py does not say what it must never do"
    names = [target.id for node in tree.body for target in _assigned(node) if isinstance(target, ast.Name)]
    assert "__all__" in names, f"{room.name}/__init__.py has no __all__"


def _assigned(node: ast.stmt) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target):
            return [target]
        case _:
            return []


def test_every_module_says_what_it_is() -> None:
    silent = [module.name for module in modules() if not ast.get_docstring(module.tree)]
    assert silent == []


def test_no_name_that_says_nothing() -> None:
    empty = [path.name for path in PACKAGE.rglob("*") if path.stem.lower() in EMPTY_NAMES]
    assert empty == []


def test_nobody_reads_the_clock() -> None:
    readers = [
        f"{module.at(node)} calls {name}"
        for module in modules()
        if module.room not in MAY_READ_THE_CLOCK
        for node, name in calls(module)
        if name in CLOCKS
    ]
    assert readers == []


def test_chance_comes_from_a_seed_that_is_passed_in() -> None:
    unseeded = [
        f"{module.at(node)} calls {name}"
        for module in modules()
        if module.room not in MAY_READ_THE_CLOCK
        for node, name in calls(module)
        if _is_chance(node, name) and not (module.name in MAKES_SECRETS and name.startswith("secrets."))
    ]
    assert unseeded == []


def _is_chance(node: ast.Call, name: str) -> bool:
    if name in SEEDED:
        return not (node.args or node.keywords)
    library, _, function = name.rpartition(".")
    return library in {"random", "secrets"} or (library == "numpy.random" and function.islower())


def test_files_and_functions_stay_short() -> None:
    lengths = {module.name: module.lines for module in modules()} | {
        f"{module.name}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for module in modules()
        for function in functions(module)
    }
    too_long = {
        name: length
        for name, length in lengths.items()
        if length > LONGER.get(name, FUNCTION_LINES if ":" in name else MODULE_LINES)
    }
    assert too_long == {}
    assert set(LONGER) <= set(lengths), "a name in LONGER is gone: take it out"
