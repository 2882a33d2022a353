"""Partnerships by example: who fits, who is left in peace, who comes first, and why."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from contracts.matchmaker.explanations import (
    AlternativeReason,
    AlternativeSide,
    GateCode,
    PartCode,
)
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import Level, Theme
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, PairState, PastPair, Place
from services.matchmaker.matching.partners.explain import check_partnership, explain_partnership
from services.matchmaker.matching.partners.partnerships import PartnershipPlan, match_partnerships
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    a_company,
    a_mediation,
    an_association,
    number,
)


def planned(
    company_list: list[CompanyProfile],
    association_list: list[AssociationProfile],
    past: list[PastPair] | None = None,
) -> PartnershipPlan:
    """The plan under the default weights."""
    return match_partnerships(company_list, association_list, past or [], Weights(), TODAY)


def ids(plan: PartnershipPlan) -> list[tuple[int, int]]:
    """The matches by the numbers of their ids."""
    return [(match.company_id.int, match.association_id.int) for match in plan.matches]


def test_a_company_and_an_association_that_fit_are_matched() -> None:
    """The match carries what both have in common, how far they are, and by which capacity they fit."""
    capacity = a_mediation(themes=frozenset({Theme.DIGITAL, Theme.ENERGY}), levels=frozenset({Level.TROISIEME}))

    (match,) = planned([a_company()], [an_association(capacities=(capacity,))]).matches

    assert (match.themes, match.levels) == ((Theme.DIGITAL,), (Level.TROISIEME,))
    assert match.mediation_id == capacity.id
    assert 4 < match.distance_km < 6
    assert 0 < match.quality <= 1


@pytest.mark.parametrize(
    ("company_changes", "capacity_changes", "code"),
    [
        ({}, {"themes": frozenset({Theme.ENERGY})}, GateCode.SHARED_THEME),
        ({}, {"levels": frozenset({Level.CM2})}, GateCode.SHARED_LEVEL),
        ({"sites": (Place(*ALBI),)}, {"departments": frozenset({"31"})}, GateCode.TERRITORY),
        ({"sites": (Place(*ALBI),)}, {"radius_km": 20.0}, GateCode.TERRITORY),
        ({}, {"until_date": TODAY - timedelta(days=1)}, GateCode.PERIOD),
        ({}, {"interventions_left": 0}, GateCode.INTERVENTIONS),
    ],
)
def test_each_gate_fails_alone(
    company_changes: dict[str, Any], capacity_changes: dict[str, Any], code: GateCode
) -> None:
    """One step over a limit fails its own gate and no other, and there is no match."""
    company = a_company(**company_changes)
    association = an_association(capacities=(a_mediation(**capacity_changes),))

    plan = planned([company], [association])

    gates = check_partnership(plan, company, association)
    assert [gate.code for gate in gates if not gate.passed] == [code]
    assert plan.matches == ()


def test_an_association_without_capacity_fits_nobody() -> None:
    """Nothing to give is one failed gate, not an error."""
    association = an_association(capacities=())

    plan = planned([a_company()], [association])

    gates = check_partnership(plan, a_company(), association)
    assert [gate.code for gate in gates if not gate.passed] == [GateCode.INTERVENTIONS]
    assert plan.matches == ()


@pytest.mark.parametrize(
    ("state", "since", "proposed"),
    [
        (PairState.OPEN, date(2020, 1, 1), False),
        (PairState.AGREED, date(2020, 1, 1), False),
        (PairState.DECLINED, TODAY - timedelta(days=89), False),
        (PairState.DECLINED, TODAY - timedelta(days=90), True),
    ],
)
def test_a_pair_of_the_past_is_left_in_peace(state: PairState, since: date, proposed: bool) -> None:
    """Open and agreed pairs are never proposed again, declined ones after 90 days."""
    past = PastPair(company_id=number(200), association_id=number(300), state=state, since=since)
    sides = [a_company(partners_wanted=3)], [an_association(partners_possible=3)]

    plan = planned(*sides, [past])

    assert bool(plan.matches) is proposed
    gates = check_partnership(plan, sides[0][0], sides[1][0])
    assert gates[-1].passed is proposed


def test_an_open_proposal_takes_a_place_on_both_sides() -> None:
    """A company that wants one partner and has an open proposal gets no other one meanwhile."""
    past = PastPair(company_id=number(200), association_id=number(300), state=PairState.OPEN, since=TODAY)
    both = [an_association(association_id=number(300)), an_association(association_id=number(301))]

    assert ids(planned([a_company()], both, [past])) == []
    assert ids(planned([a_company(partners_wanted=2)], both, [past])) == [(200, 301)]
    assert ids(planned([a_company(company_id=number(201))], both[:1], [past])) == []


def test_an_association_without_partner_comes_before_a_second_partner() -> None:
    """Two companies share two associations out, though one association is nearer to both."""
    near = an_association(association_id=number(300), partners_possible=2)
    far = an_association(association_id=number(301), capacities=(a_mediation(latitude=ALBI[0], longitude=ALBI[1]),))
    both = [a_company(company_id=number(200)), a_company(company_id=number(201))]

    plan = planned(both, [near, far])
    partnered = planned(both, [near, msgspec.structs.replace(far, has_partner=True)])

    assert {association for _, association in ids(plan)} == {300, 301}
    assert {association for _, association in ids(partnered)} == {300}
    assert (
        sum(part.code is PartCode.FIRST_PARTNER_ASSOCIATION for match in partnered.matches for part in match.parts) == 1
    )


def test_the_explanation_names_the_nearest_alternatives() -> None:
    """Both sides learn who would have been next, and why not; and what follows a refusal."""
    chosen = an_association(association_id=number(300))
    other = an_association(association_id=number(301), capacities=(a_mediation(latitude=ALBI[0], longitude=ALBI[1]),))
    company, rival = a_company(company_id=number(200)), a_company(company_id=number(201), partners_wanted=0)
    plan = planned([company, rival], [chosen, other])

    why = explain_partnership(plan, plan.matches[0])

    by_side = {found.side: found for found in why.alternatives}
    assert by_side[AlternativeSide.COMPANY].id == number(301)
    assert by_side[AlternativeSide.ASSOCIATION].id == number(201)
    assert by_side[AlternativeSide.COMPANY].reason is AlternativeReason.LOWER_SCORE
    assert "thèmes communs\u00a0: ouverts" in why.words.fr
    assert "90\u00a0days" in why.changes[0].words.en


def test_a_better_partner_that_is_needed_elsewhere_is_named() -> None:
    """A company that gets its second best association learns that all partnerships together are worth more so."""
    popular = an_association(association_id=number(300))
    remote = an_association(
        association_id=number(301),
        capacities=(a_mediation(latitude=ALBI[0], longitude=ALBI[1], levels=frozenset({Level.QUATRIEME})),),
    )
    flexible = a_company(company_id=number(200))
    bound = a_company(company_id=number(201), levels=frozenset({Level.TROISIEME}))
    plan = planned([flexible, bound], [popular, remote])

    why = explain_partnership(plan, plan.matches[0])

    assert ids(plan) == [(200, 301), (201, 300)]
    assert why.alternatives[0].reason is AlternativeReason.BETTER_TOGETHER


@pytest.mark.parametrize(
    ("company_list", "association_list"), [([], []), ([a_company()], []), ([], [an_association()])]
)
def test_one_side_alone_matches_nothing(
    company_list: list[CompanyProfile], association_list: list[AssociationProfile]
) -> None:
    """Without companies or without associations there is nothing to propose, and that is no error."""
    assert planned(company_list, association_list).matches == ()


def test_a_company_without_a_site_is_nowhere() -> None:
    """A company that has no site yet is left out, not an error."""
    assert planned([a_company(sites=())], [an_association()]).matches == ()
