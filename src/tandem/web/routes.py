"""Every address of the workspace: what it is, which action it needs, and what answers. The router obeys this table."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tandem.usecases.api_keys import SCOPES
from tandem.web.access import Action, may
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, Reply, Send
from tandem.web.views import (
    add_source,
    agenda,
    agree,
    approvals,
    audiences,
    brief_form,
    briefs,
    campaigns,
    customers,
    data,
    help,
    home,
    identifiers,
    opendsr,
    plan,
    preferences,
    price,
    published,
    pulse,
    pulses,
    requests,
    results,
    rights,
    rules,
    scorecard,
    session,
    telemetry,
    trust,
    understanding,
    work,
)

Answer = PageContext | Go | Send | Reply
View = Callable[[Ask], Answer]


@dataclass(frozen=True)
class Route:
    """An address. `action` None means that nobody has to be signed in; `area` is the part of the navigation it lights.

    `needs_work`: a workspace with a charter in force is lent to the view. `scope`: other systems call it with an API
    key of that scope; then there is no action, no session and no form token, and problems are told as JSON. `before`
    may answer without a workspace what does not need one.
    """

    path: str
    name: str
    action: Action | None
    get: View | None = None
    post: View | None = None
    area: str = ""
    needs_work: bool = True
    says: str = field(default="")
    scope: str = ""
    delete: View | None = None
    before: Callable[[Ask], Answer | None] | None = None

    def __post_init__(self) -> None:
        if self.scope and (self.action is not None or self.scope not in SCOPES):
            raise ValueError(f"{self.path}: a scope is one of {SCOPES}, and stands in place of an action")

    def view(self, method: str) -> View | None:
        """What answers this method."""
        return {"POST": self.post, "DELETE": self.delete}.get(method, self.get)


def _trust(ask: Ask) -> Answer:
    """The index of Trust."""
    return trust.view(ask, _stand_alone(ask, "trust"))


def _agree(ask: Ask) -> Answer:
    """The front page of Agree."""
    return agree.view(ask, _stand_alone(ask, "agree"))


def _stand_alone(ask: Ask, area: str) -> tuple[trust.Link, ...]:
    """Every page of an area that stands alone and that the role may open."""
    assert ask.user is not None
    role = ask.user.role
    return tuple(
        trust.Link(one.path, one.name[:1].upper() + one.name[1:], one.says)
        for one in ROUTES
        if one.area == area and one.get and one.path != f"/{area}" and "{" not in one.path
        if one.action is not None and may(role, one.action)
    )


# fmt: off
# A table reads best as a table: address, name, action, view, form; then where it stands and what it is.
SESSION = (
    Route("/sign-in", "sign-in", None, session.form, session.enter, needs_work=False, says="Who are you?"),
    Route("/sign-in/elsewhere", "elsewhere", None, session.go_elsewhere, needs_work=False, says="To the service."),
    Route("/sign-in/back", "back", None, session.come_back, needs_work=False, says="Back from the service."),
    Route("/sign-out", "sign-out", Action.LOOK, post=session.leave, needs_work=False, says="End this sign-in."),
)
HOME = (
    Route("/", "home", Action.LOOK, home.view, area="home", says="Everything at a glance, for both functions."),
    Route("/help", "help", Action.LOOK, help.view, needs_work=False, says="Words, roles, keys."),
)
PLAN = (
    Route("/plan", "plan", Action.LOOK, plan.view, area="plan", needs_work=False, says="Edits, and whom they touch."),
    Route("/plan/apply", "apply", Action.APPLY, post=plan.apply, needs_work=False, says="Put the edits in force."),
    Route("/plan/approve", "approve", Action.APPROVE, post=approvals.give, needs_work=False, says="Let it through."),
    Route("/plan/discard", "discard", Action.DISCARD, post=plan.discard, needs_work=False, says="Take an edit back."),
    Route("/plan/undo", "undo", Action.DISCARD, post=plan.undo, needs_work=False, says="Put a discarded edit back."),
)
APPROVALS = (
    Route("/trust/approvals", "approvals", Action.LOOK, approvals.every, area="trust", needs_work=False,
          says="Who let what through, and why."),
    Route("/trust/approvals/withdraw", "approval withdraw", Action.APPROVE, post=approvals.take_back,
          needs_work=False, says="Take a yes back."),
    Route("/trust/requests", "requests", Action.LOOK, requests.every, area="trust", needs_work=False,
          says="Who asked for access, and how long it took."),
    Route("/trust/requests/new", "ask for access", Action.ASK, requests.form, requests.send, area="trust",
          needs_work=False, says="For which data, what for, and why."),
    Route("/trust/requests/{id}/answer", "request answer", Action.APPROVE, post=requests.answer, needs_work=False,
          says="Grant it for a time, or say why not."),
    Route("/trust/requests/{id}/withdraw", "request withdraw", Action.ASK, post=requests.take_back, needs_work=False,
          says="Take the request back."),
    Route("/trust/rules", "rules", Action.LOOK, rules.view, area="trust", says="Every rule in force, in plain words."),
    Route("/trust/price", "price", Action.LOOK, price.view, area="trust", says="What each rule costs."),
)
WORK = (
    Route("/work", "work", Action.LOOK, work.every, needs_work=False, says="Runs and other long work."),
    Route("/work/run", "run", Action.RUN, post=work.run, needs_work=False, says="Do one beat of the loop."),
    Route("/work/{id}", "job", Action.LOOK, work.one, needs_work=False, says="One piece of long work."),
    Route("/work/{id}/stop", "stop", Action.RUN, post=work.stop, needs_work=False, says="Ask it to stop."),
    Route("/time", "time", Action.LOOK, work.clock, needs_work=False, says="The demo's clock."),
    Route("/time/pass", "pass", Action.RUN, post=work.let_pass, needs_work=False, says="Let days pass in the demo."),
)
AUDIENCES = (
    Route("/audiences", "audiences", Action.LOOK, audiences.every, area="audiences", says="Sets of people."),
    Route("/audiences/new", "audience new", Action.EDIT_AUDIENCES, audiences.new, audiences.create, area="audiences",
          says="Build one."),
    Route("/audiences/overlap", "overlap", Action.LOOK, audiences.compared, area="audiences", says="What they share."),
    Route("/audiences/{name}", "audience", Action.LOOK, audiences.one, area="audiences", says="One in full."),
    Route("/audiences/{name}/people", "audience people", Action.SEE_CUSTOMERS, audiences.people, area="audiences",
          says="Some of its people."),
    Route("/audiences/{name}/edit", "audience edit", Action.EDIT_AUDIENCES, audiences.edit, audiences.change,
          area="audiences", says="Change it."),
    Route("/audiences/{name}/remove", "audience remove", Action.EDIT_AUDIENCES, audiences.sure, audiences.away,
          area="audiences", says="Take it out."),
)
CAMPAIGNS = (
    Route("/campaigns", "campaigns", Action.LOOK, campaigns.every, area="campaigns", says="What runs, what it earned."),
    Route("/campaigns/new", "campaign new", Action.EDIT_CAMPAIGNS, campaigns.new, campaigns.create, area="campaigns",
          says="Set one up."),
    Route("/campaigns/{name}", "campaign", Action.LOOK, campaigns.one, area="campaigns", says="One in full."),
    Route("/campaigns/{name}/edit", "campaign edit", Action.EDIT_CAMPAIGNS, campaigns.edit, campaigns.change,
          area="campaigns", says="Change it."),
)
DATA = (
    Route("/data", "data", Action.LOOK, data.overview, area="data", says="Sources, how fresh, how much."),
    Route("/data/new", "source new", Action.EDIT_SOURCES, add_source.new, add_source.create, area="data",
          needs_work=False, says="Add a source."),
    Route("/data/sources/{source}", "source", Action.LOOK, data.source, area="data", says="One source's contract."),
    Route("/data/sources/{source}/edit", "source edit", Action.EDIT_SOURCES, add_source.edit_text,
          add_source.change_text, area="data", needs_work=False, says="Its contract as text."),
    Route("/data/quarantine", "quarantine", Action.LOOK, data.quarantine, area="data", says="What broke its contract."),
    Route("/data/quarantine/replay", "replay", Action.REPAIR, post=data.replay, needs_work=False, says="Let it in."),
    Route("/data/lineage", "lineage", Action.LOOK, data.lineage, area="data", says="What is made of what."),
)
CUSTOMERS = (
    Route("/customers", "customers", Action.SEE_CUSTOMERS, customers.search, customers.find, "customers", says="Find."),
    Route("/customers/{id}", "customer", Action.SEE_CUSTOMERS, customers.profile, area="customers", says="Profile."),
    Route(
        "/customers/{id}/timeline", "timeline", Action.SEE_CUSTOMERS, customers.timeline, area="customers",
        says="What happened with one customer, across all channels.",
    ),
    Route(
        "/customers/{id}/identifiers", "identifiers", Action.SEE_CUSTOMERS, identifiers.identifiers, area="customers",
        says="Why these identifiers are one person.",
    ),
    Route(
        "/customers/{id}/contacts", "contacts", Action.SEE_CUSTOMERS, customers.contacts, area="customers",
        says="Contacts, and why there were none.",
    ),
    Route(
        "/customers/{id}/events/{event}", "event", Action.SEE_CUSTOMERS, customers.event, area="customers",
        says="How one event or record came in.",
    ),
)
TRUST = (
    Route("/trust", "trust", Action.LOOK, _trust, area="trust", needs_work=False, says="Rules, and what came of them."),
    Route("/trust/audit", "audit log", Action.SEE_AUDIT, trust.audit, area="trust", needs_work=False,
          says="Who signed in, what policy decided, what was changed, exported and sent, and who saw whom."),
)
AGREE = (
    Route("/agree", "agree", Action.LOOK, _agree, area="agree",
          says="What the two functions plan together, and how far apart they are."),
    Route("/agree/telemetry", "telemetry", Action.LOOK, telemetry.view, area="agree",
          says="What happened, beside what both sides believe: where the two part."),
    Route("/agree/scorecard", "scorecard", Action.LOOK, scorecard.view, area="agree",
          says="Five imperatives, each with evidence, trend and what to do next."),
    Route("/agree/published", "published", Action.LOOK, published.view, area="agree", needs_work=False,
          says="What marketing and IT leaders said elsewhere: 2010, 2012, 2014."),
    Route("/agree/understanding", "understanding", Action.LOOK, understanding.view, area="agree", needs_work=False,
          says="What each side thinks of the other, how alike their lists are, and what has changed."),
)
AGENDA = (
    Route("/agree/agenda", "agenda", Action.LOOK, agenda.view, area="agree",
          says="Joint priorities as both sides rank them; money, tools, skills, experience."),
    Route("/agree/agenda/rank", "rank", Action.RANK, post=agenda.rank_them, says="Say what matters most."),
    Route("/agree/briefs", "briefs", Action.LOOK, briefs.every, area="agree",
          says="What marketing asks IT for, who committed to it by when, and what changed."),
    Route("/agree/briefs/new", "new brief", Action.BRIEF, brief_form.new, brief_form.create, area="agree",
          says="Ask IT for something, and see what your brief lacks."),
    Route("/agree/briefs/{id}", "brief", Action.LOOK, briefs.one, area="agree", says="One brief in full."),
    Route("/agree/briefs/{id}/edit", "brief edit", Action.BRIEF, brief_form.edit, brief_form.change, area="agree",
          says="Change it; every version stays."),
    Route("/agree/briefs/{id}/commit", "brief commit", Action.COMMIT, post=briefs.commit, says="Promise it by a day."),
    Route("/agree/briefs/{id}/deliver", "brief deliver", Action.COMMIT, post=briefs.deliver, says="It is done."),
    Route("/agree/briefs/{id}/release", "brief release", Action.COMMIT, post=briefs.release, says="Take it back."),
    Route("/agree/briefs/{id}/take", "brief take", Action.BRIEF, post=briefs.take, says="Accept it or send it back."),
    Route("/agree/briefs/{id}/withdraw", "brief withdraw", Action.BRIEF, post=briefs.withdraw, says="Drop the brief."),
    Route("/agree/briefs/{id}/promise", "brief promise", Action.BRIEF, post=briefs.promised, says="Told outside."),
    Route("/agree/promises", "promise", Action.BRIEF, post=briefs.promised, says="A date that was told outside."),
    Route("/agree/promises/{id}", "promise settle", Action.BRIEF, post=briefs.settle, says="What came of it."),
)
RESULTS = (
    Route("/agree/results", "results", Action.LOOK, results.every, area="agree", needs_work=False,
          says="What marketing and IT said, how far apart they are, and how far alike."),
    Route("/agree/results/{name}", "result", Action.LOOK, results.one, area="agree", needs_work=False,
          says="What one pulse found."),
    Route("/agree/results/{name}/questions/{question}", "result question", Action.LOOK, results.question, area="agree",
          needs_work=False, says="One question of a pulse in full."),
    Route("/agree/results/{name}/files/{format}", "result file", Action.LOOK, results.file, area="agree",
          needs_work=False, says="Slides, book or report."),
)
CONSENT = (
    Route("/preferences/{token}", "preferences", None, preferences.form, preferences.save,
          before=preferences.unopened, says="A customer's own page, by the link of a message."),
    Route("/v1/consents", "consents", None, post=preferences.state, scope="consent:write",
          says="Takes statements of consent from another system."),
    Route("/.well-known/gpc.json", "gpc", None, preferences.gpc, needs_work=False,
          says="Whether Global Privacy Control is honoured."),
)
RIGHTS = (
    Route("/trust/people", "rights", Action.RIGHTS, rights.every, rights.look, area="trust",
          says="What people asked for by law: their clock, what is held, erasure."),
    Route("/trust/people/export", "rights export", Action.RIGHTS, post=rights.export, area="trust",
          says="All that is held about one person, as files."),
    Route("/trust/people/erase", "rights erase", Action.RIGHTS, post=rights.erase, area="trust",
          says="Erase people for good."),
    Route("/trust/people/{id}/carry-out", "rights carry out", Action.RIGHTS, post=rights.carry, area="trust",
          says="Do what a request asks for."),
    Route("/trust/people/{id}/cancel", "rights cancel", Action.RIGHTS, post=rights.cancel, area="trust",
          says="Take a request back."),
    Route("/trust/people/{id}/receipt", "rights receipt", Action.RIGHTS, rights.receipt, area="trust",
          says="The signed receipt."),
    Route("/opendsr/discovery", "opendsr discovery", None, opendsr.discovery, scope="opendsr", says="What is taken."),
    Route("/opendsr/requests", "opendsr requests", None, post=opendsr.hand_in, scope="opendsr", says="Hand one in."),
    Route("/opendsr/requests/{id}", "opendsr request", None, opendsr.state, delete=opendsr.cancel, scope="opendsr",
          says="How one stands; take it back."),
    Route("/opendsr/status", "opendsr status", None, opendsr.status, scope="opendsr", says="How many stand how."),
)
PULSES = (
    Route("/pulse/{token}", "pulse answer", None, pulse.show, pulse.fill, needs_work=False,
          says="The questions of a pulse, by the link of a letter."),
    Route("/agree/pulses", "pulses", Action.LOOK, pulses.every, area="agree", needs_work=False,
          says="Ask both functions the same questions, and see who has answered."),
    Route("/agree/pulses/open", "pulse open", Action.FIELD_PULSES, post=pulses.start, area="agree", needs_work=False,
          says="Open one."),
    Route("/agree/pulses/{name}", "pulse", Action.LOOK, pulses.one, area="agree", needs_work=False,
          says="How one stands."),
    Route("/agree/pulses/{name}/invite", "pulse invite", Action.FIELD_PULSES, post=pulses.ask_people, area="agree",
          needs_work=False, says="Invite people and send them their links."),
    Route("/agree/pulses/{name}/remind", "pulse remind", Action.FIELD_PULSES, post=pulses.remind, area="agree",
          needs_work=False, says="Remind those who are not done."),
    Route("/agree/pulses/{name}/close", "pulse close", Action.FIELD_PULSES, post=pulses.end, area="agree",
          needs_work=False, says="Take no more answers."),
)
# fmt: on

ROUTES: tuple[Route, ...] = (
    *SESSION,
    *HOME,
    *CUSTOMERS,
    *AUDIENCES,
    *CAMPAIGNS,
    *DATA,
    *PLAN,
    *TRUST,
    *APPROVALS,
    *AGREE,
    *RESULTS,
    *AGENDA,
    *CONSENT,
    *RIGHTS,
    *WORK,
    *PULSES,
)
