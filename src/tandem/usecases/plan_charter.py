"""What a changed charter would do, before it does it: edits, stages, people gained and lost, who approves.

`plan_charter` yields the stages; `apply_charter` performs the very same list. There is no second description.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.audience import Node, bind, members_now, people, profile_query, trait_footprint
from tandem.charter import Charter, fingerprint, load_files
from tandem.charter.definitions import AudienceCondition, Campaign, Definition, TraitCondition, walk
from tandem.engine import Engine
from tandem.kernel import numbers
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.ledger import Ledger
from tandem.policy import Permit, Shown, decide, shown
from tandem.usecases.check_charter import check_charter
from tandem.usecases.permits import destination_of
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace, open_parts, tables_of

PLANNED_PROFILE = "plan_profile"
NOT_YET = "how many people is known after the first run"
PARTS = ("sources", "identity", "purposes", "policies", "traits", "audiences", "campaigns")


@dataclass(frozen=True)
class Edit:
    """One definition that differs from the charter in force. `owner` is the function that approves the part."""

    part: str
    name: str
    change: str
    file: str
    owner: str


@dataclass(frozen=True)
class AddTables:
    """Tables and columns that the lake will have. Absent when no contract or trait adds any."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]

    def sentence(self) -> str:
        """What it does, in English."""
        parts = [numbers.plural(len(self.tables), "table")] if self.tables else []
        parts += [numbers.plural(len(self.columns), "column")] if self.columns else []
        return f"make room for {' and '.join(parts)}: {', '.join((*self.tables, *self.columns))}"


@dataclass(frozen=True)
class ResolveAgain:
    """Who is who, worked out anew from all evidence. Absent unless identity.yml changed."""

    def sentence(self) -> str:
        """What it does, in English."""
        return "work out who is who again from all evidence (at the next run)"


@dataclass(frozen=True)
class RefreshProfiles:
    """Traits computed anew. Absent unless a trait or what it reads changed."""

    traits: tuple[str, ...]

    def sentence(self) -> str:
        """What it does, in English."""
        return f"compute {numbers.plural(len(self.traits), 'trait')}: {', '.join(self.traits)}"


@dataclass(frozen=True)
class EvaluateAudience:
    """An audience worked out under the new charter. Counts are absent before any data was taken.

    `gained` and `lost` are people against the members now; groups under the smallest are "fewer than k".
    """

    audience: str
    because: str
    size: Shown | None
    gained: Shown | None
    lost: Shown | None

    def sentence(self) -> str:
        """What it does, in English."""
        if self.size is None:
            return f"evaluate `{self.audience}` ({self.because}): {NOT_YET}"
        change = f"{self.size} people, {self.gained} gained, {self.lost} lost"
        return f"evaluate `{self.audience}` ({self.because}): {change}"


@dataclass(frozen=True)
class DissolveAudience:
    """An audience that the charter has no more: everybody in it leaves. Absent unless one was removed."""

    audience: str
    lost: Shown | None

    def sentence(self) -> str:
        """What it does, in English."""
        return f"dissolve `{self.audience}` (removed)" + (f": {self.lost} people leave" if self.lost else "")


@dataclass(frozen=True)
class OpenCampaign:
    """A campaign that the next run will start or go on with under new terms. Absent unless it was edited."""

    campaign: str
    audience: str
    holdout: str
    reach: Shown | None

    def sentence(self) -> str:
        """What it does, in English."""
        people = NOT_YET if self.reach is None else f"{self.reach} people may be contacted"
        return f"open `{self.campaign}` to `{self.audience}`, {self.holdout} held out: {people}"


@dataclass(frozen=True)
class PutInForce:
    """The charter itself, kept word for word in the ledger. Always there when anything changed."""

    fingerprint: str

    def sentence(self) -> str:
        """What it does, in English."""
        return f"put the charter in force ({self.fingerprint[:12]})"


Stage = (
    AddTables
    | ResolveAgain
    | RefreshProfiles
    | EvaluateAudience
    | DissolveAudience
    | OpenCampaign
    | PutInForce
)


@dataclass(frozen=True)
class Plan:
    """Everything a charter would change. Nothing to do means that it is the charter in force."""

    charter: Charter
    edits: tuple[Edit, ...]
    stages: tuple[Stage, ...]
    approvals: Mapping[str, tuple[str, ...]]

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
        }


def edits_between(old: Charter | None, new: Charter) -> tuple[Edit, ...]:
    """The definitions that were added, removed or changed, in order of the parts. Moving a line is no edit."""
    found: list[Edit] = []
    for part in PARTS:
        owner = str(getattr(new.project.owners, part))
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
    if isinstance(held, Definition):
        return {part: held}
    word = {"policies": "policy"}.get(part, part.removesuffix("s"))
    return {str(getattr(one, word)): one for one in held}


def _change(before: Definition | None, after: Definition | None) -> str | None:
    if before == after:
        return None
    return "added" if before is None else "removed" if after is None else "changed"


def _facts(stage: Stage) -> dict[str, object]:
    return {name: getattr(stage, name) for name in stage.__dataclass_fields__}


