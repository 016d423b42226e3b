"""Requests for access with a clock: ask, see what waits for how long, answer by a grant that ends or with a reason.

A grant is an edit of policies/, like any other: git and the plan show it, and it is in force when it is applied. All
times are those of the wall; the grant's end is one of the company's own time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tandem.charter import load, load_files, load_project
from tandem.charter.definitions import Charter
from tandem.charter.folder import one_writer, put
from tandem.charter.plain import Plain
from tandem.kernel import Problems, Refused, numbers
from tandem.kernel.values import Actor, Destination, Label
from tandem.ledger import AccessRequest, AccessState, Ledger
from tandem.ledger.problems import REQUEST_ANSWERED
from tandem.usecases.approve_plan import LONGEST as LONGEST_APPROVAL
from tandem.usecases.approve_plan import clean_reason, speakers
from tandem.usecases.approving import approves, in_words
from tandem.usecases.auditing import Entry, by, note
from tandem.usecases.edit_charter import opened, save
from tandem.usecases.editors import editors_of, note_editor, put_editors
from tandem.usecases.problems import BAD_LASTING, BAD_REQUEST, NOT_GRANTABLE, NOT_YOUR_FUNCTION, OWN_EDIT
from tandem.usecases.see_plan import see_plan

LONGEST = timedelta(days=366)
APPROVED_FOR = timedelta(days=7)
LONGEST_LIST = 40


@dataclass(frozen=True)
class Wants:
    """What is asked for: a role's use of fields of some labels, for a purpose, at a destination."""

    role: str
    purpose: str
    destination: str
    labels: tuple[str, ...]
    fields: tuple[str, ...] = ()

    def sentence(self) -> str:
        """In English."""
        said = " and ".join(self.labels) or "some"
        of = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"`{self.role}` wants {said} fields{of} for `{self.purpose}` at `{self.destination}`"


@dataclass(frozen=True)
class Answered:
    """A request after its answer. `file` was edited; `approved`: the plan with this edit alone is approved, too."""

    request: AccessRequest
    file: str | None = None
    approved: bool = False


@dataclass(frozen=True)
class Clock:
    """How long requests wait: of those answered the median and the longest, of those open the longest."""

    answered: int
    median: timedelta | None
    longest: timedelta | None
    open: int
    longest_open: timedelta | None


def wants_of(request: AccessRequest) -> Wants:
    """What a kept request asks for."""
    held = request.wants
    return Wants(
        str(held.get("role", request.actor.role)),
        str(held.get("purpose", "")),
        str(held.get("destination", "")),
        tuple(map(str, held.get("labels", ()))),
        tuple(map(str, held.get("fields", ()))),
    )


def ask(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    purpose: str,
    destination: str,
    labels: Sequence[str],
    fields: Sequence[str],
    why: str,
    now: datetime,
) -> AccessRequest:
    """Ask for the own role. Raises RUN-096 for what the charter does not know, RUN-093 without a reason."""
    charter = load(root)
    problems = []
    if charter.purposes.purpose(purpose) is None:
        offered = [one.purpose for one in charter.purposes.purposes]
        problems.append(BAD_REQUEST("there is no such purpose", found=purpose[:60], alternatives=offered))
    if destination not in [*Destination]:
        problems.append(
            BAD_REQUEST("there is no such destination", found=destination[:60], alternatives=[*Destination])
        )
    known = labels_of(charter)
    strange = [one for one in labels if one not in known]
    if strange or not labels:
        found = ", ".join(strange)[:60] or "no label"
        problems.append(BAD_REQUEST("say which labels", found=found, alternatives=known))
    if problems:
        raise Problems(problems)
    said = clean_reason(why)
    short = [one[:120] for one in dict.fromkeys(fields)][:LONGEST_LIST]
    wants = Wants(actor.role, purpose, destination, tuple(dict.fromkeys(labels)), tuple(short))
    note(root, ledger, now, _noted(actor, "ask", "open", wants))
    return ledger.add_request(actor, _plain(wants), said, owner_of_policies(root, ledger), now)


def labels_of(charter: Charter) -> list[str]:
    """The labels that a grant of this charter can name: the four, and the company's own."""
    own = {str(one.label) for policy in charter.policies for one in policy.labels}
    return [*(str(one) for one in Label), *sorted(own)]


def grant(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    number: int,
    reason: str,
    lasting: timedelta,
    wall: datetime,
    now: datetime,
) -> Answered:
    """Grant a request for a time: written into policies/ as a grant that ends at `now` plus `lasting`.

    If nothing else waits to be applied, the answer is the approval of that plan as well, for seven days; whoever may
    apply it then does not wait for a second one. Raises RUN-091, RUN-092, RUN-094, LDG-083, LDG-084, and what saving
    the policy raises.
    """
    request = _mine_to_answer(root, ledger, actor, number)
    if not timedelta() < lasting <= LONGEST:
        raise Problems(
            BAD_LASTING("a grant has to end", found=numbers.span(lasting), expected=numbers.span(LONGEST))
        )
    said = clean_reason(reason)
    wants, until = wants_of(request), (now + lasting).replace(microsecond=0)
    quiet = see_plan(root, ledger).empty
    edit = _written(root, wants, until)
    try:
        note_editor(root, edit.file, actor.name)
        done = ledger.answer_request(number, AccessState.GRANTED, actor.name, said, wall, until)
    except Exception:
        # A grant that answers nothing would wait in the folder as if it did.
        _take_back(root, edit)
        raise
    note(root, ledger, wall, _noted(actor, "grant", "granted", wants, number))
    waiting = see_plan(root, ledger)
    owner = owner_of_policies(root, ledger)
    approved = quiet and not waiting.problems and [*waiting.asked] == [owner]
    if approved:
        ends = wall + min(lasting, APPROVED_FOR, LONGEST_APPROVAL)
        ledger.add_approval(waiting.plan, owner, actor, f"request {number}: {said}", wall, ends)
    return Answered(done, edit.file, approved)


