"""Why a slot is not proposed to a class, on pages: the remedy first, the cost, and what to do where nobody answers."""

import pytest

from contracts.companies.slots import GetSlot
from contracts.companies.visit_offers import GetVisitOffer
from contracts.errors import Conflict, NotFound, TooManyRequests, Unavailable
from contracts.matchmaker.class_requests import GetClassRequest
from contracts.matchmaker.explanations import (
    AlternativeReason,
    AlternativeSide,
    Change,
    ChangeCode,
    Cost,
    GateCode,
    WhyNot,
)
from contracts.matchmaker.proposals import (
    ExplainWhyNot,
)
from contracts.vocabulary import Role
from tests.component.gateway.resources import (
    a_class_request,
    a_school,
)
from tests.component.gateway.web.explained import PARTS, WHOLE, a_gate, a_stage, an_alternative, said, the_points
from tests.component.gateway.web.playing import playing

stage = pytest.fixture(a_stage)


def a_why_not(request, slot, **given):
    return WhyNot(class_request_id=request.id, slot_id=slot.id, words=said("why not"), **given)


@pytest.fixture
def question(stage):
    """A class request, a slot, and what a page asks about them."""
    school, _, offer, slot, _ = stage
    request = a_class_request(school, allowed_actions=("change", "withdraw"))
    return school, request, slot, {GetClassRequest: request, GetSlot: slot, GetVisitOffer: offer}


async def test_what_stands_in_the_way_comes_first_with_its_remedy(shared_gateway, browse, question):
    """Then the conditions that are met."""
    school, request, slot, answers = question
    reader = await browse(Role.TEACHER, school.uai)
    remedy = Change(code=ChangeCode.LIMIT_RELAXED, words=said("remedy"))
    why = a_why_not(
        request,
        slot,
        gates=(a_gate(GateCode.LEVEL), a_gate(GateCode.THEME, passed=False), a_gate(GateCode.TRAVEL)),
        changes=(remedy,),
    )

    async with playing(shared_gateway, {**answers, ExplainWhyNot: why}):
        sheet = await reader.read(f"/class-requests/{request.id}/why-not/{slot.id}")

    order = [sheet.text.index(f"Français {each}.") for each in ("remedy", "gate theme", "gate level")]
    assert (sheet.status, order) == (200, sorted(order))
    assert "2 conditions remplies" in sheet.text
    assert sheet.text.count("Français remedy.") == 1


async def test_a_pair_that_is_outweighed_tells_its_score_and_its_cost(shared_gateway, browse, question):
    """The parts add up here too."""
    school, request, slot, answers = question
    reader = await browse(Role.TEACHER, school.uai)
    why = a_why_not(
        request,
        slot,
        gates=(a_gate(GateCode.LEVEL),),
        points=WHOLE.points,
        parts=PARTS,
        equity=WHOLE.equity,
        alternatives=(an_alternative(AlternativeSide.CLASS, AlternativeReason.PROPOSED),),
        cost=Cost(at_least=12.5, words=said("price")),
        changes=WHOLE.changes,
    )

    async with playing(shared_gateway, {**answers, ExplainWhyNot: why}):
        sheet = await reader.read(f"/class-requests/{request.id}/why-not/{slot.id}")
        data = await reader.client.get(f"/class-requests/{request.id}/why-not/{slot.id}/explanation")

    assert the_points(sheet.html)[1] == WHOLE.points
    assert "Imposer ce choix : Français price." in sheet.text
    other = why.alternatives[0].id
    assert f"/class-requests/{request.id}/why-not/{other}" in sheet.links
    assert data.json()["cost"]["at_least"] == 12.5


@pytest.mark.parametrize(
    ("refusal", "status", "words", "again"),
    [
        (TooManyRequests(), 429, "plusieurs questions sont déjà en cours", True),
        (Unavailable(part="matchmaker"), 503, "reposez la question dans un instant", True),
        (Conflict(), 409, "Choisir une autre visite", False),
    ],
)
async def test_an_answer_that_cannot_be_given_now_says_what_to_do(
    shared_gateway, browse, question, refusal, status, words, again
):
    """Few may ask at a time, and an answer may take too long: ask again, or about something else."""
    school, request, slot, answers = question
    reader = await browse(Role.TEACHER, school.uai)
    path = f"/class-requests/{request.id}/why-not/{slot.id}"

    async with playing(shared_gateway, {**answers, ExplainWhyNot: refusal}):
        sheet = await reader.read(path)

    assert (sheet.status, words in sheet.text) == (status, True)
    assert (path in sheet.links) is again


async def test_a_question_about_what_is_not_theirs_is_404(shared_gateway, browse, question):
    """Another school's request gives nothing away."""
    _, request, slot, answers = question
    stranger = await browse(Role.TEACHER, a_school().uai)
    hidden = NotFound(thing="class request", id=str(request.id))

    async with playing(shared_gateway, {**answers, ExplainWhyNot: hidden}):
        sheet = await stranger.read(f"/class-requests/{request.id}/why-not/{slot.id}")

    assert sheet.status == 404


async def test_without_a_request_there_is_nothing_to_ask_about(shared_gateway, browse, question):
    """From a visit's sheet: which class is it about."""
    _, _, slot, answers = question
    reader = await browse(Role.TEACHER, a_school().uai)

    async with playing(shared_gateway, answers):
        sheet = await reader.read(f"/visits/{slot.id}/why-not")

    assert "Vous n’en avez aucune en cours" in sheet.text
    assert "/class-requests" in sheet.links


async def test_what_is_proposed_says_so(shared_gateway, browse, question):
    """Whoever asks about a visit that stands reads why it does."""
    school, request, slot, answers = question
    reader = await browse(Role.TEACHER, school.uai)
    why = a_why_not(request, slot, gates=(a_gate(GateCode.LEVEL),), points=WHOLE.points, parts=PARTS, stands="proposed")

    async with playing(shared_gateway, {**answers, ExplainWhyNot: why}):
        sheet = await reader.read(f"/class-requests/{request.id}/why-not/{slot.id}")

    assert "Pourquoi cette visite est-elle proposée ?" in sheet.text
