"""Audiences: what they mean, who is in them, what they share, and building them."""

from dataclasses import dataclass, replace
from decimal import Decimal

from tandem.charter import Charter
from tandem.charter.definitions import Audience
from tandem.kernel import Problem, Problems, numbers
from tandem.policy import Gap, Refusal
from tandem.usecases.draft_charter import drafted, not_in_force
from tandem.usecases.edit_charter import opened, remove, save
from tandem.usecases.editors import note_editor
from tandem.usecases.preview_audience import Preview, preview_audience
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.see_audiences import (
    Overlap,
    Someone,
    Standing,
    changes_of,
    overlap,
    see_audiences,
    some_people,
)
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, bars
from tandem.web.forms import audience as form
from tandem.web.forms.audience import AudienceForm, Part, Row
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.drafts import readable

NEW = "new_audience"


@dataclass(frozen=True, kw_only=True)
class AudiencesPage(PageContext):
    """All audiences of the charter in force."""

    audiences: tuple[Standing, ...] = doc("Each audience: meaning, people, campaigns that use it.")
    table: Table = doc("The audiences as a table.")
    waiting: tuple[str, ...] = doc("Audiences that stand in the files and are not in force yet.")


@dataclass(frozen=True, kw_only=True)
class AudiencePage(PageContext):
    """One audience: what it means, who is in it now, whom one may write to and why not the others."""

    name: str = doc("Its name in the charter.")
    description: str = doc("Why it is so.")
    preview: Preview | None = doc(
        "Sentence, size, reach, footprint and SQL; absent if it is not in force yet."
    )
    reach: tuple[Chart, ...] = doc("For each purpose: who may be written to, and why not the others.")
    kept: tuple[Problem, ...] = doc("Why a purpose is not counted for you.")
    changes: Table | None = doc("Who entered and left, by day.")
    campaigns: tuple[tuple[str, str], ...] = doc("Campaigns that use it: name and title.")
    others: tuple[tuple[str, str], ...] = doc("Other audiences to compare it with.")
    yaml: str = doc("What its file says.")
    edited: bool = doc("Whether the file says something else than the charter in force.")


@dataclass(frozen=True, kw_only=True)
class AudienceFormPage(PageContext):
    """Building an audience, with what it means and how many it is."""

    name: str = doc("Its name in the charter; empty for a new one.")
    new: bool = doc("Whether it is a new one.")
    form: AudienceForm = doc("What stands in the fields.")
    fingerprint: str = doc("The file that the form was opened with; saving over another one is refused.")
    traits: tuple[tuple[str, str], ...] = doc("Traits to choose from.")
    events: tuple[tuple[str, str], ...] = doc("Events to choose from.")
    audiences: tuple[tuple[str, str], ...] = doc("Other audiences to choose from.")
    fields: tuple[str, ...] = doc("Properties of events.")
    preview: Preview | None = doc("What it means and how many it is now; absent while something is wrong.")


@dataclass(frozen=True, kw_only=True)
class AudienceRemovePage(PageContext):
    """Sure?"""

    name: str = doc("The audience.")
    fingerprint: str = doc("The file that was looked at.")


@dataclass(frozen=True, kw_only=True)
class OverlapPage(PageContext):
    """What audiences share."""

    names: tuple[str, ...] = doc("The audiences that are compared.")
    choices: tuple[tuple[str, str], ...] = doc("All audiences.")
    overlap: Overlap | None = doc("People by which of the audiences they are in; absent with under two.")
    chart: Chart | None = doc("The same as bars.")


@dataclass(frozen=True, kw_only=True)
class AudiencePeoplePage(PageContext):
    """A few of the people."""

    name: str = doc("The audience.")
    people: tuple[Someone, ...] = doc("The first 20 people by id, with the traits you may see.")
    hidden: tuple[str, ...] = doc("Fields that your role may not see, with their labels.")
    table: Table = doc("The same as a table.")


def every(ask: Ask) -> PageContext:
    """All audiences."""
    found = ask.memo.answer(ask.work, ask.now, "audiences", lambda: see_audiences(ask.work))
    return AudiencesPage(
        title="Audiences",
        audiences=found,
        table=_table(found, ask),
        waiting=not_in_force(ask.work, "audiences"),
    )


