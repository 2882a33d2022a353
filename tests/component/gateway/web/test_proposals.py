"""Proposals with their reasons on pages: everything that an explanation can say is said, and its numbers add up."""

import re

import msgspec
import pytest

from contracts.errors import Wording
from contracts.matchmaker.explanations import (
    AlternativeReason,
    AlternativeSide,
    GateCode,
    UnderReachedReason,
)
from contracts.matchmaker.proposals import (
    ExplainPartnershipProposal,
    ExplainVisitProposal,
    GetPartnershipProposal,
    GetVisitProposal,
)
from contracts.vocabulary import Role
from services.gateway.web.labels import label
from services.gateway.web.language import reading
from tests.component.gateway.resources import (
    a_company,
    a_partnership_proposal,
    an_association,
)
from tests.component.gateway.web.explained import BARE, PARTS, WHOLE, a_stage, the_points
from tests.component.gateway.web.playing import playing

SCRIPT = '<script>alert("ha")</script>'


stage = pytest.fixture(a_stage)


async def test_everything_that_an_explanation_says_is_on_the_page(shared_gateway, browse, stage):
    """Every kind of part, gate, alternative and change, in words, and each bar's number in text."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)

    async with playing(shared_gateway, {GetVisitProposal: proposal, ExplainVisitProposal: WHOLE}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    assert sheet.status == 200
    wordings = [
        WHOLE.words,
        *(each.words for each in (*WHOLE.parts, *WHOLE.gates, *WHOLE.alternatives, *WHOLE.changes, *WHOLE.answers)),
        WHOLE.equity.words,
        *(each.cost.words for each in WHOLE.alternatives),
    ]
    assert [each.fr for each in wordings if each.fr not in sheet.text] == []
    assert "English" not in sheet.text.replace("English", "", 1)
    with reading("fr"):
        labels = [label(each.code) for each in WHOLE.gates]
        labels += [label(each) for kind in (UnderReachedReason, AlternativeSide, AlternativeReason) for each in kind]
    assert [each for each in labels if each not in sheet.text] == []
    assert "Un plancher d’équité a décidé" in sheet.text
    assert f"{len(GateCode)} conditions remplies" in sheet.text


async def test_the_parts_add_up_on_the_page(shared_gateway, browse, stage):
    """Each number as it is, those that take points away too; bars have one common scale."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)

    async with playing(shared_gateway, {GetVisitProposal: proposal, ExplainVisitProposal: WHOLE}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    numbers, total = the_points(sheet.html)
    assert (sorted(numbers), sum(numbers), total) == (
        sorted(part.points for part in PARTS),
        WHOLE.points,
        WHOLE.points,
    )
    meters = re.findall(r"<meter [^>]*>([^<]*)</meter>", sheet.html)
    assert len(meters) == len(PARTS)
    # A browser paints what is beyond the best as a warning: only what takes points away.
    warm = [meter for meter in re.findall(r"<meter ([^>]*)>", sheet.html) if 'optimum="0"' in meter]
    assert len(warm) == sum(part.points < 0 for part in PARTS)
    assert set(re.findall(r'<meter [^>]*max="(\d+)"', sheet.html)) == {"500"}
    assert all(f'id="part-{part.code}"' in sheet.html for part in PARTS)


async def test_an_explanation_that_says_little_is_a_page_too(shared_gateway, browse, stage):
    """No parts, no gates, nothing near."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)

    async with playing(shared_gateway, {GetVisitProposal: proposal, ExplainVisitProposal: BARE}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    assert (sheet.status, the_points(sheet.html)) == (200, ([], 0))
    assert "Ce qui était proche" not in sheet.text


async def test_both_sides_read_the_same(shared_gateway, browse, stage):
    """Only the links to a class's own questions are the school's."""
    school, company, _, _, proposal = stage
    teacher = await browse(Role.TEACHER, school.uai)
    industrialist = await browse(Role.COMPANY, company.id)

    async with playing(shared_gateway, {GetVisitProposal: proposal, ExplainVisitProposal: WHOLE}):
        read = await teacher.read(f"/visit-proposals/{proposal.id}")
        seen = await industrialist.read(f"/visit-proposals/{proposal.id}")

    def reasons(sheet):
        return sheet.text[sheet.text.index("Pourquoi cette proposition") :].replace("Pourquoi pas celle-ci ?", "")

    assert reasons(read).split() == reasons(seen).split()
    assert f"/visit-proposals/{proposal.id}/accept" in [form.action for form in read.forms]
    assert f"/visit-proposals/{proposal.id}/accept" not in [form.action for form in seen.forms]


async def test_it_reads_in_english_too(shared_gateway, browse, stage):
    """Every word of the page, and of the explanation."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    reader.client.cookies.set("language", "en")

    async with playing(shared_gateway, {GetVisitProposal: proposal, ExplainVisitProposal: WHOLE}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    assert "English whole." in sheet.text
    assert "Why this proposal" in sheet.text
    assert "Français" not in sheet.text.replace("Français", "", 1)


async def test_the_data_are_those_of_the_api(shared_gateway, browse, stage):
    """For the curious, one link away."""
    school, company, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    key = await shared_gateway.headers(Role.TEACHER, school.uai)
    partner = a_partnership_proposal(company, an_association(), state="proposed")
    industrialist = await browse(Role.COMPANY, company.id)

    answers = {
        GetVisitProposal: proposal,
        ExplainVisitProposal: WHOLE,
        GetPartnershipProposal: partner,
        ExplainPartnershipProposal: WHOLE,
    }
    async with playing(shared_gateway, answers):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")
        (link,) = [link for link in sheet.links if link.endswith("/explanation")]
        page = await reader.client.get(link)
        api = await shared_gateway.get(f"/v1{link}", key)
        other = await industrialist.client.get(f"/partnership-proposals/{partner.id}/explanation")

    assert page.json() == api.json() == other.json() == msgspec.json.decode(msgspec.json.encode(WHOLE))
    assert page.headers["content-type"].startswith("application/json")


async def test_a_partnership_is_explained_likewise(shared_gateway, browse):
    """And its contacts are there once both said yes, not before."""
    company, association = a_company(), an_association()
    reader = await browse(Role.ASSOCIATION, association.id)
    waiting = a_partnership_proposal(
        company,
        association,
        state="accepted_by_company",
        answered_by=("company",),
        company_contact=None,
        association_contact=None,
    )
    agreed = a_partnership_proposal(company, association, answered_by=("company", "association"))

    async with playing(shared_gateway, {GetPartnershipProposal: waiting, ExplainPartnershipProposal: WHOLE}):
        before = await reader.read(f"/partnership-proposals/{waiting.id}")
    async with playing(shared_gateway, {GetPartnershipProposal: agreed, ExplainPartnershipProposal: WHOLE}):
        after = await reader.read(f"/partnership-proposals/{agreed.id}")

    assert (sum(the_points(before.html)[0]), the_points(before.html)[1]) == (WHOLE.points, WHOLE.points)
    assert "Français answers." in before.text
    assert "mailto:" not in before.html
    assert f"/partnership-proposals/{waiting.id}/accept" in [form.action for form in before.forms]
    assert {"mailto:camille@example.org", "mailto:dominique@example.org"} <= set(after.links)
    # The partnership itself is not there yet: the page says so, with a way to look again.
    assert f"/partnership-proposals/{agreed.id}" in after.links


async def test_what_was_typed_is_text(shared_gateway, browse, stage):
    """A script in a title, a name of a class or a reason is shown, never run."""
    school, _, _, _, proposal = stage
    reader = await browse(Role.TEACHER, school.uai)
    evil = msgspec.structs.replace(
        proposal, visit_offer_title=SCRIPT, class_name=SCRIPT, state="withdrawn", why=f"booking_declined: {SCRIPT}"
    )
    why = msgspec.structs.replace(BARE, words=Wording(SCRIPT, SCRIPT))

    async with playing(shared_gateway, {GetVisitProposal: evil, ExplainVisitProposal: why}):
        sheet = await reader.read(f"/visit-proposals/{proposal.id}")

    assert SCRIPT not in sheet.html
    assert sheet.text.count(SCRIPT) >= 4
