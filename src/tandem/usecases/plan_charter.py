"""What a changed charter would do, before it does it: edits, stages, people gained and lost, who approves.

`plan_charter` yields the stages; `apply_charter` performs the very same list. There is no second description.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.audience import members_now, trait_footprint, traits_named
from tandem.charter import Charter, fingerprint, load_files
from tandem.charter.definitions import AudienceCondition, Campaign, Definition, walk
from tandem.engine import Engine
from tandem.kernel import numbers
from tandem.kernel.values import Actor
from tandem.ledger import Ledger
from tandem.policy import Count, shown
from tandem.policy.book import Book
from tandem.usecases.approving import plan_of
from tandem.usecases.auditing import trail
from tandem.usecases.check_charter import check_charter
from tandem.usecases.permits import destination_of
from tandem.usecases.plan_people import Before, Profile, Side, concerned, everybody, people_before
from tandem.usecases.progress import Told, silent
from tandem.usecases.stages import (
    NOT_TOLD,
    NOT_YET,
    AddTables,
    DissolveAudience,
    EvaluateAudience,
    KeepOldFiles,
    OpenCampaign,
    PutInForce,
    RefreshProfiles,
    ResolveAgain,
    Stage,
)
from tandem.usecases.vacuum_lake import old_files_days
from tandem.usecases.widening import Widening, asked, widenings
from tandem.usecases.workspace import Workspace, open_parts, tables_of

PARTS = ("sources", "identity", "purposes", "policies", "traits", "audiences", "campaigns", "pulse", "agenda")
REFRESHING = {"traits", "sources", "purposes", "policies"}


@dataclass(frozen=True)
class Edit:
    """One definition that differs from the charter in force. `owner` is the function that approves the part."""

    part: str
    name: str
    change: str
    file: str
    owner: str


@dataclass(frozen=True)
class Plan:
    """Everything a charter would change. Nothing to do means that it is the charter in force.

    `before` is the fingerprint of the charter that it was planned against. `approvals` are the edited parts of each
    function, `widenings` what asks for its approval.
    """

    charter: Charter
    edits: tuple[Edit, ...]
    stages: tuple[Stage, ...]
    approvals: Mapping[str, tuple[str, ...]]
    widenings: tuple[Widening, ...] = ()
    before: str | None = None

    @property
    def fingerprint(self) -> str:
        """What an approval of this plan names."""
        return plan_of(self.before, fingerprint(self.charter.files))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not self.stages

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "edits": [asdict(edit) for edit in self.edits],
            "stages": [
                {"stage": type(stage).__name__, "sentence": stage.sentence(), **_facts(stage)}
                for stage in self.stages
            ],
            "approvals": {owner: list(parts) for owner, parts in self.approvals.items()},
            "widenings": [one.to_dict() for one in self.widenings],
            "must_approve": {owner: list(sentences) for owner, sentences in asked(self.widenings).items()},
            "plan": self.fingerprint,
        }


def edits_between(old: Charter | None, new: Charter) -> tuple[Edit, ...]:
    """The definitions that were added, removed or changed, in order of the parts. Moving a line is no edit.

    Their owners are those in force: who becomes an owner by the edit has no say in it.
    """
    found: list[Edit] = []
    owners = (old or new).project.owners
    for part in PARTS:
        owner = str(getattr(owners, part))
        before = {} if old is None else _by_name(old, part)
        after = _by_name(new, part)
        for name in [*after, *(name for name in before if name not in after)]:
            change = _change(before.get(name), after.get(name))
            if change:
                place = (after.get(name) or before[name]).place
                found.append(Edit(part, name, change, place.file, owner))
    if old is not None and old.project != new.project:
        found.append(Edit("project", new.project.name, "changed", "tandem.toml", "it"))
    return tuple(found)


def approvals_of(edits: Iterable[Edit]) -> dict[str, tuple[str, ...]]:
    """Function → the edited parts that it has to approve."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        parts = found.setdefault(edit.owner, [])
        label = f"{edit.part}/{edit.name}"
        if label not in parts:
            parts.append(label)
    return {owner: tuple(parts) for owner, parts in found.items()}


