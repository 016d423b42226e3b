"""What leads to data is noted: policy is asked in a few places that remember it, and no workspace opens unnoted."""

import ast

from sources import Module, modules

# Where policy is asked, and what remembers the decision.
ASKS = {
    "usecases/permits.py": "puts it onto the trail",
    "usecases/preview_audience.py": "notes what the preview decided",
    "usecases/infer_source.py": "the page that shows the rows notes it",
    "usecases/check_charter.py": "checks what policy would say; no data is read",
    "deliver/asking.py": "run_campaigns and draft_campaign note it",
    "audience/preview.py": "preview_audience notes it",
}
# The pool has a trail for each request that it lends a workspace to.
OPENS_WITHOUT_A_CLOCK = {"web/pool.py"}


def calls_of(module: Module, name: str) -> list[ast.Call]:
    """Calls of a function, by its own name or as an attribute."""
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == name)
            or (isinstance(node.func, ast.Attribute) and node.func.attr == name)
        )
    ]


def test_policy_is_asked_only_where_the_decision_is_remembered() -> None:
    found = {module.name for module in modules() if calls_of(module, "decide")}
    assert found == set(ASKS)


def test_every_workspace_is_opened_with_the_clock_that_its_trail_is_noted_by() -> None:
    silent = [
        module.at(call)
        for module in modules()
        if module.name not in OPENS_WITHOUT_A_CLOCK
        for call in calls_of(module, "open_workspace")
        if len(call.args) < 3
    ]
    assert silent == []
