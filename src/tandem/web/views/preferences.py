"""What customers and other systems say about purposes, and what the world may know of Global Privacy Control here."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tandem.charter import load_files
from tandem.charter.definitions import Signal
from tandem.kernel import Problems, numbers
from tandem.usecases.preferences import Choice, is_signed, save_preferences, see_preferences, unsubscribe
from tandem.usecases.problems import BAD_LINK
from tandem.usecases.state_consent import state_given
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, Reply, doc

ONE_CLICK = "One-Click"


@dataclass(frozen=True, kw_only=True)
class PreferencesPage(PageContext):
    """What one customer agreed to, for the customer; reached by the link of a message, without signing in."""

    holds: bool = doc("Whether the link holds; if not, nothing else is shown.")
    choices: tuple[Choice, ...] = doc(
        "Each purpose on which the person has a say, with its answer.", default=()
    )
    until: datetime | None = doc("Until when the link holds.", default=None)
    signal: bool = doc("Whether the browser sends Global Privacy Control.", default=False)

    @property
    def status(self) -> int:
        return 200 if self.holds else 403


def unopened(ask: Ask) -> PageContext | None:
    """The kind word at once, where the link is none of ours: whoever makes one up costs no workspace."""
    return None if is_signed(ask.root, ask.path["token"], ask.now) else _ended()


def form(ask: Ask) -> PageContext:
    """The page behind a link, or a kind word if the link does not hold."""
    try:
        found = see_preferences(ask.work, ask.path["token"], ask.now)
    except Problems as stopped:
        return _closed(stopped)
    return PreferencesPage(
        title="Your preferences",
        holds=True,
        choices=found.choices,
        until=found.until,
        signal=ask.headers.get("sec-gpc") == "1",
    )


def save(ask: Ask) -> PageContext | Go | Reply:
    """Save what was chosen; or, from a mail program, say no to the purpose of the message at one click."""
    token = ask.path["token"]
    try:
        if ask.text("List-Unsubscribe") == ONE_CLICK:
            unsubscribe(ask.work, token, ask.now)
            return Reply({"unsubscribed": True})
        shown = see_preferences(ask.work, token, ask.now).choices
        answers = {one.purpose: ask.text(f"for_{one.purpose}") for one in shown}
        changed = save_preferences(
            ask.work, token, {name: said for name, said in answers.items() if said in ("yes", "no")}, ask.now
        )
    except Problems as stopped:
        return _closed(stopped)
    notice = f"{numbers.plural(changed, 'choice')} saved." if changed else "Nothing was changed."
    return Go(f"/preferences/{token}", notice=f"Thank you. {notice}")


def state(ask: Ask) -> Reply:
    """Take statements from another system. Every one is on the disk before the answer leaves."""
    ids = state_given(ask.work, ask.json(), "api", ask.now)
    return Reply({"kept": len(ids), "ids": list(ids)}, 202)


def gpc(ask: Ask) -> Reply:
    """Whether Global Privacy Control is honoured here, and since when, as its specification asks."""
    applied = ask.ledger.applied()
    if applied is None:
        return Reply({"gpc": False})
    honoured = _honoured(tuple(sorted(applied.files.items())))
    return Reply({"gpc": honoured, "lastUpdate": f"{applied.applied_at:%Y-%m-%d}"})


def _closed(stopped: Problems) -> PageContext:
    """Only that the link does not hold, whatever is wrong with it; anything else is told as what it is."""
    if stopped.problems[0].code != BAD_LINK.code:
        raise stopped
    return _ended()


def _ended() -> PageContext:
    return PreferencesPage(title="This link does not hold any more", holds=False)


@lru_cache(maxsize=8)
def _honoured(files: tuple[tuple[str, str], ...]) -> bool:
    """Read once for each charter that comes in force: whoever asks from outside must not keep the staff waiting."""
    return any(one.gpc is Signal.DENIES for one in load_files(dict(files)).purposes.purposes)
