"""Imports go down only; each heavy library lives in one room; statistics could be published alone."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from sources import PACKAGE, functions, imported, modules

# The rooms that may name a library. Everybody else meets it through that room.
OWNERS = {
    "duckdb": {"engine"},
    "deltalake": {"engine"},
    "pyspark": {"engine"},
    "pyarrow": {"engine", "demo"},
    "splink": {"identity"},
    "sqlalchemy": {"ledger"},
    "alembic": {"ledger"},
    "psycopg": {"ledger"},
    "argon2": {"ledger"},
    "typer": {"cli"},
    "rich": {"cli"},
    "starlette": {"web"},
    "uvicorn": {"web"},
}
HEAVY = {"duckdb", "deltalake", "pyspark", "pyarrow", "sqlalchemy", "sqlglot"}
STATISTICS = ("measure", "align")


def test_layers(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pytest captured of import-linter's report is printed with the failure."""
    monkeypatch.chdir(project_root)
    assert lint_imports(config_filename="pyproject.toml", cache_dir=None) == 0


def test_each_library_is_named_in_its_room_only() -> None:
    strays = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        for node in ast.walk(module.tree)
        for name in imported(node)
        if module.room not in OWNERS.get(name.split(".")[0], {module.room})
    ]
    assert strays == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        module.at(node)
        for module in modules()
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_command_waits_for_pandas() -> None:
    """Nothing of ours uses it; pyarrow imports it, where it is installed, for the first Python list it is given."""
    program = "import sys; from tandem.cli.start import program; program(); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("room", STATISTICS)
def test_statistics_load_no_engine(room: str) -> None:
    assert not HEAVY & _loaded(f"tandem.{room}.stats", [])


@pytest.mark.parametrize("room", STATISTICS)
def test_statistics_could_be_published_alone(room: str, tmp_path: Path) -> None:
    """Copied out, with nothing else of ours beside them, they import only numpy and scipy."""
    home = tmp_path / "tandem" / room
    shutil.copytree(PACKAGE / room / "stats", home / "stats")
    for folder in (home, home.parent):
        (folder / "__init__.py").touch()
    tops = _loaded(f"tandem.{room}.stats", [str(tmp_path)])
    ours = {name for name in tops if not name.startswith("_")} - sys.stdlib_module_names
    # charset_normalizer: numpy's own f2py takes it up where it happens to be installed.
    assert (
        ours - {"tandem", "numpy", "scipy", "threadpoolctl", "cython_runtime", "charset_normalizer"} == set()
    )


def _loaded(name: str, path: list[str]) -> set[str]:
    """The top-level modules that a fresh interpreter has after importing `name` and all of its modules."""
    program = f"""
import sys
before = set(sys.modules)
sys.path[:0] = {path!r}
import importlib, pkgutil
import {name} as package
for found in pkgutil.walk_packages(package.__path__, {name!r} + "."):
    importlib.import_module(found.name)
print("\\n".join({{module.split(".")[0] for module in set(sys.modules) - before}}))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())