def one(ask: Ask) -> PageContext:
    """One audience."""
    name = ask.path["name"]
    draft = readable(ask, "audiences", name)
    in_force = next((a for a in ask.work.charter.audiences if a.audience == name), None)
    if in_force is None and draft is None:
        ask.work.charter.audience(name)
    definition = in_force or (draft.definition if draft else None)
    assert isinstance(definition, Audience)
    preview = None
    if in_force is not None:
        question = ("audience", name)
        preview = ask.memo.answer(
            ask.work, ask.now, question, lambda: preview_audience(ask.work, name, ask.now)
        )
    return AudiencePage(
        title=definition.title or name,
        name=name,
        description=definition.description,
        preview=preview,
        reach=_reach(preview) if preview else (),
        kept=_kept(preview) if preview else (),
        changes=_changes(ask, name) if preview else None,
        campaigns=tuple(
            (c.campaign, c.title or c.campaign) for c in ask.work.charter.campaigns if c.audience == name
        ),
        others=tuple(pair for pair in _choices(ask.work.charter) if pair[0] != name),
        yaml=draft.text if draft else "",
        edited=draft is None or draft.definition != in_force,
    )


def people(ask: Ask) -> PageContext:
    """A few of the people."""
    name = ask.path["name"]
    found, hidden = some_people(ask.work, name, ask.now)
    ask.saw(f"some of {name}", *(someone.person for someone in found))
    names = tuple(dict.fromkeys(trait for someone in found for trait in someone.traits))
    return AudiencePeoplePage(
        title=f"Some of {ask.work.charter.audience(name).title or name}",
        name=name,
        people=found,
        hidden=hidden,
        table=Table(
            name="people",
            title="The first people by id",
            columns=("person", *(trait.replace("_", " ") for trait in names)),
            rows=tuple((one.person, *(_cell(one.traits.get(trait)) for trait in names)) for one in found),
            links=tuple(f"/customers/{one.person}" for one in found),
        ),
    )


def compared(ask: Ask) -> PageContext:
    """What audiences share."""
    names = tuple(dict.fromkeys(name for key in ("a", "b", "c") if (name := ask.text(key))))
    found = overlap(ask.work, names) if len(names) > 1 else None
    return OverlapPage(
        title="Overlap",
        names=names,
        choices=_choices(ask.work.charter),
        overlap=found,
        chart=_overlap(found, ask.work.charter) if found else None,
    )


def new(ask: Ask) -> PageContext:
    """An empty form."""
    return _page(ask, AudienceForm(who=Part("all", (_first(ask),))), new=True, fingerprint="")


def edit(ask: Ask) -> PageContext:
    """The builder with an audience as its file has it."""
    name = ask.path["name"]
    draft = opened(ask.root, "audiences", name)
    if draft is None:
        raise Problems(UNKNOWN_THING("there is no audience of that name in the files", found=name))
    return _page(ask, form.of(name, draft.mapping), new=False, fingerprint=draft.fingerprint)


def create(ask: Ask) -> PageContext | Go:
    """A button of the form of a new audience."""
    return _sent(ask, form.read(_texts(ask)), new=True)


def change(ask: Ask) -> PageContext | Go:
    """A button of the form of an audience."""
    return _sent(ask, form.read(_texts(ask), ask.path["name"]), new=False)


def sure(ask: Ask) -> PageContext:
    """Whether it shall really go."""
    name = ask.path["name"]
    draft = opened(ask.root, "audiences", name)
    if draft is None:
        raise Problems(UNKNOWN_THING("there is no audience of that name in the files", found=name))
    return AudienceRemovePage(
        title=f"Remove {name.replace('_', ' ')}?", name=name, fingerprint=draft.fingerprint
    )


def away(ask: Ask) -> PageContext | Go:
    """Take it out of the files; nothing happens to people before that is applied."""
    page = sure(ask)
    try:
        removed = remove(ask.root, "audiences", ask.path["name"], ask.text("fingerprint"))
        note_editor(ask.root, removed.file, ask.actor.name)
        ask.note("change", "edit: taken out", file=removed.file)
    except Problems as stopped:
        return replace(page, problems=stopped.problems)
    return Go("/plan", notice=f"{removed.file} is gone from the files. Nobody leaves before that is applied.")


def _sent(ask: Ask, sent: AudienceForm, *, new: bool) -> PageContext | Go:
    fingerprint, order = ask.text("fingerprint"), ask.text("do")
    if order != "save":
        return _page(ask, form.done(sent, order, _first(ask)), new=new, fingerprint=fingerprint)
    try:
        saved = save(ask.root, "audiences", sent.name, form.mapping(sent), None if new else fingerprint)
        note_editor(ask.root, saved.file, ask.actor.name)
        ask.note("change", "edit: saved", file=saved.file)
    except Problems as stopped:
        page = _page(ask, sent, new=new, fingerprint=fingerprint)
        told = {str(one) for one in page.problems}
        return replace(
            page, problems=(*page.problems, *(one for one in stopped.problems if str(one) not in told))
        )
    if not saved.changed:
        return Go(f"/audiences/{sent.name}", notice="Nothing was changed.")
    return Go(
        f"/audiences/{sent.name}", notice=f"Saved in {saved.file}. It does nothing until it is applied."
    )


