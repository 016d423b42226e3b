"""What IT commits itself to and what comes of it; and what marketing promised outside without IT."""

from datetime import date, datetime, timedelta

from tandem.align.agenda_problems import BAD_DAY, INCOMPLETE, NO_PROMISE, NOT_AGREED
from tandem.align.briefs import TITLES, Weight, ask_of, complete
from tandem.charter import Charter
from tandem.kernel import Problems
from tandem.kernel.values import WorkspaceRole as Role
from tandem.ledger import Brief, Commitment, CommitmentKind
from tandem.usecases.approve_plan import clean_reason
from tandem.usecases.make_brief import lacks
from tandem.usecases.sides import BRIEFS, COMMITS, Desk

LONGEST_WHAT = 500


def commit(
    desk: Desk, charter: Charter, number: int, version: int, due: date, reason: str = ""
) -> Commitment:
    """Commit IT to the brief as it was read, by the end of a day.

    Raises ALN-401, ALN-402 with what is missing, ALN-404, LDG-110, LDG-111 if it was changed since, LDG-112.
    """
    desk.needs(COMMITS, "commit", brief=number)
    brief = desk.ledger.brief(number)
    _whole(charter, brief, desk.now)
    until = _end_of(due, desk.now)
    title = str(brief.latest.content["title"])
    said = _said(reason)
    done = desk.ledger.commit_to_brief(
        number, version, title, desk.actor, desk.function, until, desk.now, said
    )
    desk.note("commit", brief=number, commitment=done.id, version=version, due=due.isoformat())
    return done


def agree_again(
    desk: Desk, charter: Charter, number: int, version: int, due: date, reason: str = ""
) -> Commitment:
    """Agree to what the brief says now, by the same date or another. Raises as `commit` does, and LDG-115."""
    desk.needs(COMMITS, "agree again", commitment=number)
    held = desk.ledger.commitment(number)
    if held.brief is not None:
        _whole(charter, desk.ledger.brief(held.brief), desk.now)
    # The old date may have passed meanwhile: it can be kept, but no new one lies in the past.
    until = held.due if due == held.due.date() else _end_of(due, desk.now)
    at, said = desk.now, _said(reason)
    done = desk.ledger.agree_again(number, version, until, desk.actor, desk.function, at, said)
    desk.note("agree again", commitment=number, brief=held.brief, version=version, due=due.isoformat())
    return done


def keep(desk: Desk, number: int, reason: str = "") -> Commitment:
    """Say that what was promised is delivered. Raises ALN-401, ALN-406 if the brief was changed since, LDG-115."""
    held = desk.ledger.commitment(number)
    desk.needs(_makers(held), "deliver", commitment=number)
    if held.kind is CommitmentKind.COMMITMENT and held.brief is not None:
        latest = desk.ledger.brief(held.brief).latest.version
        if held.agreed_version != latest:
            found, expected = f"version {held.agreed_version}", f"version {latest}"
            sentence = "the brief was changed since IT agreed to it"
            raise Problems(NOT_AGREED(sentence, found=found, expected=expected))
    done = desk.ledger.keep_commitment(number, desk.actor, desk.function, desk.now, _said(reason))
    desk.note("deliver", commitment=number, brief=held.brief)
    return done


def accept(desk: Desk, number: int, reason: str = "") -> Commitment:
    """Take what was delivered as what was asked for. Raises ALN-401, LDG-114, LDG-115."""
    desk.needs(BRIEFS, "accept", commitment=number)
    done = desk.ledger.accept_commitment(number, desk.actor, desk.function, desk.now, _said(reason))
    desk.note("accept", commitment=number)
    return done


def send_back(desk: Desk, number: int, reason: str) -> Commitment:
    """What was delivered is not what was asked for; say what is. Raises ALN-401, RUN-093, LDG-114, LDG-115."""
    desk.needs(BRIEFS, "send back", commitment=number)
    said = clean_reason(reason)
    done = desk.ledger.send_back_commitment(number, desk.actor, desk.function, desk.now, said)
    desk.note("send back", commitment=number)
    return done


def withdraw_commitment(desk: Desk, number: int, reason: str) -> Commitment:
    """Take a commitment or promise back, with a reason. Raises ALN-401, RUN-093, LDG-114, LDG-115."""
    held = desk.ledger.commitment(number)
    desk.needs(_makers(held), f"withdraw {held.kind}", commitment=number)
    said = clean_reason(reason)
    done = desk.ledger.withdraw_commitment(number, desk.actor, desk.function, desk.now, said)
    desk.note(f"withdraw {held.kind}", commitment=number, brief=held.brief)
    return done


def promise(desk: Desk, brief: int | None, what: str, due: date, reason: str = "") -> Commitment:
    """Keep that a date was told outside, whether or not IT knows. Raises ALN-401, ALN-404, ALN-409, LDG-110, LDG-112.

    Nothing is checked with IT: that there was no agreement is what is kept.
    """
    desk.needs(BRIEFS, "promise", brief=brief)
    said = " ".join(what.split())[:LONGEST_WHAT]
    if len(said.split()) < 2:
        raise Problems(NO_PROMISE("say what was promised, and to whom", found=said or "nothing"))
    until = _end_of(due, desk.now)
    at, why = desk.now, _said(reason)
    done = desk.ledger.add_promise(brief, said, desk.actor, desk.function, until, at, why)
    desk.note("promise", brief=brief, due=due.isoformat())
    return done


def day_of(text: str) -> date:
    """A day as forms and commands give it, such as 2026-07-01. Raises ALN-404."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        found = text.strip()[:40] or "nothing"
        raise Problems(BAD_DAY("say by which day", found=found, expected="2026-07-01")) from None


def _whole(charter: Charter, brief: Brief, now: datetime) -> None:
    found = lacks(charter, ask_of(brief.latest.content), now)
    if not complete(found):
        missing = [one for one in found if one.weight is Weight.MISSING]
        parts = ", ".join(dict.fromkeys(TITLES[one.part].lower() for one in missing))
        sentence = f"brief {brief.id} is not complete: {'; '.join(one.sentence for one in missing)}"
        raise Problems(INCOMPLETE(sentence, found=f"no answer for: {parts}"))


def _end_of(due: date, now: datetime) -> datetime:
    """The last second of the day."""
    if due < now.date():
        raise Problems(BAD_DAY("the day has passed already", found=due.isoformat()))
    return datetime(due.year, due.month, due.day) + timedelta(days=1, seconds=-1)


def _makers(held: Commitment) -> frozenset[Role]:
    return COMMITS if held.kind is CommitmentKind.COMMITMENT else BRIEFS


def _said(reason: str) -> str:
    return " ".join(reason.split())[:1000]