def plan_charter(root: Path, actor: Actor, now: datetime, told: Told = silent) -> Plan:
    """The charter in the folder against the one in force: what would change, and for whom.

    Counts people as the acting person may see them; where nothing was taken yet they are absent.
    """
    charter, print_ = loaded(root)
    with open_parts(root, charter.project) as (ledger, engine):
        old = in_force(ledger)
        edits = edits_between(old, charter)
        applied = ledger.applied()
        if applied is not None and applied.fingerprint == print_:
            return Plan(charter, (), (), {})
        if old is not None:
            engine.ensure(tables_of(old))
        room = new_tables(engine, charter)
        engine.ensure(tables_of(charter))
        work = Workspace(root, charter, engine, ledger, actor)
        effects = tuple(_effects(work, edits, now, told))
    stages: tuple[Stage, ...] = (PutInForce(print_), *((room,) if room else ()), *effects)
    return Plan(charter, edits, stages, approvals_of(edits))


def _effects(work: Workspace, edits: tuple[Edit, ...], now: datetime, told: Told) -> Iterator[Stage]:
    """The stages that touch people, in the order in which they are performed."""
    parts = {edit.part for edit in edits}
    if "identity" in parts:
        yield ResolveAgain()
    if parts & {"traits", "sources", "purposes", "policies"} and work.charter.traits:
        yield RefreshProfiles(tuple(trait.trait for trait in work.charter.traits))
    profile = _planned_profile(work, now) if "traits" in parts else None
    touched = touched_audiences(work.charter, edits)
    for number, (name, because) in enumerate(touched.items()):
        told(f"counting {name}", number, len(touched))
        yield _audience_effect(work, name, because, profile, now)
    for edit in edits:
        if (edit.part, edit.change) == ("audiences", "removed"):
            yield _dissolution(work, edit.name)
    for campaign in work.charter.campaigns:
        if any(edit.part == "campaigns" and edit.name == campaign.campaign for edit in edits):
            yield _campaign_effect(work, campaign, profile, now)
    work.engine.drop_stages()


def touched_audiences(charter: Charter, edits: Iterable[Edit]) -> dict[str, str]:
    """Audience → why it has to be worked out again, directly or through what it refers to."""
    changed = {(edit.part, edit.name): edit.change for edit in edits}
    wide = sorted({part for part, _ in changed if part in ("purposes", "policies", "identity")})
    found: dict[str, str] = {}
    for audience in charter.audiences_in_order():
        name = audience.audience
        parts = [*walk(audience.who)]
        traits = [p.trait for p in parts if isinstance(p, TraitCondition) and ("traits", p.trait) in changed]
        inner = [p.audience for p in parts if isinstance(p, AudienceCondition) and p.audience in found]
        if ("audiences", name) in changed:
            found[name] = changed["audiences", name]
        elif traits or inner:
            found[name] = f"it reads `{[*traits, *inner][0]}`, which changed"
        elif wide:
            found[name] = f"{wide[0]} changed"
    return found


def _planned_profile(work: Workspace, now: datetime) -> exp.Table | None:
    """The profile as the changed traits would make it, as a stage; nothing is written."""
    if not work.charter.traits or not _has_people(work):
        return None
    permit = _permit(work, work.charter.purposes.counting, trait_footprint(work.charter))
    if permit is None:
        return None
    return work.engine.stage(PLANNED_PROFILE, profile_query(work.charter, permit, work.engine.catalogue, now))


def _has_people(work: Workspace) -> bool:
    return work.engine.version("person_map") >= 0


def _permit(
    work: Workspace, purpose: str, footprint: frozenset[FieldRef], to: Destination = Destination.PREVIEW
) -> Permit | None:
    decision = decide(work.actor, purpose, to, footprint, work.charter, work.engine.catalogue)
    return decision if isinstance(decision, Permit) else None


def _audience_effect(
    work: Workspace, name: str, because: str, profile: exp.Table | None, now: datetime
) -> EvaluateAudience:
    audience = work.charter.audience(name)
    node = bind(audience, work.charter, work.engine.catalogue)
    permit = _permit(work, work.charter.purposes.counting, node.footprint())
    if permit is None or not _has_people(work):
        return EvaluateAudience(name, because, None, None, None)
    members = _members(work, node, permit, profile, now)
    before = members_now(work.engine, name, permit.purpose)
    size, gained, lost = (
        shown(work.engine.count(query), permit.smallest_group)
        for query in (members, exp.except_(members, before), exp.except_(before, members))
    )
    return EvaluateAudience(name, because, size, gained, lost)


def _dissolution(work: Workspace, name: str) -> DissolveAudience:
    permit = _permit(work, work.charter.purposes.counting, frozenset())
    if permit is None:
        return DissolveAudience(name, None)
    before = work.engine.count(members_now(work.engine, name, permit.purpose))
    return DissolveAudience(name, shown(before, permit.smallest_group))


def _campaign_effect(
    work: Workspace, campaign: Campaign, profile: exp.Table | None, now: datetime
) -> OpenCampaign:
    node = bind(work.charter.audience(campaign.audience), work.charter, work.engine.catalogue)
    permit = _permit(work, campaign.purpose, node.footprint(), destination_of(campaign))
    reach = None
    if permit is not None and _has_people(work):
        reach = shown(work.engine.count(_members(work, node, permit, profile, now)), permit.smallest_group)
    return OpenCampaign(campaign.campaign, campaign.audience, numbers.percent(campaign.holdout, 0), reach)


def _members(
    work: Workspace, node: Node, permit: Permit, profile: exp.Table | None, now: datetime
) -> exp.Query:
    query = people(node, permit, work.engine.catalogue, now)
    if profile is None:
        return query
    for table in list(query.find_all(exp.Table)):
        if table.name == "profile":
            table.replace(exp.alias_(profile.copy(), table.alias_or_name, table=True))
    return query
