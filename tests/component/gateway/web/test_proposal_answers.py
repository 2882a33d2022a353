"""Answers to proposals on pages: what becomes of them, what is refused and keeps what was typed, lists by state."""

import msgspec
import pytest

from contracts.errors import Conflict, NotYours, Outdated
from contracts.identifiers import uuid7
from contracts.matchmaker.proposals import (
    AnswerVisitProposal,
    ExplainVisitProposal,
    GetVisitProposal,
    VisitProposalMade,
)
from contracts.vocabulary import Role
from tests.component.gateway.resources import (
    a_company,
    a_school,
    a_visit_proposal,
)
from tests.component.gateway.web.explained import BARE, a_stage
from tests.component.gateway.web.playing import playing

stage = pytest.fixture(a_stage)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("", "Cette proposition a été retirée."),
        ("better_match", "Une autre visite convient mieux"),
        ("booking_impossible: slot-full: All groups of this slot are taken.", "La place a été prise par une autre"),
        ("booking_declined: staff_away", "Personne n’est là pour recevoir la classe."),
        ("booking_cancelled: cancelled", "La réservation a été annulée."),
        ("booking_cancelled: grève", "La réservation a été annulée. grève."),
        ("booking_declined: safety: la ligne est en travaux", "Sécurité. la ligne est en travaux."),
        ("unforeseen", "unforeseen."),
    ],
)
async def test_why_it_came_to_nothing_is_told_in_words(shared_gateway, browse, stage, why, words):
    """A word of a list, what somebody wrote, or both; never a rule's English."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    over = msgspec.structs.replace(proposal, state="withdrawn", why=why)

    async with playing(shared_gateway, {GetVisitProposal: over, ExplainVisitProposal: BARE}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    assert words in sheet.text
    assert "All groups" not in sheet.text


async def test_what_is_proposed_instead_is_shown(shared_gateway, browse, stage):
    """To the school, once its place went."""
    school, _, _, slot, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    gone = msgspec.structs.replace(proposal, state="withdrawn", why="slot_unavailable")
    following = a_visit_proposal(
        slot, school, class_request_id=gone.class_request_id, visit_offer_title="La suivante", replaces_id=gone.id
    )
    await shared_gateway.tell(VisitProposalMade(visit_proposal=following))

    async with playing(shared_gateway, {GetVisitProposal: gone, ExplainVisitProposal: BARE}):
        sheet = await reader.read(f"/visit-proposals/{gone.id}")

    assert "La suivante" in sheet.text
    assert f"/visit-proposals/{following.id}/accept" in [form.action for form in sheet.forms]


async def test_an_accepted_proposal_leads_to_its_booking(shared_gateway, browse, stage):
    """A page that waits, then the way on; a script is told to lead its reader there."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    path = f"/visit-proposals/{proposal.id}/booking"
    accepted = msgspec.structs.replace(proposal, state="accepted")
    booked = msgspec.structs.replace(proposal, state="booked", booking_id=uuid7())
    withdrawn = msgspec.structs.replace(proposal, state="withdrawn")
    script = {"HX-Request": "true"}

    async with playing(shared_gateway, {GetVisitProposal: accepted}):
        waiting = await reader.read(path)
    async with playing(shared_gateway, {GetVisitProposal: booked}):
        answer = await reader.client.get(path)
        told = await reader.client.get(path, headers=script)
    async with playing(shared_gateway, {GetVisitProposal: withdrawn}):
        fallen = await reader.client.get(path)

    assert "Réservation en cours" in waiting.text
    assert path in waiting.links
    assert (answer.status_code, answer.headers["location"]) == (303, f"/bookings/{booked.booking_id}")
    assert told.headers["hx-redirect"] == f"/bookings/{booked.booking_id}"
    assert fallen.headers["location"] == f"/visit-proposals/{proposal.id}"


async def test_a_refused_answer_keeps_what_was_typed(shared_gateway, browse, stage):
    """The reason that is missing is named beside its field, and the remark stays."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    path = f"/visit-proposals/{proposal.id}"
    answers = {GetVisitProposal: proposal, ExplainVisitProposal: BARE}

    async with playing(shared_gateway, answers):
        sheet = await reader.read(path)
        wrong = await reader.send(sheet, f"{path}/decline", reason="weather", remark="Nous avions prévu autre chose")

    assert wrong.status == 422
    form = wrong.form(f"{path}/decline")
    assert form.value("remark") == "Nous avions prévu autre chose"
    assert "reason-error" in wrong.html


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (Outdated(version=2, expected=1), 412, "Modifié entre-temps"),
        (NotYours(allowed_actions=()), 403, "Seule l'organisation concernée"),
        (Conflict(), 409, "Impossible pour l'instant"),
    ],
)
async def test_a_refusal_is_told_on_the_sheet_as_it_is_now(shared_gateway, browse, stage, refusal, status, words):
    """A stale page, a wrong role, a proposal that is over."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    path = f"/visit-proposals/{proposal.id}"
    answers = {GetVisitProposal: proposal, ExplainVisitProposal: BARE, AnswerVisitProposal: refusal}

    async with playing(shared_gateway, answers) as asked:
        refused = await reader.send(await reader.read(path), f"{path}/accept")

    assert (refused.status, words in refused.text) == (status, True)
    assert "L'atelier" in refused.text
    assert [each.action for each in asked if isinstance(each, AnswerVisitProposal)] == ["accept"]


async def test_lists_by_state_have_their_empty_states(shared_gateway, browse):
    """With a way on; a state that nobody has is an empty list."""
    teacher = await browse(Role.TEACHER, a_school().uai)
    industrialist = await browse(Role.COMPANY, a_company().id)

    for reader, path in (
        (teacher, "/visit-proposals"),
        (teacher, "/visit-proposals?state="),
        (teacher, "/visit-proposals?state=declined"),
        (teacher, f"/visit-proposals?class_request={uuid7()}"),
        (industrialist, "/visit-proposals"),
        (industrialist, "/partnership-proposals"),
        (industrialist, "/partnership-proposals?state=agreed"),
        (industrialist, "/partnership-proposals?state="),
    ):
        sheet = await reader.read(path)
        assert (sheet.status, 'class="notice empty"' in sheet.html) == (200, True), path
