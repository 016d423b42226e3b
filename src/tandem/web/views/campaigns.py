"""Campaigns: what runs and what it earned, one in full, and setting one up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.charter.definitions import Campaign
from tandem.kernel import Problem, Problems, numbers
from tandem.measure.earning import Return
from tandem.measure.stats import Estimate
from tandem.usecases.draft_campaign import Expectation, Sample, expect, sample
from tandem.usecases.draft_charter import drafted, not_in_force
from tandem.usecases.edit_charter import opened, save
from tandem.usecases.editors import note_editor
from tandem.usecases.list_campaigns import Standing, list_campaigns
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.report_lift import LiftReport, NoLift
from tandem.usecases.see_campaign import CampaignSeen, see_campaign
from tandem.web.asking import Ask
from tandem.web.charts import (
    Caption,
    Chart,
    Estimated,
    Interval,
    Untold,
    bars,
    funnel,
    intervals,
    lift_over_time,
)
from tandem.web.forms import campaign as form
from tandem.web.forms.campaign import CampaignForm
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.drafts import readable

TONES = {"running": "good", "waiting": "warn"}


@dataclass(frozen=True, kw_only=True)
class CampaignsPage(PageContext):
    """All campaigns of the charter in force."""

    campaigns: tuple[Standing, ...] = doc("Each campaign: state, people treated, held out, contacted.")
    table: Table = doc("The campaigns as a table.")
    lifts: Chart | None = doc("Lift of conversion with its interval, or why there is none.")
    waiting: tuple[str, ...] = doc("Campaigns that stand in the files and are not in force yet.")


@dataclass(frozen=True, kw_only=True)
class CampaignPage(PageContext):
    """One campaign: what it is, where it stands, what it earned."""

    name: str = doc("Its name in the charter.")
    campaign: Campaign = doc("Its terms, as the charter in force has them.")
    standing: Standing = doc("State and people so far.")
    audience: str = doc("The audience, as people read it.")
    sentences: tuple[str, ...] = doc("What it earned, or why nobody can say, most important first.")
    measured: bool = doc("Whether there is a lift to tell.")
    conversion: Estimate | None = doc("Lift of conversion per assigned person; absent if it is not told.")
    value: Estimate | None = doc("Lift of value per assigned person; absent if it is not told.")
    unit: str | None = doc("Unit of the value.")
    returned: Return | None = doc(
        "What it brought less its cost, with its interval; absent if either is not known."
    )
    arms: Table | None = doc("Both arms: assigned, contacted, converted, value.")
    over_time: Chart | None = doc("Lift of conversion with its interval, day by day.")
    funnel: Chart | None = doc("The treated arm from assigned to converted.")
    receipts: Chart | None = doc("Why people were contacted or not.")
    refused: tuple[Problem, ...] = doc("Why policy does not let you measure; empty if it does.")
    edited: bool = doc("Whether the file says something else than the charter in force.")


@dataclass(frozen=True, kw_only=True)
class CampaignFormPage(PageContext):
    """Setting a campaign up, with what it would do."""

    name: str = doc("Its name in the charter; empty for a new one.")
    new: bool = doc("Whether it is a new one.")
    form: CampaignForm = doc("What stands in the fields.")
    fingerprint: str = doc("The file that the form was opened with; saving over another one is refused.")
    audiences: tuple[tuple[str, str], ...] = doc("Audiences to choose from.")
    purposes: tuple[tuple[str, str], ...] = doc("Purposes to choose from.")
    events: tuple[tuple[str, str], ...] = doc("Events that can be the goal.")
    values: tuple[str, ...] = doc("Fields of events that can be added up.")
    traits: tuple[str, ...] = doc("Traits that the message may name.")
    expected: Expectation | None = doc("Reach and how sure the answer will be; absent before a look.")
    sample: Sample | None = doc("The message for one real person you may see.")
    hidden: tuple[Problem, ...] = doc("Why reach or the sample are not shown.")


def every(ask: Ask) -> PageContext:
    """All campaigns, in the order of the charter."""
    standings = ask.memo.answer(ask.work, ask.now, "campaigns", lambda: list_campaigns(ask.work, ask.now))
    seen = tuple(_seen(ask, one.campaign) for one in standings)
    return CampaignsPage(
        title="Campaigns",
        campaigns=standings,
        table=_table(standings),
        lifts=_lifts(seen, ask) if seen else None,
        waiting=not_in_force(ask.work, "campaigns"),
    )


def one(ask: Ask) -> PageContext:
    """One campaign."""
    name = ask.path["name"]
    seen = _seen(ask, name)
    report = seen.report
    draft = readable(ask, "campaigns", name)
    measured = isinstance(report, LiftReport)
    return CampaignPage(
        title=seen.campaign.title or name,
        name=name,
        campaign=seen.campaign,
        standing=seen.standing,
        audience=ask.work.charter.audience(seen.campaign.audience).title or seen.campaign.audience,
        sentences=report.sentences if report else (),
        measured=measured,
        conversion=_estimate(report.conversion) if isinstance(report, LiftReport) else None,
        value=_estimate(report.value) if isinstance(report, LiftReport) else None,
        unit=report.figures.unit if report else None,
        returned=_return(report),
        arms=_arms(report) if report else None,
        over_time=_over_time(seen) if seen.days else None,
        funnel=_funnel(seen) if seen.funnel else None,
        receipts=_receipts(seen) if seen.receipts else None,
        refused=seen.refused,
        edited=draft is None or draft.definition != seen.campaign,
    )


def new(ask: Ask) -> PageContext:
    """An empty form."""
    started = form.empty()
    wanted = ask.text("audience")
    if wanted:
        started = CampaignForm("", {**started.values, "audience": wanted})
    return _form_page(ask, started, new=True, fingerprint="")


def edit(ask: Ask) -> PageContext:
    """The form of a campaign as its file has it."""
    name = ask.path["name"]
    draft = opened(ask.root, "campaigns", name)
    if draft is None or not isinstance(draft.definition, Campaign):
        raise Problems(UNKNOWN_THING("there is no campaign of that name in the files", found=name))
    return _form_page(ask, form.of(draft.definition), new=False, fingerprint=draft.fingerprint, look=True)


def create(ask: Ask) -> PageContext | Go:
    """Look at a new campaign, or save it."""
    return _sent(ask, form.read(_fields(ask)), new=True)


def change(ask: Ask) -> PageContext | Go:
    """Look at a changed campaign, or save it."""
    sent = form.read(_fields(ask))
    return _sent(ask, CampaignForm(ask.path["name"], sent.values), new=False)


def _sent(ask: Ask, sent: CampaignForm, *, new: bool) -> PageContext | Go:
    fingerprint = ask.text("fingerprint")
    if ask.text("do") != "save":
        return _form_page(ask, sent, new=new, fingerprint=fingerprint, look=True)
    try:
        saved = save(ask.root, "campaigns", sent.name, form.mapping(sent), None if new else fingerprint)
        note_editor(ask.root, saved.file, ask.actor.name)
        ask.note("change", "edit: saved", file=saved.file)
    except Problems as stopped:
        return _form_page(ask, sent, new=new, fingerprint=fingerprint, problems=stopped.problems)
    if not saved.changed:
        return Go(f"/campaigns/{sent.name}", notice="Nothing was changed.")
    return Go("/plan", notice=f"Saved in {saved.file}. It does nothing until it is applied.")


def _form_page(
    ask: Ask,
    sent: CampaignForm,
    *,
    new: bool,
    fingerprint: str,
    problems: tuple[Problem, ...] = (),
    look: bool = False,
) -> CampaignFormPage:
    expected, letter, found, hidden = _look(ask, sent) if look else (None, None, (), ())
    charter = ask.work.charter
    return CampaignFormPage(
        title="New campaign" if new else f"Change {sent['title'] or sent.name}",
        name=sent.name,
        new=new,
        form=sent,
        fingerprint=fingerprint,
        audiences=(
            *((a.audience, a.title or a.audience) for a in charter.audiences),
            *((name, f"{name} (not applied yet)") for name in not_in_force(ask.work, "audiences")),
        ),
        purposes=tuple((p.purpose, p.title or p.purpose) for p in charter.purposes.purposes if p.channels),
        events=tuple((kind, specs[0].title or kind) for kind, specs in charter.events().items()),
        values=_summable(ask),
        traits=tuple(trait.trait for trait in charter.traits),
        expected=expected,
        sample=letter,
        hidden=hidden,
        problems=(*problems, *found),
    )


def _look(
    ask: Ask, sent: CampaignForm
) -> tuple[Expectation | None, Sample | None, tuple[Problem, ...], tuple[Problem, ...]]:
    """What it would do: expectation, sample, what is wrong in the form, what policy keeps from showing."""
    named = CampaignForm(sent.name or "new", sent.values)
    try:
        draft = drafted(ask.work, "campaigns", named.name, form.mapping(named))
        campaign = draft.charter.campaign(named.name)
    except Problems as wrong:
        return None, None, wrong.problems, ()
    expected, letter = None, None
    hidden: list[Problem] = []
    try:
        expected = ask.memo.answer(
            draft, ask.now, ("expected", named.name), lambda: expect(draft, campaign, ask.now)
        )
    except Problems as kept:
        hidden += kept.problems
    try:
        skip = numbers.whole(ask.text("skip")) or 0
        letter = ask.memo.answer(
            draft, ask.now, ("sample", named.name, skip), lambda: sample(draft, campaign, ask.now, skip)
        )
        if letter is not None:
            ask.saw("sample of a message", letter.person)
    except Problems as kept:
        hidden += [one for one in kept.problems if one not in hidden]
    return expected, letter, (), tuple(hidden)


def _fields(ask: Ask) -> Mapping[str, Any]:
    return {name: ask.form.get(name) for name in ("name", *form.NAMES)}


def _summable(ask: Ask) -> tuple[str, ...]:
    found = {
        field.name
        for specs in ask.work.charter.events().values()
        for spec in specs
        for field in spec.fields
        if field.type in ("money", "number", "integer")
    }
    return tuple(sorted(found))


def _seen(ask: Ask, name: str) -> CampaignSeen:
    return ask.memo.answer(
        ask.work, ask.now, ("campaign", name), lambda: see_campaign(ask.work, name, ask.now)
    )


def _estimate(found: object) -> Estimate | None:
    return found if isinstance(found, Estimate) else None


def _return(report: LiftReport | NoLift | None) -> Return | None:
    found = report.returned if isinstance(report, LiftReport) else None
    return found if isinstance(found, Return) else None


def _table(standings: tuple[Standing, ...]) -> Table:
    return Table(
        name="campaigns",
        title="Campaigns",
        columns=("campaign", "audience", "state", "treated", "held out", "contacted"),
        rows=tuple(
            (
                one.title or one.campaign,
                one.audience.replace("_", " "),
                one.state,
                *(
                    numbers.UNKNOWN if n is None else str(n)
                    for n in (one.treated, one.control, one.contacted)
                ),
            )
            for one in standings
        ),
        numeric=(False, False, False, True, True, True),
        links=tuple(f"/campaigns/{one.campaign}" for one in standings),
    )


def _lifts(seen: tuple[CampaignSeen, ...], ask: Ask) -> Chart:
    rows: list[Interval | Untold] = []
    for one in seen:
        title = one.campaign.title or one.campaign.campaign
        estimate = _estimate(one.report.conversion) if isinstance(one.report, LiftReport) else None
        if estimate is not None:
            rows.append(Interval(title, estimate.low, estimate.difference, estimate.high))
        else:
            rows.append(Untold(title, _why_untold(one)))
    told = sum(isinstance(row, Interval) for row in rows)
    clear = sum(isinstance(row, Interval) and row.clear for row in rows)
    title = (
        "No campaign can be measured yet"
        if not told
        else f"{clear} of {numbers.plural(told, 'measured campaign')} had an effect that is not chance"
    )
    caption = Caption(
        name="lifts",
        title=title,
        unit="Points of conversion, treated against held out, 95 % interval",
        as_of=numbers.moment(ask.now),
    )
    return intervals(caption, rows, links=tuple(f"/campaigns/{one.campaign.campaign}" for one in seen))


def _why_untold(one: CampaignSeen) -> str:
    if isinstance(one.report, NoLift):
        return one.report.sentence
    if isinstance(one.report, LiftReport):
        return str(getattr(one.report.conversion, "sentence", numbers.UNKNOWN))
    return one.refused[0].sentence if one.refused else numbers.UNKNOWN


def _over_time(seen: CampaignSeen) -> Chart:
    rows = [
        Estimated(day.day, day.lift.difference, day.lift.low, day.lift.high)
        if day.lift
        else Estimated(day.day, None, why=day.why)
        for day in seen.days
    ]
    last = next((day.lift for day in reversed(seen.days) if day.lift), None)
    title = "Lift of conversion, day by day"
    if last is not None:
        low, high = numbers.points(last.low), numbers.points(last.high)
        title = f"{numbers.points(last.difference)} of conversion so far ({low} to {high})"
    caption = Caption(
        name="lift-over-time",
        title=title,
        unit="Points of conversion, 95 % interval of each day by itself: looking often and stopping early misleads",
        as_of=numbers.moment(seen.report.figures.now) if seen.report else "",
    )
    return lift_over_time(caption, rows)


def _funnel(seen: CampaignSeen) -> Chart:
    caption = Caption(
        name="funnel",
        title="From assigned to converted",
        unit="People; each bar is a part of the one before",
    )
    return funnel(caption, seen.funnel)


def _receipts(seen: CampaignSeen) -> Chart:
    title = "Why people were contacted, or not"
    caption = Caption(name="receipts", title=title, unit="People, by their last receipt")
    return bars(
        caption, [(words, people) for _, words, people in seen.receipts], columns=("Reason", "People")
    )


def _arms(report: LiftReport | NoLift) -> Table:
    figures = report.figures
    unit = f" in {figures.unit}" if figures.unit else ""
    rows = []
    for name, arm in figures.arms.items():
        few = arm.few(figures.smallest_group)
        value = None if few or arm.value is None else arm.value
        rows.append(
            (
                {"treated": "Treated", "control": "Held out"}.get(name, name),
                *(str(one) for one in arm.told(figures.smallest_group)),
                numbers.UNKNOWN if few or not arm.assigned else numbers.percent(arm.converted / arm.assigned),
                numbers.UNKNOWN if value is None else numbers.decimal(value),
                numbers.UNKNOWN if value is None else numbers.decimal(value / arm.assigned),
            )
        )
    columns = ("arm", "assigned", "contacted", "converted", "rate", f"value{unit}", "per person")
    numeric = (False, *(True for _ in columns[1:]))
    return Table("arms", "Both arms", columns, tuple(rows), numeric, as_of=numbers.moment(figures.now))
