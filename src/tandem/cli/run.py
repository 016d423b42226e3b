"""tandem run: one beat of the loop."""

import typer

from tandem.cli import output
from tandem.cli.app import PROBLEMS_FOUND, Json, Now, answering, app, opened, time_of, wall
from tandem.kernel import numbers
from tandem.usecases.pass_time import demo_mail
from tandem.usecases.run_beat import Beat, run_beat
from tandem.usecases.run_campaigns import CampaignBeat


@app.command()
@answering
def run(context: typer.Context, now: Now = None, json_: Json = False) -> None:
    """Do one beat of the loop: collect, resolve people, refresh profiles, evaluate audiences, run campaigns.

    Every stage takes up what is new. Running again with the same --now changes nothing; after a crash, run again.
    """
    with (
        output.progress(quiet=json_) as told,
        opened(context) as work,
        demo_mail(work.root),
    ):
        beat = run_beat(work, time_of(now, work.ledger), wall, told)
        simulated = work.ledger.simulated_now() is not None
    if json_:
        output.as_json(beat.to_dict())
    else:
        show_beat(beat)
        if simulated:
            output.say("  note        this company lives in simulated time")
        output.problems(beat.problems)
    if beat.problems:
        raise typer.Exit(PROBLEMS_FOUND)


def show_beat(beat: Beat) -> None:
    """What a beat did, as a person reads it."""
    output.heading(f"Run {beat.run_id}, as of {numbers.moment(beat.now)}")
    for sentence in beat.erasures.sentences:
        output.say(f"  erased      {sentence}")
    rows = [
        [
            t.source,
            len(t.files),
            *(
                numbers.count(n)
                for n in (t.rows_read, t.rows_landed, t.rows_quarantined, t.rows_duplicate, t.rows_unplanned)
            ),
        ]
        for t in beat.collected.sources
        if t.files
    ]
    if rows:
        output.table(["source", "files", "rows", "landed", "in quarantine", "duplicate", "unplanned"], rows)
    else:
        output.say("  nothing new in any source")
    if beat.retained:
        output.say(f"  retention   {beat.retained.sentence()}")
    if beat.vacuumed:
        output.say(f"  old files   {beat.vacuumed.sentence()}")
    people = beat.people
    output.say(
        f"\n  people      {numbers.count(people.people)} known, {numbers.count(people.new)} new, "
        f"{numbers.count(people.merged)} merged; {numbers.count(people.held)} proofs held back by limits"
    )
    profiles = beat.refreshed.profiles
    output.say(
        f"  profiles    {numbers.count(profiles.inserted)} new, {numbers.count(profiles.updated)} changed"
    )
    for one in beat.audiences:
        output.say(
            f"  audience    {one.audience}: {one.size} people"
            + (f" ({one.entered} entered, {one.left} left)" if one.changed else "")
        )
    for campaign in beat.campaigns:
        _show_campaign(campaign)
    if beat.pulses:
        output.say(f"  pulses      closed, for their last day is over: {', '.join(beat.pulses)}")
    for reminded in beat.reminded:
        output.say(f"  pulses      {reminded.sentence}")
    broken = sum(taken.rows_quarantined for taken in beat.collected.sources)
    if broken:
        waits = f"{numbers.plural(broken, 'row')} broke a contract: `tandem quarantine list` says why"
        output.say(f"  note        {waits}")
    for note in beat.notes:
        output.say(f"  note        {note}")
    if beat.pending:
        output.say("  note        the charter has edits that are not applied: `tandem plan`")
    output.say(
        f"  took        {', '.join(f'{stage} {seconds:.1f} s' for stage, seconds in beat.seconds.items())}"
    )


def _show_campaign(one: CampaignBeat) -> None:
    new = one.assigned
    parts = (
        [f"{numbers.count(new.new_treated)} treated and {numbers.count(new.new_control)} held out now"]
        if new
        else []
    )
    done = one.delivered
    if done is not None:
        counts = {word: getattr(done, word) for word in ("sent", "exported", "failed", "uncertain")}
        counts["waiting for the next run"] = done.deferred
        parts += [f"{numbers.count(n)} {word}" for word, n in counts.items() if n]
    output.say(f"  campaign    {one.campaign}: {', '.join(parts) or 'nothing new'}")
    if done is not None and done.standing:
        told = ", ".join(
            f"{reason.replace('_', ' ')} {numbers.count(n)}" for reason, n in done.standing.items()
        )
        output.say(f"              receipts so far: {told}")
