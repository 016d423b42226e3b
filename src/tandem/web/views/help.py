"""Help: what the words mean, what each role may do, and how to get about without a mouse."""

from dataclasses import dataclass

from tandem.kernel.values import WorkspaceRole
from tandem.usecases.approving import FUNCTIONS
from tandem.web.access import Action, may
from tandem.web.asking import Ask
from tandem.web.page import PageContext, doc
from tandem.web.values import Table
from tandem.web.words import Section, glossary

ROLES = {
    WorkspaceRole.MARKETER: "sets up audiences and campaigns, and sees what they earned",
    WorkspaceRole.ANALYST: "counts and measures, and builds audiences",
    WorkspaceRole.ENGINEER: "answers for sources, quarantine and runs",
    WorkspaceRole.PRIVACY: "sees to purposes, consent and policies, and can explain what was done to a person",
    WorkspaceRole.EXECUTIVE: "looks at how many and how much",
    WorkspaceRole.ADMIN: "keeps accounts and speaks for both functions; that alone is no reason to see customers",
}
KEYS = (
    ("Tab, Shift and Tab", "go to the next or the former link or field; the first Tab skips to the content"),
    ("Enter", "opens a link, sends a form"),
    ("Space", "opens and closes a part that is folded away, presses a button, ticks a box"),
    ("Arrow keys", "move a table or a picture that is wider than the screen, once it has the focus"),
)
ADDRESSES = (
    (".json", "behind the address of a page gives the same as JSON"),
    ("CSV, SVG, PNG", "under every table and picture give it as a file"),
)


@dataclass(frozen=True, kw_only=True)
class HelpPage(PageContext):
    """Words, roles, keys."""

    you: str = doc("The role of who asks, and what it may do.")
    may: tuple[str, ...] = doc("What that role may do here.")
    roles: Table = doc("Every role: what it is for, which function it speaks for, what it may do.")
    keys: tuple[tuple[str, str], ...] = doc("How to get about with the keyboard.")
    addresses: tuple[tuple[str, str], ...] = doc("How to take a page or a part of it elsewhere.")
    words: tuple[Section, ...] = doc("The glossary, section by section.")


def view(ask: Ask) -> PageContext:
    """The one page of help."""
    assert ask.user is not None
    role = ask.user.role
    return HelpPage(
        title="Words and help",
        you=f"You are here as {role}: this role {ROLES[role]}.",
        may=tuple(action for action in Action if may(role, action)),
        roles=_roles(),
        keys=KEYS,
        addresses=ADDRESSES,
        words=glossary(),
    )


def _roles() -> Table:
    rows = tuple(
        (
            str(role),
            f"{ROLES[role][:1].upper()}{ROLES[role][1:]}.",
            _speaks_for(role),
            ", ".join(action for action in Action if may(role, action)),
        )
        for role in WorkspaceRole
    )
    columns = ("role", "what it is for", "speaks for", "may")
    return Table(name="roles", title="Who may do what", columns=columns, rows=rows)


def _speaks_for(role: WorkspaceRole) -> str:
    names = sorted("IT" if one == "it" else one for one in FUNCTIONS[role])
    return " and ".join(names) or "nobody"
