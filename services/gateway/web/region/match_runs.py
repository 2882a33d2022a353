"""Match runs: each with its certificate, and one on demand."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.machines import ENDED_MATCH_RUN_STATES
from contracts.matchmaker.match_runs import GetMatchRun, MatchRun, StartMatchRun
from contracts.reference.places import DEPARTMENTS
from services.gateway.api.asking import Ask
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.forms import Form
from services.gateway.web.language import _, mark
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go


@get("/match-runs", scope=Scope.MATCHING)
async def list_runs(listing: Listing, page: Page, form: Sent) -> Template:
    """All runs, newest first; a button for one now."""
    return await _runs(listing, page, form)


@post("/match-runs", scope=Scope.MATCHING)
async def start_run(listing: Listing, page: Page, form: Sent, act: Act) -> Go:
    """Have the region matched now; where a run goes on already, that one is shown."""
    try:
        run = await act(StartMatchRun())
    except PasserelleError as refused:
        form.refuse(refused)
        return await _runs(listing, page, form)
    return go(f"/match-runs/{run.id}", said=_("L’appariement de la région est lancé."))


@get("/match-runs/{match_run_id:uuid}", scope=Scope.MATCHING)
async def show_run(match_run_id: FromPath[UUID], ask: Ask, page: Page) -> Template:
    """One run: how far it is, what it found, its certificate and its equity table."""
    run = await ask(GetMatchRun(match_run_id=match_run_id))
    return page(
        "region/match_run.html",
        fragment="region/_match_run.html",
        run=run,
        trigger=trigger_words(run.trigger),
        ended=run.state in ENDED_MATCH_RUN_STATES,
        departments=DEPARTMENTS,
    )


async def _runs(listing: Lister, page: Pages, form: Form) -> Template:
    return page("region/match_runs.html", form=form, runs=await listing(MatchRun), trigger_words=trigger_words)


# What set a run going, in words; another word is shown as it is.
TRIGGERS = {
    "nightly": mark("chaque nuit"),
    "hourly": mark("chaque heure, s’il y a du nouveau"),
    "request": mark("à la demande"),
    "many_changes": mark("beaucoup de changements à la fois"),
    "policy": mark("nouvelle politique d’appariement"),
    "event": mark("un changement"),
}


def trigger_words(trigger: str) -> str:
    """What set a run going, in the reader's words."""
    return _(TRIGGERS[trigger]) if trigger in TRIGGERS else trigger


routes = (list_runs, start_run, show_run)
