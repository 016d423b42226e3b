"""The entry point. A command waits only for what it needs: all modules together take a second longer to load."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

from tandem.cli.app import app

PULSE = ("pulse", "pulse_data", "pulse_field", "pulse_instrument", "pulse_results", "pulse_understand")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "agenda": ("agenda",),
    "agree": ("agree",),
    "approve": ("approve",),
    "approvals": ("approve",),
    "audience": ("audience",),
    "audit": ("audit",),
    "brief": ("brief",),
    "campaign": ("campaign",),
    "init": ("charter",),
    "check": ("charter",),
    "plan": ("charter",),
    "apply": ("charter",),
    "consent": ("consent",),
    "demo": ("demo",),
    "explain": ("explain",),
    "job": ("job",),
    "key": ("key",),
    "person": ("person",),
    "policy": ("policy",),
    "pulse": PULSE,
    "quarantine": ("quarantine",),
    "request": ("request",),
    "run": ("run",),
    "serve": ("serve",),
    "user": ("user",),
}
"""The modules that each command lies in, in the order in which the help lists them."""
COMPLETION = "_TANDEM_COMPLETE"


def main() -> None:
    """The entry point `tandem`."""
    program([] if COMPLETION in os.environ else sys.argv[1:])(prog_name="tandem")


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The application with the commands that these words may mean, or with all.

    Which of the words is the command only the parser knows; a word more loads a module more, and nothing else.
    """
    asked = [word for word in words if word in COMMANDS] or list(COMMANDS)
    for module in dict.fromkeys(module for word in asked for module in COMMANDS[word]):
        import_module(f"tandem.cli.{module}")
    return app
