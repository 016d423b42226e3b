"""Operational memory: what was agreed, what is being done now, what is about to be sent.

Answers: which charter is in force, which files were taken, who is running, what is in the outbox, who may sign in,
what marketing asked IT for and what was promised.
Writes its own SQL tables (SQLite by default, PostgreSQL by URL) and nothing in the lake.
Must never send anything, never read the clock, and never hold what the lake holds: events and people.
"""

from tandem.ledger.access_requests import AccessRequest, AccessState
from tandem.ledger.api_keys import SCOPES, ApiKey
from tandem.ledger.approvals import Approval
from tandem.ledger.audit import Wanted
from tandem.ledger.batches import Batch
from tandem.ledger.briefs import Brief, BriefVersion
from tandem.ledger.chain import Broken, Checker, Entry, Finding, Head, Recorded
from tandem.ledger.charters import AppliedCharter
from tandem.ledger.commitments import (
    Commitment,
    CommitmentKind,
    CommitmentState,
    CommitmentStep,
    StepKind,
)
from tandem.ledger.holders import is_gone, process, this_process
from tandem.ledger.jobs import Job, JobState
from tandem.ledger.opening import Ledger, open_ledger
from tandem.ledger.outbox import NewContact, OutboxRow, OutboxState
from tandem.ledger.passwords import Cost, pass_phrase
from tandem.ledger.person_requests import PersonRequest, RightsState
from tandem.ledger.pulses import Answer, AnswerState, Invitation, InvitationState, Pulse
from tandem.ledger.rankings import Ranking
from tandem.ledger.runs import Lease, Run, RunState
from tandem.ledger.sessions import Session
from tandem.ledger.told_counts import Shelf, ToldCount
from tandem.ledger.users import User, role_named

__all__ = [
    "SCOPES",
    "AccessRequest",
    "AccessState",
    "Answer",
    "AnswerState",
    "ApiKey",
    "AppliedCharter",
    "Approval",
    "Batch",
    "Brief",
    "BriefVersion",
    "Broken",
    "Checker",
    "Commitment",
    "CommitmentKind",
    "CommitmentState",
    "CommitmentStep",
    "Cost",
    "Entry",
    "Finding",
    "Head",
    "Invitation",
    "InvitationState",
    "Job",
    "JobState",
    "Lease",
    "Ledger",
    "NewContact",
    "OutboxRow",
    "OutboxState",
    "PersonRequest",
    "Pulse",
    "Ranking",
    "Recorded",
    "RightsState",
    "Run",
    "RunState",
    "Session",
    "Shelf",
    "StepKind",
    "ToldCount",
    "User",
    "Wanted",
    "is_gone",
    "open_ledger",
    "pass_phrase",
    "process",
    "role_named",
    "this_process",
]