def in_force(ledger: Ledger) -> Charter | None:
    """The charter that was last applied."""
    applied = ledger.applied()
    return None if applied is None else load_files(applied.files)


def new_tables(engine: Engine, charter: Charter) -> AddTables | None:
    """Tables and columns that the catalogue knows after `charter` and the lake has not yet."""
    tables: list[str] = []
    columns: list[str] = []
    for table in tables_of(charter):
        present = engine.lake.columns(table.name)
        if not present and table.name not in engine.catalogue:
            tables.append(table.name)
        elif present:
            columns += [f"{table.name}.{name}" for name in table.names if name not in present]
    return AddTables(tuple(tables), tuple(columns)) if tables or columns else None


def loaded(root: Path) -> tuple[Charter, str]:
    """The charter in a folder and the fingerprint of its files."""
    charter = check_charter(root)
    return charter, fingerprint(charter.files)


def _by_name(charter: Charter, part: str) -> dict[str, Definition]:
    held = getattr(charter, part)
    if held is None:
        return {}
    if isinstance(held, Definition):
        return {part: held}
    word = {"policies": "policy", "pulse": "name"}.get(part, part.removesuffix("s"))
    return {str(getattr(one, word)): one for one in held}


def _change(before: Definition | None, after: Definition | None) -> str | None:
    if before == after:
        return None
    return "added" if before is None else "removed" if after is None else "changed"


def _facts(stage: Stage) -> dict[str, object]:
    return {name: getattr(stage, name) for name in stage.__dataclass_fields__}


def plan_charter(
    root: Path,
    actor: Actor,
    now: datetime,
    told: Told = silent,
    wall: Callable[[], datetime] | None = None,
) -> Plan:
    """The charter in the folder against the one in force: what would change, and for whom.

    Counts people as the acting person may see them, by the book of what was told; where nothing was taken yet they are
    absent. `wall` is the real clock, by which entries of the book grow old.
    """
    charter, print_ = loaded(root)
    with open_parts(root, charter.project) as (ledger, engine):
        old = in_force(ledger)
        edits = edits_between(old, charter)
        applied = ledger.applied()
        if applied is not None and applied.fingerprint == print_:
            return Plan(charter, (), (), {}, before=print_)
        noted, book = trail(root, ledger, lambda: now), Book(ledger, wall or (lambda: now))
        touched = touched_audiences(charter, edits)
        refresh = bool({edit.part for edit in edits} & REFRESHING)
        before: _InForce = _InForce()
        if old is not None:
            # First the old charter with its own tables: a column that the edit removes is still there to be read.
            engine.ensure(tables_of(old))
            told("counting people as it is", 0, 0)
            work = Workspace(root, old, engine, ledger, actor, noted, wall=lambda: now, book=book)
            before = _in_force_at(Side(work, now), touched, refresh)
        room = new_tables(engine, charter)
        engine.ensure(tables_of(charter))
        work = Workspace(root, charter, engine, ledger, actor, noted, wall=lambda: now, book=book)
        side = Side(work, now, in_force=old)
        if refresh:
            side = replace(side, profile=_planned_profile(side, before.side, edits))
        effects = tuple(_effects(side, edits, touched, before.people, told))
        wider = concerned(side, widenings(old, charter))
        engine.drop_stages()
        noted.flush()
    stages: tuple[Stage, ...] = (
        PutInForce(print_),
        *((room,) if room else ()),
        *_old_files(old, charter),
        *effects,
    )
    was = None if applied is None else applied.fingerprint
    return Plan(charter, edits, stages, approvals_of(edits), wider, was)


def _old_files(old: Charter | None, new: Charter) -> Iterator[Stage]:
    days = old_files_days(new)
    if old is not None and (before := old_files_days(old)) != days:
        yield KeepOldFiles(days, before)


@dataclass(frozen=True)
class _InForce:
    """The charter in force at the plan's time, and the people of the touched audiences under it."""

    side: Side | None = None
    people: Mapping[str, Before] = field(default_factory=dict)


