"""Who may sign in: name, role, password or the account at the company's sign-in service."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tandem.kernel import Problem, Problems
from tandem.kernel.values import WorkspaceRole
from tandem.ledger.passwords import Passwords, require_strong
from tandem.ledger.problems import (
    BAD_NAME,
    LAST_ADMIN,
    LINKED_ELSEWHERE,
    NAME_TAKEN,
    UNKNOWN_ROLE,
    UNKNOWN_USER,
)
from tandem.ledger.store import Store
from tandem.ledger.tables import sessions
from tandem.ledger.tables import users as t

NAME = re.compile(r"[\w.+@'-]{2,254}")
DISPLAY_LONGEST = 100


@dataclass(frozen=True)
class User:
    """An account. `name` is the sign-in name in lower case, often an e-mail address; `display` is for people.

    `signs_in_elsewhere`: it is linked to an account at the company's sign-in service.
    """

    id: int
    name: str
    display: str
    role: WorkspaceRole
    active: bool
    has_password: bool
    signs_in_elsewhere: bool
    created_at: datetime

    def to_dict(self) -> dict[str, object]:
        """For JSON; the id as text, as all ids go out."""
        return {**vars(self), "id": str(self.id), "role": str(self.role)}


class Users(Store):
    """The accounts. Removing one only takes away its right to sign in: what it did stays under its name."""

    def __init__(self, database: Engine, passwords: Passwords) -> None:
        super().__init__(database)
        self._passwords = passwords

    def add_user(
        self, name: str, role: str, now: datetime, *, display: str = "", password: str | None = None
    ) -> User:
        """A new account, or a removed one again with nothing of what it had. Without a password it can only
        sign in through the company's sign-in service.

        Raises LDG-040 for a name that cannot be used, LDG-041 if it is taken, LDG-043 for a weak password,
        LDG-044 for a role there is not.
        """
        known = normal_name(name)
        if NAME.fullmatch(known) is None:
            raise Problems(BAD_NAME("this cannot be a sign-in name", found=name[:DISPLAY_LONGEST]))
        row = {
            "name": known,
            "display": _display(display, known),
            "role": str(role_named(role)),
            "password_hash": None if password is None else self._digest(password, known),
            "oidc_issuer": None,
            "oidc_subject": None,
            "active": True,
            "created_at": now,
        }
        taken = NAME_TAKEN(f"there is an account `{known}` already")
        try:
            with self._write() as db:
                held = db.execute(select(t).where(t.c.name == known)).mappings().first()
                if held is None:
                    return user_of(db.execute(insert(t).values(**row).returning(t)).mappings().one())
                if held["active"]:
                    raise Problems(taken)
                again = update(t).where(t.c.id == held["id"]).values(**row).returning(t)
                return user_of(db.execute(again).mappings().one())
        except IntegrityError as clash:
            raise Problems(taken) from clash

    def users(self) -> list[User]:
        """All accounts, by name; removed ones too."""
        with self._read() as db:
            return [user_of(row) for row in db.execute(select(t).order_by(t.c.name)).mappings()]

    def user(self, user_id: int) -> User | None:
        """The account with this id, removed or not."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.id == user_id)).mappings().first()
            return None if row is None else user_of(row)

    def user_named(self, name: str) -> User | None:
        """The account with this sign-in name, in whatever case it is written, removed or not."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.name == normal_name(name))).mappings().first()
            return None if row is None else user_of(row)

    def user_elsewhere(self, issuer: str, subject: str) -> User | None:
        """The account that is linked to this one of the company's sign-in service, removed or not."""
        with self._read() as db:
            linked = (t.c.oidc_issuer == issuer) & (t.c.oidc_subject == subject)
            row = db.execute(select(t).where(linked)).mappings().first()
            return None if row is None else user_of(row)

    def verify(self, name: str, password: str) -> User | None:
        """The active account with this name and password. An unknown name takes as long as a wrong password."""
        with self._read() as db:
            known = (t.c.name == normal_name(name)) & t.c.active
            row = db.execute(select(t).where(known)).mappings().first()
        checked = self._passwords.check(None if row is None else row["password_hash"], password)
        if row is None or not checked.right:
            return None
        if checked.renewed is not None:
            with self._write() as db:
                # Only if nobody changed the password meanwhile.
                same = (t.c.id == row["id"]) & (t.c.password_hash == row["password_hash"])
                db.execute(update(t).where(same).values(password_hash=checked.renewed))
        return user_of(row)

    def set_role(self, name: str, role: str) -> User:
        """Give an active account another role; it holds from its next page on. Raises LDG-042, LDG-044, LDG-049."""
        wanted = role_named(role)
        with self._write() as db:
            if wanted is not WorkspaceRole.ADMIN:
                _keep_an_admin(db, name)
            return _changed(db, name, role=str(wanted))

    def set_password(self, name: str, password: str) -> User:
        """Give an active account another password and end all its sessions. Raises LDG-042, LDG-043."""
        digest = self._digest(password, normal_name(name))
        with self._write() as db:
            user = _changed(db, name, password_hash=digest)
            db.execute(delete(sessions).where(sessions.c.user_id == user.id))
            return user

    def remove_user(self, name: str) -> User:
        """Take away an active account's right to sign in and end all its sessions. Raises LDG-042, LDG-049."""
        with self._write() as db:
            _keep_an_admin(db, name)
            user = _changed(db, name, active=False)
            db.execute(delete(sessions).where(sessions.c.user_id == user.id))
            return user

    def link_user(self, name: str, issuer: str, subject: str) -> User:
        """Let an active account sign in through the company's sign-in service as this subject.

        Raises LDG-042, or LDG-045 if the account or the subject is linked otherwise already.
        """
        otherwise = LINKED_ELSEWHERE(f"`{normal_name(name)}` is linked to another account there")
        try:
            with self._write() as db:
                row = db.execute(select(t).where(t.c.name == normal_name(name))).mappings().first()
                held = None if row is None else row["oidc_subject"]
                if row is not None and held is not None and (row["oidc_issuer"], held) != (issuer, subject):
                    raise Problems(otherwise)
                return _changed(db, name, oidc_issuer=issuer, oidc_subject=subject)
        except IntegrityError as clash:
            raise Problems(otherwise) from clash

    def _digest(self, password: str, name: str) -> str:
        require_strong(password, name)
        return self._passwords.digest(password)


