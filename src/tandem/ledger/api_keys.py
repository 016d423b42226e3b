"""Keys with which other systems call Tandem: `tdm_<prefix>_<secret>`, told once, kept as a digest.

The secret is 256 bits of chance, so a fast digest is enough: nobody can try that many, and a slow one would cost
each request a tenth of a second. All times here are those of the wall.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from tandem.kernel import Problem, Problems
from tandem.ledger.passwords import new_prefix, new_token, token_digest
from tandem.ledger.problems import BAD_KEY, TOO_MANY_KEYS, UNKNOWN_KEY, WRONG_KEY, WRONG_SCOPE
from tandem.ledger.store import Store
from tandem.ledger.tables import api_keys as t
from tandem.ledger.tables import sign_in_attempts as a

MARK = "tdm"
PREFIX = re.compile("[0-9a-f]{8}")
SCOPES = ("consent:write", "opendsr")
NAME_LONGEST = 100
GRACE = timedelta(days=7)
TOUCH = timedelta(minutes=1)
WITHIN = timedelta(minutes=15)
MOST_FAILURES = 20
NOBODY = "0" * 64
TRIED = "api key"
"""The name under which failures are counted, and before the address, so that they lock nobody's sign-in."""


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. `replaced_by` is the id of the key that it was rotated into."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by: int | None

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def state(self, now: datetime) -> str:
        """'revoked', 'expired', 'replaced, valid for a while' or 'valid'."""
        if self.revoked_at is not None:
            return "revoked"
        if not self.holds(now):
            return "expired"
        return "replaced, valid for a while" if self.replaced_by is not None else "valid"

    def to_dict(self) -> dict[str, object]:
        """For JSON; ids as text, as all ids go out."""
        replaced = None if self.replaced_by is None else str(self.replaced_by)
        return {**vars(self), "id": str(self.id), "scopes": list(self.scopes), "replaced_by": replaced}