def _page(ask: Ask, sent: AudienceForm, *, new: bool, fingerprint: str) -> AudienceFormPage:
    charter = ask.work.charter
    preview, problems = _looked(ask, sent)
    return AudienceFormPage(
        title="New audience" if new else f"Change {sent.title or sent.name}",
        name=sent.name,
        new=new,
        form=sent,
        fingerprint=fingerprint,
        traits=tuple((trait.trait, trait.title or trait.trait) for trait in charter.traits),
        events=tuple((kind, specs[0].title or kind) for kind, specs in charter.events().items()),
        audiences=tuple(pair for pair in _choices(charter) if pair[0] != sent.name),
        fields=tuple(
            sorted({f.name for specs in charter.events().values() for s in specs for f in s.fields})
        ),
        preview=preview,
        problems=problems,
    )


def _looked(ask: Ask, sent: AudienceForm) -> tuple[Preview | None, tuple[Problem, ...]]:
    """What the form means and how many it is, under policy; or what is wrong in it."""
    named = replace(sent, name=sent.name or NEW)
    try:
        draft = drafted(ask.work, "audiences", named.name, form.mapping(named))
        return preview_audience(draft, named.name, ask.now), ()
    except Problems as stopped:
        return None, stopped.problems


def _first(ask: Ask) -> Part:
    """What a new condition is before it is filled in."""
    traits = ask.work.charter.traits
    return Part("trait", name=traits[0].trait if traits else "", row=Row(operator="known", value="yes"))


def _texts(ask: Ask) -> dict[str, str]:
    return {key: value for key, value in ask.form.multi_items() if isinstance(value, str)}


def _choices(charter: Charter) -> tuple[tuple[str, str], ...]:
    return tuple((one.audience, one.title or one.audience) for one in charter.audiences)


def _table(found: tuple[Standing, ...], ask: Ask) -> Table:
    return Table(
        name="audiences",
        title="Audiences",
        columns=("audience", "who", "people", "campaigns"),
        rows=tuple(
            (
                one.listed.title or one.listed.audience,
                one.listed.sentence,
                numbers.UNKNOWN if one.size is None else str(one.size),
                numbers.count(len(one.campaigns)),
            )
            for one in found
        ),
        numeric=(False, False, True, True),
        as_of=f"People as of the last run, {numbers.moment(ask.now)}",
        links=tuple(f"/audiences/{one.listed.audience}" for one in found),
    )


def _reach(preview: Preview) -> tuple[Chart, ...]:
    made = []
    for reach in preview.reach:
        if reach.refused is not None or reach.may is None:
            continue
        rows = [
            ("may be contacted", reach.may),
            *((reason.sentence, reason.people) for reason in reach.reasons),
        ]
        caption = Caption(
            name=f"reach-{reach.purpose.replace('_', '-')}",
            title=f"{reach.title}: {reach.may} of {preview.size} may be contacted",
            unit="People, each with the first reason",
            as_of=numbers.moment(preview.now),
        )
        strong = frozenset({"may be contacted"})
        made.append(bars(caption, rows, columns=("Person", "People"), highlight=strong))
    return tuple(made)


def _kept(preview: Preview) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for reach in preview.reach:
        match reach.refused:
            case Refusal(reasons=reasons):
                found += reasons
            case Gap(missing=missing):
                found += missing
            case None:
                pass
    return tuple(dict.fromkeys(found))


def _changes(ask: Ask, name: str) -> Table | None:
    try:
        rows = ask.memo.answer(
            ask.work, ask.now, ("changes", name), lambda: changes_of(ask.work, name, ask.now)
        )
    except Problems:
        return None
    if not rows:
        return None
    return Table(
        name="changes",
        title="Who entered and left",
        columns=("day", "entered", "left"),
        rows=tuple((day.isoformat(), str(entered), str(left)) for day, entered, left in rows),
        numeric=(False, True, True),
    )


def _overlap(found: Overlap, charter: Charter) -> Chart:
    titles = dict(_choices(charter))
    rows = [
        (f"{'only ' if len(names) == 1 else ''}{' and '.join(titles[name] for name in names)}", people_)
        for names, people_ in found.parts
    ]
    caption = Caption(
        name="overlap",
        title="People by which of these audiences they are in",
        unit="People in just these audiences, as of the last run",
    )
    return bars(caption, rows, columns=("Audiences", "People"))


def _cell(value: object) -> str:
    if value is None:
        return numbers.UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return numbers.count(value)
    return numbers.decimal(value) if isinstance(value, float | Decimal) else str(value)
