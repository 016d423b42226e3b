"""Policy asked once more, at the last moment: whom may this campaign reach now, and with which data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Campaign, Channel, Charter, Normalise
from tandem.charter.definitions.campaigns import PREFERENCES_URL
from tandem.deliver.problems import UNKNOWN_FIELD
from tandem.deliver.writing import Writer, check_message, writer
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.policy import Decision, Permit, decide, guarded, people

DESTINATIONS = {Channel.EMAIL: Destination.EMAIL, Channel.FILE: Destination.FILE}
ADDRESS_COLUMNS = ("kind", "value", "first_seen_at", "blocked")
ADDRESS, KEY = "address", "address_key"


@dataclass(frozen=True)
class Needs:
    """What a campaign reads of a person: identifier kinds and traits, each by name.

    For e-mail the kinds stand for one column `address`; for a file each kind is a column of its own.
    """

    channel: Channel
    kinds: tuple[str, ...]
    traits: tuple[str, ...]

    @property
    def footprint(self) -> frozenset[FieldRef]:
        """Every column that is read, for policy."""
        addresses = [FieldRef("identifiers", column) for column in ADDRESS_COLUMNS if self.kinds]
        before = FieldRef("person_changes", "from_person_id")
        return frozenset([before, *addresses, *(FieldRef("profile", trait) for trait in self.traits)])

    @property
    def shown(self) -> frozenset[FieldRef]:
        """The columns that are only given out: traits, and in a file the identifiers themselves."""
        given = [FieldRef("identifiers", "value")] if self.channel is Channel.FILE and self.kinds else []
        return frozenset([*given, *(FieldRef("profile", trait) for trait in self.traits)])


def needs(campaign: Campaign, charter: Charter) -> Needs:
    """What the campaign's message or export reads. Raises Problems with all that is wrong in it."""
    problems = check_campaign(campaign, charter)
    if problems:
        raise Problems(problems)
    if campaign.export is not None and campaign.channel is Channel.FILE:
        kinds = tuple(name for name in campaign.export.fields if charter.identity.kind(name))
        return Needs(Channel.FILE, kinds, tuple(name for name in campaign.export.fields if name not in kinds))
    printed = message_writer(campaign, charter).variables
    traits = tuple(name for name in printed if name != PREFERENCES_URL)
    return Needs(Channel.EMAIL, email_kinds(charter), traits)


def check_campaign(campaign: Campaign, charter: Charter) -> list[Problem]:
    """All problems of a campaign's message or export: syntax, and names that stand for nothing."""
    traits = [trait.trait for trait in charter.traits]
    if campaign.channel is Channel.EMAIL:
        return check_message(campaign.message, _printable(charter)) if campaign.message is not None else []
    if campaign.export is None:
        return []
    known = [*(rule.kind for rule in charter.identity.kinds), *traits]
    return [
        UNKNOWN_FIELD(
            f"the export has a column `{name}`, which is neither an identifier kind nor a trait",
            place=campaign.export.at("fields", index),
            found=name,
            alternatives=known,
        )
        for index, name in enumerate(campaign.export.fields)
        if name not in known
    ]


def message_writer(campaign: Campaign, charter: Charter) -> Writer:
    """The templates of an e-mail campaign, compiled."""
    if campaign.message is None:
        raise ValueError(f"campaign {campaign.campaign} has no message; the charter should not have loaded")
    return writer(campaign.message, _printable(charter))


def _printable(charter: Charter) -> list[str]:
    """What a message may print: traits, and the link to the preference page if it has an address."""
    link = [PREFERENCES_URL] if charter.project.workspace is not None else []
    return [*(trait.trait for trait in charter.traits), *link]


def email_kinds(charter: Charter) -> tuple[str, ...]:
    """The identifier kinds that are e-mail addresses: those normalised as such."""
    return tuple(rule.kind for rule in charter.identity.kinds if rule.normalise is Normalise.EMAIL)


def ask(
    actor: Actor,
    campaign: Campaign,
    reads: Needs,
    charter: Charter,
    engine: Engine,
    *,
    now: datetime | None = None,
    key: bytes = b"",
) -> Decision:
    """Policy's decision for this campaign's purpose and channel and everything that the message reads.

    What the message or file shows may be masked; the address of an e-mail may not, for nobody could be reached there.
    """
    return decide(
        actor,
        campaign.purpose,
        DESTINATIONS[campaign.channel],
        reads.footprint,
        charter,
        engine.catalogue,
        now=now,
        shown=reads.shown,
        key=key,
    )