def normal_name(name: str) -> str:
    """A sign-in name as it is kept and compared: lower case, no blanks around it, at most 254 letters that print."""
    plain = unicodedata.normalize("NFKC", name).strip().lower()
    return "".join(letter for letter in plain if letter.isprintable())[:254]


def role_named(role: str) -> WorkspaceRole:
    """The role of that name. Raises LDG-044 with the roles there are."""
    try:
        return WorkspaceRole(role.strip().lower())
    except ValueError:
        raise Problems(
            UNKNOWN_ROLE("there is no such role", found=role, alternatives=[*WorkspaceRole])
        ) from None


def _keep_an_admin(db: Connection, name: str) -> None:
    """Refuse if this account is the only active admin. Locked, so that two admins cannot remove each other at once."""
    admins = select(t.c.name).where(t.c.active, t.c.role == str(WorkspaceRole.ADMIN)).order_by(t.c.id)
    if db.execute(admins.with_for_update()).scalars().all() == [normal_name(name)]:
        raise Problems(LAST_ADMIN("this is the last admin of the workspace", found=normal_name(name)))


def _changed(db: Connection, name: str, **values: object) -> User:
    known = normal_name(name)
    row = db.execute(update(t).where(t.c.name == known, t.c.active).values(**values).returning(t))
    found = row.mappings().first()
    if found is None:
        raise Problems(_unknown(db, known))
    return user_of(found)


def _unknown(db: Connection, name: str) -> Problem:
    names = db.execute(select(t.c.name).where(t.c.active).order_by(t.c.name)).scalars().all()
    return UNKNOWN_USER("there is no account of that name", found=name, alternatives=names)


def _display(display: str, name: str) -> str:
    return "".join(letter for letter in display.strip() if letter.isprintable())[:DISPLAY_LONGEST] or name


def user_of(row: RowMapping) -> User:
    """A row of the table `users` as an account."""
    return User(
        id=row["id"],
        name=row["name"],
        display=row["display"],
        role=WorkspaceRole(row["role"]),
        active=row["active"],
        has_password=row["password_hash"] is not None,
        signs_in_elsewhere=row["oidc_subject"] is not None,
        created_at=row["created_at"],
    )