def refuse(
    root: Path, ledger: Ledger, actor: Actor, number: int, reason: str, now: datetime
) -> AccessRequest:
    """Refuse a request with a reason. Raises RUN-091, RUN-093, LDG-083, LDG-084."""
    request = _mine_to_answer(root, ledger, actor, number)
    said = clean_reason(reason)
    done = ledger.answer_request(number, AccessState.REFUSED, actor.name, said, now)
    note(root, ledger, now, _noted(actor, "refuse", "refused", wants_of(request), number))
    return done


def withdraw_request(root: Path, ledger: Ledger, actor: Actor, number: int, now: datetime) -> AccessRequest:
    """Take one's own request back. Raises RUN-091 for somebody else's, LDG-083, LDG-084."""
    request = ledger.request(number)
    if request.actor.name != actor.name:
        sentence = "a request is withdrawn by whoever made it"
        raise Refused(NOT_YOUR_FUNCTION(sentence, found=actor.name, expected=request.actor.name))
    done = ledger.answer_request(number, AccessState.WITHDRAWN, actor.name, "", now)
    note(root, ledger, now, _noted(actor, "withdraw request", "done", wants_of(request), number))
    return done


def clock_of_requests(requests: Sequence[AccessRequest], now: datetime) -> Clock:
    """How long they waited. Withdrawn ones were not answered."""
    answered = [
        one.waited(now) for one in requests if one.state in (AccessState.GRANTED, AccessState.REFUSED)
    ]
    waiting = [one.waited(now) for one in requests if one.state is AccessState.OPEN]
    return Clock(
        len(answered),
        timedelta(seconds=median(one.total_seconds() for one in answered)) if answered else None,
        max(answered, default=None),
        len(waiting),
        max(waiting, default=None),
    )


def owner_of_policies(root: Path, ledger: Ledger) -> str:
    """The function that answers today, by the charter in force: an edit that nobody let through changes no owner."""
    applied = ledger.applied()
    project = load_project(root) if applied is None else load_files(applied.files).project
    return str(project.owners.policies)


def _mine_to_answer(root: Path, ledger: Ledger, actor: Actor, number: int) -> AccessRequest:
    request = ledger.request(number)
    owner = owner_of_policies(root, ledger)
    if not approves(actor.role, owner):
        who = ", ".join(speakers(ledger, owner)) or "nobody yet"
        sentence = f"the role `{actor.role}` does not answer for {in_words([owner])}"
        raise Refused(NOT_YOUR_FUNCTION(sentence, found=actor.role, expected=who))
    if request.state is not AccessState.OPEN:
        raise Problems(REQUEST_ANSWERED(f"the request is {request.state} already", found=str(request.state)))
    others = [name for name in speakers(ledger, owner) if name != actor.name]
    if request.actor.name == actor.name and others:
        sentence = "nobody answers their own request"
        raise Refused(OWN_EDIT(sentence, found=actor.name, expected=", ".join(others)))
    return request


@dataclass(frozen=True)
class _Edit:
    """A file that was edited: its text and its known editors before, its fingerprint after."""

    file: str
    text: str
    editors: tuple[str, ...]
    fingerprint: str


def _written(root: Path, wants: Wants, until: datetime) -> _Edit:
    """The grant in the policy that knows the role, else in the first."""
    charter = load(root)
    if not charter.policies:
        raise Problems(NOT_GRANTABLE("there is no policy to write the grant into"))
    policy = next(
        (one for one in charter.policies if wants.role in [role.role for role in one.roles]),
        charter.policies[0],
    )
    draft = opened(root, "policies", policy.policy)
    assert draft is not None
    added: dict[str, Plain] = {
        "purposes": [wants.purpose],
        "labels": [*wants.labels],
        "destinations": [wants.destination],
        "until": until,
    }
    roles: list[Any] = [dict(one) for one in draft.mapping["roles"]]  # type: ignore[union-attr, arg-type]
    mine = next((one for one in roles if one["role"] == wants.role), None)
    if mine is None:
        roles.append({"role": wants.role, "may": [added]})
    else:
        mine["may"] = [*mine.get("may", ()), added]
    editors = editors_of(root, draft.file)
    done = save(root, "policies", policy.policy, {**draft.mapping, "roles": roles}, draft.fingerprint)
    return _Edit(done.file, draft.text, editors, done.fingerprint)


def _take_back(root: Path, edit: _Edit) -> None:
    """The file as it was before. Raises CHR-301 if somebody edited it since."""
    with one_writer(root):
        put(root, edit.file, edit.text, edit.fingerprint)
    put_editors(root, edit.file, edit.editors)


def _plain(wants: Wants) -> Mapping[str, object]:
    return {
        "role": wants.role,
        "purpose": wants.purpose,
        "destination": wants.destination,
        "labels": [*wants.labels],
        "fields": [*wants.fields],
    }


def _noted(actor: Actor, what: str, outcome: str, wants: Wants, number: int | None = None) -> Entry:
    detail = {**_plain(wants), **({} if number is None else {"request": number})}
    return by(actor, "request", what, outcome, purpose=wants.purpose, detail=detail)