def reachable(
    wanted: exp.Query, campaign: Campaign, reads: Needs, permit: Permit, engine: Engine
) -> exp.Select:
    """One row per wanted person whom the permit reaches: contact_id, person_id, the columns of `reads`.

    For e-mail `address` is the e-mail identifier seen first most recently that is not blocked, the smaller
    key if two came at once: the newest address is the likeliest to be read. Nobody suppressed is left here:
    the permit leaves out a person by any suppressed identifier. NULL where a person has none; traits are
    named `trait_<name>`, identifier kinds `kind_<name>`. `address_key` is the key of the address, for links.
    """
    person = exp.column("person_id", "w")
    contact = f.digest60(f.value(campaign.campaign), person)
    query = exp.select(contact.as_("contact_id"), person.as_("person_id")).from_(wanted.subquery("w"))
    query = query.join(people(permit, engine.catalogue).subquery("p"), on=_same("p"))
    if reads.kinds:
        names = [*identifier_columns(reads), *([KEY] if reads.channel is Channel.EMAIL else [])]
        query = query.select(*(exp.column(name, "i").as_(name) for name in names))
        query = query.join(_newest(reads, permit, engine).subquery("i"), on=_same("i"), join_type="left")
    if reads.traits:
        query = query.select(*(exp.column(name, "t").as_(f"trait_{name}") for name in reads.traits))
        profile = exp.select("*").from_(guarded("profile", permit, engine.catalogue)).subquery("t")
        query = query.join(profile, on=_same("t"), join_type="left")
    return query


def reached_before(contacted: exp.Query, permit: Permit, engine: Engine) -> exp.Select:
    """One row `person_id` per person who now has an identifier of somebody else who was contacted.

    After a merge the survivor may be another than the one who got the message. An identifier that moved for
    another reason counts too: perhaps once too few is better than perhaps twice.
    """
    changes = exp.select("*").from_(guarded("person_changes", permit, engine.catalogue)).subquery("h")
    now, then = exp.column("person_id", "h"), exp.column("from_person_id", "h")
    return (
        exp.select(now)
        .distinct()
        .from_(changes)
        .join(contacted.copy().subquery("c"), on=then.eq(exp.column("person_id", "c")))
        .where(now.neq(then.copy()))
    )


def identifier_columns(reads: Needs) -> Sequence[str]:
    """The columns of `reachable` that say where a person is reached."""
    if not reads.kinds:
        return ()
    return (ADDRESS,) if reads.channel is Channel.EMAIL else tuple(f"kind_{kind}" for kind in reads.kinds)


def _newest(reads: Needs, permit: Permit, engine: Engine) -> exp.Select:
    """One row per person with a usable identifier of the kinds: the newest of all, or the newest of each."""
    identifiers = guarded("identifiers", permit, engine.catalogue)
    apart = reads.channel is Channel.FILE
    partition = [
        exp.column("person_id", "identifiers"),
        *([exp.column("kind", "identifiers")] if apart else []),
    ]
    order = [
        exp.Ordered(this=exp.column("first_seen_at", "identifiers"), desc=True),
        exp.Ordered(this=exp.column("identifier_key", "identifiers")),
    ]
    number = exp.Window(this=exp.RowNumber(), partition_by=partition, order=exp.Order(expressions=order))
    usable = exp.column("kind", "identifiers").isin(*(f.value(kind) for kind in reads.kinds))
    ranked = exp.select("person_id", "identifier_key", "kind", "value", number.as_("n")).from_(identifiers)
    ranked = ranked.where(usable, exp.column("blocked", "identifiers").is_(exp.null()))
    value = exp.column("value", "r")
    columns = [
        exp.Max(this=value.copy()).as_(ADDRESS),
        exp.Max(this=exp.column("identifier_key", "r")).as_(KEY),
    ]
    if apart:
        columns = [
            exp.Max(this=exp.Case().when(exp.column("kind", "r").eq(f.value(kind)), value.copy())).as_(
                f"kind_{kind}"
            )
            for kind in reads.kinds
        ]
    person = exp.column("person_id", "r")
    query = (
        exp.select(person, *columns).from_(ranked.subquery("r")).where(exp.column("n", "r").eq(f.value(1)))
    )
    return query.group_by(person.copy())


def _same(alias: str) -> exp.Expr:
    return exp.column("person_id", alias).eq(exp.column("person_id", "w"))
