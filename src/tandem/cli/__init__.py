"""The command line: from words to a use case, from its answer to text or --json.

Answers: what did you ask for, and how did it end (exit codes 0 fine, 1 problems, 2 misuse, 3 our fault).
Writes no table. Must never decide, compute or query: it translates.
"""

from tandem.cli import (
    agenda,
    agree,
    approve,
    audience,
    audit,
    brief,
    campaign,
    charter,
    consent,
    demo,
    explain,
    job,
    key,
    person,
    policy,
    pulse,
    pulse_data,
    pulse_field,
    pulse_instrument,
    pulse_results,
    quarantine,
    request,
    run,
    serve,
    user,
)
from tandem.cli.app import app, main

__all__ = [
    "agenda",
    "agree",
    "app",
    "approve",
    "audience",
    "audit",
    "brief",
    "campaign",
    "charter",
    "consent",
    "demo",
    "explain",
    "job",
    "key",
    "main",
    "person",
    "policy",
    "pulse",
    "pulse_data",
    "pulse_field",
    "pulse_instrument",
    "pulse_results",
    "quarantine",
    "request",
    "run",
    "serve",
    "user",
]