def _in_force_at(side: Side, touched: Iterable[str], refresh: bool) -> _InForce:
    """Where traits will be computed at the plan's time, the old ones have to be too, or days would count as edits."""
    if refresh:
        side = replace(side, profile=side.computed("plan_profile_before"))
    return _InForce(side, people_before(side, touched))


def _planned_profile(side: Side, before: Side | None, edits: tuple[Edit, ...]) -> Profile | None:
    """The profile under the edited charter; the one in force again where nothing that makes it was edited."""
    if before is not None and before.profile is not None:
        permit = side.permit(side.counting, trait_footprint(side.work.charter))
        same = not {edit.part for edit in edits} & {"traits", "sources"} and permit == before.profile.permit
        if same:
            return before.profile
    return side.computed("plan_profile")


def _effects(
    side: Side,
    edits: tuple[Edit, ...],
    touched: Mapping[str, str],
    before: Mapping[str, Before],
    told: Told,
) -> Iterator[Stage]:
    """The stages that touch people, in the order in which they are performed."""
    parts, charter = {edit.part for edit in edits}, side.work.charter
    if "identity" in parts:
        yield ResolveAgain()
    if parts & REFRESHING and charter.traits:
        yield RefreshProfiles(tuple(trait.trait for trait in charter.traits))
    for number, (name, because) in enumerate(touched.items()):
        told(f"counting {name}", number, len(touched))
        yield _audience_effect(side, name, because, before.get(name))
    for edit in edits:
        if (edit.part, edit.change) == ("audiences", "removed"):
            yield _dissolution(side, edit.name)
    for campaign in charter.campaigns:
        if any(edit.part == "campaigns" and edit.name == campaign.campaign for edit in edits):
            yield _campaign_effect(side, campaign)


def touched_audiences(charter: Charter, edits: Iterable[Edit]) -> dict[str, str]:
    """Audience → why it has to be worked out again, directly or through what it refers to."""
    changed = {(edit.part, edit.name): edit.change for edit in edits}
    wide = sorted({part for part, _ in changed if part in ("purposes", "policies", "identity")})
    found: dict[str, str] = {}
    for audience in charter.audiences_in_order():
        name = audience.audience
        parts = [*walk(audience.who)]
        named = [trait for part in parts for trait in traits_named(part, charter)]
        traits = [trait for trait in named if ("traits", trait) in changed]
        inner = [p.audience for p in parts if isinstance(p, AudienceCondition) and p.audience in found]
        if ("audiences", name) in changed:
            found[name] = changed["audiences", name]
        elif traits or inner:
            found[name] = f"it reads `{[*traits, *inner][0]}`, which changed"
        elif wide:
            found[name] = f"{wide[0]} changed"
    return found


def _audience_effect(side: Side, name: str, because: str, before: Before | None) -> EvaluateAudience:
    members = side.members(name, side.counting)
    if members is None:
        unknown = NOT_TOLD if side.hidden else NOT_YET
        return EvaluateAudience(name, because, None, None, None, unknown=unknown)
    engine = side.work.engine
    old = everybody(before.members) if before else members_now(engine, name, side.counting)
    size, gained, lost = (
        side.told(query, members.permit)
        for query in (members.query, exp.except_(members.query, old), exp.except_(old, members.query))
    )
    moved = shown(before.moved, members.permit.smallest_group) if before else None
    return EvaluateAudience(name, because, size, gained, lost, moved if isinstance(moved, Count) else None)


def _dissolution(side: Side, name: str) -> DissolveAudience:
    permit = side.permit(side.counting, frozenset())
    if permit is None:
        return DissolveAudience(name, None)
    return DissolveAudience(name, side.told(members_now(side.work.engine, name, permit.purpose), permit))


def _campaign_effect(side: Side, campaign: Campaign) -> OpenCampaign:
    members = side.members(campaign.audience, campaign.purpose, destination_of(campaign))
    reach = None if members is None else side.told(members.query, members.permit)
    unknown = NOT_TOLD if side.hidden else NOT_YET
    held = numbers.percent(campaign.holdout, 0)
    return OpenCampaign(campaign.campaign, campaign.audience, held, reach, unknown)