class ApiKeys(Store):
    """The keys. A key is never deleted: the audit log names its prefix."""

    def add_key(
        self,
        name: str,
        scopes: Sequence[str],
        actor: str,
        now: datetime,
        *,
        expires_at: datetime | None = None,
    ) -> tuple[str, ApiKey]:
        """A new key: its text, which is told only here, and what is kept of it. Raises LDG-094.

        Two keys that hold have two names: what a caller handed in is known by the name of the key.
        """
        wrong = _wrong(name, scopes, now, expires_at)
        if wrong:
            raise Problems(wrong)
        with self._write() as db:
            rows = db.execute(select(t).where(t.c.name == name.strip()).with_for_update()).mappings().all()
            if any(one.holds(now) for one in map(_key, rows)):
                sentence = (
                    "another key of that name is valid; whoever has it would be taken for the same caller"
                )
                raise Problems(BAD_KEY(sentence, found=name.strip()))
            return _added(db, name.strip(), sorted({*scopes}), actor, now, expires_at)

    def api_keys(self) -> list[ApiKey]:
        """All keys, the newest first; revoked and expired ones too."""
        with self._read() as db:
            return [_key(row) for row in db.execute(select(t).order_by(t.c.id.desc())).mappings()]

    def rotate_key(
        self, prefix: str, actor: str, now: datetime, grace: timedelta = GRACE
    ) -> tuple[str, ApiKey]:
        """A new key of the same name, scopes and expiry; the old one holds for the grace time. Raises LDG-093."""
        with self._write() as db:
            old = _holding(db, prefix, now)
            text, made = _added(db, old.name, old.scopes, actor, now, old.expires_at)
            until = now + grace if old.expires_at is None else min(old.expires_at, now + grace)
            db.execute(update(t).where(t.c.id == old.id).values(expires_at=until, replaced_by=made.id))
            return text, made

    def revoke_key(self, prefix: str, now: datetime) -> ApiKey:
        """End a key at once. Raises LDG-093."""
        with self._write() as db:
            old = _holding(db, prefix, now)
            ended = update(t).where(t.c.id == old.id).values(revoked_at=now).returning(t)
            return _key(db.execute(ended).mappings().one())

    def prove_key(self, text: str, scope: str, address: str, now: datetime) -> ApiKey:
        """The key of that text, which must hold and have the scope; notes that it was used, once a minute at most.

        Raises LDG-090 for no such key, LDG-091 for another scope, and LDG-092 in place of LDG-090 when 20 wrong
        ones came from the address within 15 minutes. A right key is answered even then: its secret cannot be
        guessed, and one caller's mistake must not shut out its neighbours.
        """
        found = self._proven(text, now)
        if found is None:
            self._note_failure(address, now)
            raise Problems(WRONG_KEY("this is no valid API key"))
        if scope not in found.scopes:
            sentence = f"the key `{found.name}` may not do this"
            raise Problems(WRONG_SCOPE(sentence, found=", ".join(found.scopes), expected=scope))
        if found.last_used_at is None or now - found.last_used_at >= TOUCH:
            with self._write() as db:
                db.execute(update(t).where(t.c.id == found.id).values(last_used_at=now))
        return found

    def first_of_scope(self, text: str, now: datetime) -> bool:
        """Whether this is the first time within a minute that this right key is used for a scope that it has not.

        So that one caller's mistake, made a thousand times, is one entry of the audit log.
        """
        place = f"{TRIED} scope {text.split('_', 2)[1]}"
        with self._write() as db:
            counted = select(func.count()).select_from(a).where(a.c.address == place, a.c.at > now - TOUCH)
            if db.execute(counted).scalar_one():
                return False
            db.execute(delete(a).where(a.c.at <= now - WITHIN))
            db.execute(insert(a).values(name=TRIED, address=place, at=now, ok=True))
            return True

    def _proven(self, text: str, now: datetime) -> ApiKey | None:
        mark, prefix, secret = [*text.split("_", 2), "", ""][:3]
        with self._read() as db:
            row = (
                db.execute(select(t).where(t.c.prefix == (prefix if PREFIX.fullmatch(prefix) else "")))
                .mappings()
                .first()
            )
        kept = NOBODY if row is None else row["secret_hash"]
        same = hmac.compare_digest(token_digest(secret), kept)
        if row is None or mark != MARK or not same:
            return None
        found = _key(row)
        return found if found.holds(now) else None

    def _note_failure(self, address: str, now: datetime) -> None:
        place = f"{TRIED} {address}"
        with self._write() as db:
            db.execute(delete(a).where(a.c.at <= now - WITHIN))
            counted = select(func.count()).select_from(a).where(a.c.address == place, ~a.c.ok)
            if db.execute(counted).scalar_one() < MOST_FAILURES:
                db.execute(insert(a).values(name=TRIED, address=place, at=now, ok=False))
                return
        raise Problems(TOO_MANY_KEYS("too many wrong API keys came from this address"))


def _added(
    db: Connection, name: str, scopes: Sequence[str], actor: str, now: datetime, expires_at: datetime | None
) -> tuple[str, ApiKey]:
    prefix, secret = new_prefix(), new_token()
    row = {"name": name, "prefix": prefix, "secret_hash": token_digest(secret), "scopes": [*scopes]}
    more = {"created_by": actor, "created_at": now, "expires_at": expires_at}
    made = db.execute(insert(t).values(**row, **more).returning(t)).mappings().one()
    return f"{MARK}_{prefix}_{secret}", _key(made)


def _holding(db: Connection, prefix: str, now: datetime) -> ApiKey:
    """The key of that prefix, which still holds."""
    rows = db.execute(select(t).order_by(t.c.id).with_for_update()).mappings().all()
    able = {one.prefix: one for one in map(_key, rows) if one.holds(now)}
    if prefix not in able:
        sentence = "there is no valid key of that prefix"
        raise Problems(UNKNOWN_KEY(sentence, found=prefix[:NAME_LONGEST], alternatives=[*able]))
    return able[prefix]


def _wrong(name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None) -> list[Problem]:
    found = []
    if not 0 < len(name.strip()) <= NAME_LONGEST or not name.isprintable():
        found.append(BAD_KEY("a key needs a name that says who calls with it"))
    strange = [one for one in scopes if one not in SCOPES]
    if strange or not scopes:
        said = strange[0] if strange else "no scope"
        found.append(BAD_KEY("a key is for one scope or several", found=said, alternatives=SCOPES))
    if expires_at is not None and expires_at <= now:
        found.append(BAD_KEY("the key would have expired already"))
    return found


def _key(row: RowMapping) -> ApiKey:
    known = {name: row[name] for name in row if name != "secret_hash"}
    return ApiKey(**(known | {"scopes": tuple(row["scopes"])}))
