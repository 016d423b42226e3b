"""Which tests one worker runs as a whole when there are several, and in which order the groups start.

pytest-xdist knows groups too (`--dist loadgroup`), but passes them in the tests' names, which pytest 9.2 does not
let it change any more: nothing is grouped then, and nothing says so. Here the workers write them to a file.
"""

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOLD = "groups_told_in"
# One JVM, one PostgreSQL cluster and one company in a browser serve the whole run, whichever files their tests are in.
SERVERS = ("spark", "postgres", "browser")
# Tests in these folders run whole commands and beats, one after another.
WHOLE = ("truth", "walks", "cli", "web")


def group_of(item: pytest.Item) -> str:
    """What shares a server, else a file, whose fixtures are dear."""
    server = next((name for name in SERVERS if item.get_closest_marker(name)), None)
    return server or item.nodeid.split("::", 1)[0]


def long_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Spark's group first, then what is long, then the others: nothing long is left for the end."""
    long = {
        group_of(item) for item in items if item.get_closest_marker("long") or item.path.parent.name in WHOLE
    }
    return sorted(items, key=lambda item: (group_of(item) != "spark", group_of(item) not in long))


def tell(items: list[pytest.Item], path: Path) -> None:
    """Write the groups where the scheduler finds them. All workers write the same."""
    written = path.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps({item.nodeid: group_of(item) for item in items}))
    written.replace(path)


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups, in the order of the tests."""

    def __init__(self, config: pytest.Config, log: Any, path: Path) -> None:
        super().__init__(config, log)
        self.path = path

    @cached_property
    def groups(self) -> dict[str, str]:
        """Test → group, once the workers have collected."""
        return dict(json.loads(self.path.read_text()))

    def _split_scope(self, nodeid: str) -> str:
        return self.groups[nodeid]
