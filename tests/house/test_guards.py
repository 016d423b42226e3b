"""The guard is the only way to base tables for the rooms that use data."""

import ast

from sources import modules

GUARDED = ("audience", "journey", "deliver", "measure", "decide")
WAYS_ROUND = {"ref", "stamp"}


def test_rooms_that_use_data_have_no_way_round_the_guard() -> None:
    """They read through policy.guarded, or policy.kept for the tables that they write themselves."""
    found = [
        f"{module.name}:{node.lineno} {name}"
        for module in modules()
        if module.name.split("/")[0] in GUARDED
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and (name := _called(node)) in WAYS_ROUND
    ]
    assert found == []


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
