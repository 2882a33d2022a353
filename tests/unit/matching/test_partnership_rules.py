"""Partnerships whatever the facts: every rule kept, the best choice found, both ways of asking agree."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matchmaker.explanations import (
    Explanation,
)
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import Level, Theme
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, PairState, PastPair, Place
from services.matchmaker.matching.partners.explain import explain_partnership
from services.matchmaker.matching.partners.pairs import best_capacity, fits, fitting_pairs, pair_parts
from services.matchmaker.matching.partners.partnerships import PartnershipPlan, match_partnerships
from services.matchmaker.matching.partners.rules import PartnerHistory
from services.matchmaker.matching.score import points_of
from tests.unit.matching.facts import (
    ALBI,
    BLAGNAC,
    FOIX,
    TODAY,
    TOULOUSE,
    a_company,
    an_association,
    mediations,
    number,
    subsets,
)

_THEMES = (Theme.AEROSPACE, Theme.DIGITAL, Theme.ENERGY)
_LEVELS = (Level.CM2, Level.TROISIEME)


@st.composite
def histories(draw: st.DrawFn) -> PartnerHistory:
    """Somebody who was proposed a little or much, lately or long ago, and answered or not."""
    days = st.sampled_from([0, 3, 6, 7, 12, 20, 27, 28, 29, 30, 60, 89])
    return PartnerHistory(
        answered=draw(st.integers(0, 4)),
        unanswered=draw(st.integers(0, 4)),
        contacts=tuple(sorted(TODAY - timedelta(days=ago) for ago in draw(st.lists(days, max_size=6)))),
    )


@st.composite
def companies(draw: st.DrawFn, most: int = 4) -> list[CompanyProfile]:
    """A few companies, some without a site."""
    places = st.sampled_from([Place(*place) for place in (TOULOUSE, BLAGNAC, ALBI, FOIX)])
    return [
        a_company(
            company_id=number(200 + place),
            sites=tuple(draw(st.lists(places, max_size=2))),
            partners_wanted=draw(st.integers(0, 3)),
            themes=draw(subsets(_THEMES)),
            levels=draw(subsets(_LEVELS)),
            mediation_share=draw(st.sampled_from([0.0, 0.3, 1.0])),
            job_needs=draw(st.integers(0, 15)),
            has_partner=draw(st.booleans()),
            history=draw(st.just(PartnerHistory()) | histories()),
        )
        for place in range(draw(st.integers(0, most)))
    ]


@st.composite
def associations(draw: st.DrawFn, most: int = 3) -> list[AssociationProfile]:
    """A few associations, some without a capacity."""
    return [
        an_association(
            association_id=number(300 + place),
            capacities=tuple(draw(mediations(most=2))),
            partners_possible=draw(st.integers(0, 3)),
            has_partner=draw(st.booleans()),
            history=draw(st.just(PartnerHistory()) | histories()),
        )
        for place in range(draw(st.integers(0, most)))
    ]


@st.composite
def past_pairs(draw: st.DrawFn) -> list[PastPair]:
    """A few pairs of the past in any state, some long ago."""
    pairs = draw(st.lists(st.tuples(st.integers(200, 203), st.integers(300, 302)), unique=True, max_size=2))
    return [
        PastPair(
            company_id=number(company),
            association_id=number(association),
            state=draw(st.sampled_from(list(PairState))),
            since=TODAY - timedelta(days=draw(st.sampled_from([0, 89, 90]))),
        )
        for company, association in pairs
    ]


def planned(
    company_list: list[CompanyProfile],
    association_list: list[AssociationProfile],
    past: list[PastPair] | None = None,
    monthly: int = 8,
) -> PartnershipPlan:
    """The plan under the default weights."""
    return match_partnerships(company_list, association_list, past or [], Weights(), TODAY, monthly_contacts=monthly)


@settings(max_examples=60)
@given(companies(), associations())
def test_both_ways_of_asking_agree(
    company_list: list[CompanyProfile], association_list: list[AssociationProfile]
) -> None:
    """The join over arrays finds the pairs whose best capacity passes every gate, with the same points."""
    with_site = [company for company in company_list if company.sites]

    found = fitting_pairs(with_site, association_list, Weights(), TODAY)

    expected = {}
    for (c, company), (a, association) in product(enumerate(with_site), enumerate(association_list)):
        capacity = best_capacity(company, association, Weights(), TODAY)
        if capacity is not None and all(fits(company, capacity, TODAY)):
            expected[c, a] = sum(part.points for part in pair_parts(company, association, capacity, Weights()))
    rows = zip(found.company.tolist(), found.association.tolist(), found.points.tolist(), strict=True)
    assert {(c, a): points for c, a, points in rows} == expected


@settings(max_examples=60)
@given(companies(most=3), associations(), past_pairs(), st.sampled_from([0, 1, 2, 3, 4, 8]))
def test_the_best_choice_is_found_and_every_rule_kept(
    company_list: list[CompanyProfile],
    association_list: list[AssociationProfile],
    past: list[PastPair],
    monthly: int,
) -> None:
    """Capacities of both sides hold, nobody at rest is proposed, points add up, and no other choice is worth more."""
    plan = planned(company_list, association_list, past, monthly)

    open_pairs = [pair for pair in past if pair.state is PairState.OPEN]
    held = Counter([pair.company_id for pair in open_pairs] + [pair.association_id for pair in open_pairs])
    wanted = {
        one.company_id: may_get(one.partners_wanted, held[one.company_id], one.history, monthly) for one in company_list
    }
    possible = {
        one.association_id: may_get(one.partners_possible, held[one.association_id], one.history, monthly)
        for one in association_list
    }
    resting = {(pair.company_id, pair.association_id) for pair in past if pair.rests(TODAY)}
    proposed = {(match.company_id, match.association_id) for match in plan.matches}
    assert not proposed & resting
    assert within(proposed, wanted, possible)
    assert sum(match.points for match in plan.matches) == plan.value == plan.bound
    assert plan.value == best_by_trying(plan, wanted, possible)
    for match in plan.matches:
        why = explain_partnership(plan, match)
        assert all(gate.passed for gate in why.gates)
        assert sum(part.points for part in why.parts) == why.points
        assert msgspec.json.decode(msgspec.json.encode(why), type=Explanation) == why


def may_get(wanted: int, held: int, history: PartnerHistory, monthly: int) -> int:
    """How many new proposals the rules of PRODUCT and DECISIONS 44 leave somebody, counted in another way."""
    share = Fraction(history.answered + 1, history.answered + history.unanswered + 1)
    at_a_time = int(wanted * share + Fraction(1, 2))
    if wanted and not at_a_time and not history.contacts:
        at_a_time = 1
    ago = [(TODAY - day).days for day in history.contacts]
    of_the_week, before = sum(days <= 6 for days in ago), sum(7 <= days <= 27 for days in ago)
    quarter, half = ceil(monthly / 4), ceil(monthly / 2)
    for_the_week = min(half, quarter + max(0, 3 * quarter - before))
    of_the_month = sum(days <= 29 for days in ago)
    return max(0, min(at_a_time - held, for_the_week - of_the_week, monthly - of_the_month))


def within(pairs: set[tuple[Any, Any]], wanted: dict[Any, int], possible: dict[Any, int]) -> bool:
    """Whether nobody has more partners than it wants or can take."""
    companies_used, associations_used = Counter(c for c, _ in pairs), Counter(a for _, a in pairs)
    return all(count <= wanted[one] for one, count in companies_used.items()) and all(
        count <= possible[one] for one, count in associations_used.items()
    )


def best_by_trying(plan: PartnershipPlan, wanted: dict[Any, int], possible: dict[Any, int]) -> int:
    """The value of the best set of the plan's pairs, by trying every one."""
    weights, has_partner = plan.weights, plan.sides.with_partner
    pairs = [
        (plan.sides.companies[c].company_id, plan.sides.associations[a].association_id, points)
        for c, a, points in zip(
            plan.pairs.company.tolist(), plan.pairs.association.tolist(), plan.pairs.points.tolist(), strict=True
        )
    ]
    best = 0
    for bits in product((False, True), repeat=len(pairs)):
        chosen = [pair for bit, pair in zip(bits, pairs, strict=True) if bit]
        if within({(c, a) for c, a, _ in chosen}, wanted, possible):
            new_companies = {c for c, _, _ in chosen} - has_partner
            new_associations = {a for _, a, _ in chosen} - has_partner
            bonuses = len(new_companies) * points_of(weights.first_partner_company, 1.0)
            bonuses += len(new_associations) * points_of(weights.first_partner_association, 1.0)
            best = max(best, sum(points for _, _, points in chosen) + bonuses)
    return best


@given(companies(), associations(), past_pairs(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(
    company_list: list[CompanyProfile], association_list: list[AssociationProfile], past: list[PastPair], draw: Any
) -> None:
    """The same facts shuffled give the same matches."""
    plan = planned(company_list, association_list, past)
    for facts in (company_list, association_list, past):
        draw.shuffle(facts)

    assert planned(company_list, association_list, past).matches == plan.matches
