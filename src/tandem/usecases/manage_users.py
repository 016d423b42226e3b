"""Who may sign in to the workspace: add an account, list them, give a role or a password, remove one."""

from datetime import datetime

from tandem.ledger import Ledger, User, pass_phrase

__all__ = ["User", "accounts", "add_account", "give_password", "give_role", "pass_phrase", "remove_account"]


def accounts(ledger: Ledger) -> list[User]:
    """All accounts, by name; removed ones too."""
    return ledger.users()


def add_account(
    ledger: Ledger, name: str, role: str, now: datetime, *, display: str = "", password: str | None = None
) -> User:
    """A new account, or a removed one again. Without a password it can only sign in through the company's
    sign-in service. Raises LDG-040 to LDG-044."""
    return ledger.add_user(name, role, now, display=display, password=password)


def give_role(ledger: Ledger, name: str, role: str) -> User:
    """Another role, from the account's next page on. Raises LDG-042 or LDG-044."""
    return ledger.set_role(name, role)


def give_password(ledger: Ledger, name: str, password: str) -> User:
    """Another password; whoever is signed in with this account is signed out. Raises LDG-042 or LDG-043."""
    return ledger.set_password(name, password)


def remove_account(ledger: Ledger, name: str) -> User:
    """The account cannot sign in any more and is signed out; what it did stays under its name. Raises LDG-042."""
    return ledger.remove_user(name)
