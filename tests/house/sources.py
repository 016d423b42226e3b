"""The package as syntax trees: what the house rules are checked on."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "tandem"


@dataclass(frozen=True)
class Module:
    """One file of the package. `room` is its first folder, or "" for the package itself."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        return str(self.path.relative_to(PACKAGE))

    @property
    def room(self) -> str:
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the package; the template of a new charter is no part of it."""
    return tuple(_module(path) for path in sorted(PACKAGE.rglob("*.py")))


def rooms() -> list[Path]:
    """The folders directly under the package."""
    return sorted(path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__")


def _module(path: Path) -> Module:
    text = path.read_text()
    return Module(path, ast.parse(text), text.count("\n"))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module, nested ones too."""
    return (
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(name), level=0):
            return [name]
        case _:
            return []


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the full dotted name of what is called, seen through the module's imports."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                known |= {a.asname: a.name for a in names if a.asname}
                known |= {a.name.split(".")[0]: a.name.split(".")[0] for a in names if not a.asname}
            case ast.ImportFrom(module=str(source), names=names):
                known |= {(a.asname or a.name): f"{source}.{a.name}" for a in names}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (dotted := _dotted(node.func)):
            first, _, rest = dotted.partition(".")
            if first in known:
                yield node, known[first] + (f".{rest}" if rest else "")


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name) if outer := _dotted(inner):
            return f"{outer}.{name}"
        case _:
            return None
