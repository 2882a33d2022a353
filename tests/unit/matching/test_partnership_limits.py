"""Who answers nothing is proposed less and told so, and nobody too much in a week or a month: by example."""

from datetime import date, timedelta

import pytest

from contracts.matchmaker.explanations import AlternativeReason, AlternativeSide, ChangeCode, GateCode, PartCode
from contracts.matchmaker.policies import PolicySettings, Weights
from services.matchmaker.matching.partners.explain import check_partnership, explain_partnership
from services.matchmaker.matching.partners.partnerships import PartnershipPlan, match_partnerships
from services.matchmaker.matching.partners.rules import MONTHLY_CONTACTS, PartnerHistory, Room, room_of
from tests.unit.matching.facts import TODAY, a_company, a_mediation, an_association, number

SILENT = PartnerHistory(unanswered=2, contacts=(TODAY - timedelta(days=60), TODAY - timedelta(days=40)))


def ago(*days: int) -> tuple[date, ...]:
    """The days so long ago, the first one first."""
    return tuple(TODAY - timedelta(days=some) for some in sorted(days, reverse=True))


def room(wanted: int = 3, opened: int = 0, monthly: int = MONTHLY_CONTACTS, **history: object) -> Room:
    """Somebody's room today."""
    return room_of(wanted, opened, PartnerHistory(**history), TODAY, monthly)  # type: ignore[arg-type]


def test_the_policy_begins_with_the_matchers_own_limit() -> None:
    """Whoever calls the matcher without a policy gets what Passerelle starts with."""
    assert PolicySettings().monthly_contacts == MONTHLY_CONTACTS


@pytest.mark.parametrize(
    ("answered", "unanswered", "share"), [(0, 0, 1), (5, 0, 1), (0, 1, 1 / 2), (0, 3, 1 / 4), (3, 1, 4 / 5)]
)
def test_answers_are_counted_smoothly(answered: int, unanswered: int, share: float) -> None:
    """One silence is not yet a habit, and one answer weighs less the more silence there is."""
    assert PartnerHistory(answered=answered, unanswered=unanswered).responsiveness == share


@pytest.mark.parametrize(
    ("wanted", "unanswered", "at_a_time"),
    [(3, 0, 3), (3, 1, 2), (3, 2, 1), (3, 5, 1), (3, 6, 0), (2, 1, 1), (2, 4, 0), (1, 1, 1), (1, 2, 0), (0, 0, 0)],
)
def test_the_less_somebody_answers_the_fewer_proposals_wait(wanted: int, unanswered: int, at_a_time: int) -> None:
    """The share of answers of what it looks for, to the nearest whole one; what waits already is counted."""
    assert room(wanted, unanswered=unanswered, contacts=ago(60)).places == at_a_time
    assert room(wanted, opened=1, unanswered=unanswered, contacts=ago(60)).places == max(0, at_a_time - 1)


def test_an_answer_brings_proposals_back() -> None:
    """Two silences slow somebody down; two answers later it is proposed as many as before, or nearly."""
    assert room(3, unanswered=2, answered=0, contacts=ago(60)).new == 1
    assert room(3, unanswered=2, answered=2, contacts=ago(60)).new == 2
    assert room(3, unanswered=2, answered=9, contacts=ago(60)).new == 3


@pytest.mark.parametrize(("last", "new"), [(89, 0), (90, 1), (179, 1)])
def test_nobody_is_given_up(last: int, new: int) -> None:
    """After 90 days without a proposal even who never answered gets one, and only one."""
    given = room(3, unanswered=12, contacts=ago(last))

    assert (given.open_at_most, given.new) == (0, new)
    assert room(3, opened=1, unanswered=12, contacts=ago(last)).new == 0


def test_a_second_chance_needs_somebody_who_wants_partners() -> None:
    """Who has all the partners it wants, or more, gets none for its silence."""
    assert room(0, unanswered=12).new == room(-1, unanswered=12).new == 0


@pytest.mark.parametrize(
    ("monthly", "contacts", "left"),
    [
        # Nothing came lately: half of the month's.
        (8, (), 4),
        (8, (0,), 3),
        (8, (0, 1, 6, 6), 0),
        # The three weeks before took their share: a quarter is left for this one.
        (8, (7, 8, 14, 15, 21, 22), 2),
        (8, (6, 7, 8, 14, 15, 21, 22), 1),
        # They left one of theirs.
        (8, (7, 14, 15, 21, 22), 3),
        # What is older than four weeks counts for the month alone.
        (8, (28, 28, 29, 29, 29, 29), 2),
        (8, (28, 29, 29, 29, 29, 29, 29), 1),
        (8, (28, 29, 29, 29, 29, 29, 29, 29), 0),
        (8, (30,) * 20, 4),
        (1, (), 1),
        (1, (29,), 0),
        (3, (), 2),
        (5, (), 3),
        (0, (), 0),
    ],
)
def test_contacts_are_spread_over_weeks(monthly: int, contacts: tuple[int, ...], left: int) -> None:
    """A quarter of the month's in seven days, up to a half where earlier weeks left theirs, never more than all."""
    assert room(20, monthly=monthly, contacts=ago(*contacts)).new == left


def planned(company: PartnerHistory, association: PartnerHistory, wanted: int = 3, others: int = 6) -> PartnershipPlan:
    """A company that fits several associations, the first of which has a history too."""
    profiles = [
        an_association(
            association_id=number(300 + place),
            capacities=(a_mediation(id=number(10 + place), association_id=number(300 + place)),),
            partners_possible=3,
            history=association if not place else PartnerHistory(),
        )
        for place in range(others)
    ]
    return match_partnerships(
        [a_company(partners_wanted=wanted, history=company)], profiles, (), Weights(), TODAY, monthly_contacts=8
    )


def test_a_silent_company_is_proposed_less_and_told_so() -> None:
    """One at a time instead of three; its next explanation says why, as data and in both languages."""
    (match,) = (plan := planned(SILENT, PartnerHistory())).matches

    why = explain_partnership(plan, match)

    (gate,) = (gate for gate in why.gates if gate.code is GateCode.ANSWERS)
    assert (gate.side, gate.value, gate.limit, gate.passed) == (AlternativeSide.COMPANY, 0, 1, True)
    assert gate.words.en == (
        "The company: 0\u00a0proposals to answer, at most 1 at a time because others went unanswered."
    )
    (told,) = why.answers
    assert (told.side, told.answered, told.unanswered) == (AlternativeSide.COMPANY, 0, 2)
    assert (told.open_at_most, told.wanted) == (1, 3)
    assert told.words.en == (
        "The company answered 0 of 2\u00a0proposals in 180\u00a0days, so it is proposed less:"
        " 1\u00a0partner at a time at most, 3 if it answered."
    )
    assert told.words.fr == (
        "L'entreprise a répondu à 0\u00a0proposition sur 2 en 180\u00a0jours, donc moins de partenaires lui sont"
        " proposés\u00a0: 1\u00a0partenaire à la fois au plus, 3 si elle répondait."
    )
    assert why.words.en.endswith(told.words.en)
    assert why.words.fr.endswith(told.words.fr)


def test_a_second_chance_is_told_as_one() -> None:
    """Who answers nothing learns that there is one partner in 90 days until it does."""
    (match,) = (plan := planned(PartnerHistory(unanswered=3), PartnerHistory(), wanted=1)).matches

    why = explain_partnership(plan, match)

    assert "one partner in 90\u00a0days until it answers" in why.words.en
    assert "un seul en 90\u00a0jours tant qu'elle ne répond pas" in why.words.fr
    assert all(gate.passed for gate in why.gates)


def test_a_rare_silence_costs_points_alone() -> None:
    """Who mostly answers is proposed as many; its explanation names what lowers the score."""
    plan = planned(PartnerHistory(answered=8, unanswered=1), PartnerHistory(), wanted=1, others=1)

    why = explain_partnership(plan, plan.matches[0])

    assert why.answers[0].words.en.endswith("which lowers the score.")
    assert GateCode.ANSWERS not in {gate.code for gate in why.gates}
    (answers,) = (part for part in why.parts if part.code is PartCode.ANSWERS)
    assert (answers.value, answers.points) == (0.9, 90)


def test_those_that_answer_come_first() -> None:
    """Of two associations that are alike the one that answers is proposed."""
    plan = planned(PartnerHistory(), PartnerHistory(unanswered=1), wanted=1, others=2)

    assert [match.association_id for match in plan.matches] == [number(301)]


def test_every_explanation_says_what_silence_leads_to() -> None:
    """Nobody is slowed down without having been told before."""
    plan = planned(PartnerHistory(), PartnerHistory())

    why = explain_partnership(plan, plan.matches[0])

    assert [change.code for change in why.changes] == [ChangeCode.DECLINED, ChangeCode.UNANSWERED]
    assert why.answers == ()


@pytest.mark.parametrize(
    ("contacts", "code", "value", "limit", "said"),
    [
        (ago(1, 2), GateCode.CONTACTS_WEEK, 2, 4, "2\u00a0proposals in the last 7 days, at most 4."),
        (ago(1, 2, 3, 4), GateCode.CONTACTS_WEEK, 4, 4, "4\u00a0proposals in the last 7 days, at most 4."),
        (ago(*[29] * 8), GateCode.CONTACTS_MONTH, 8, 8, "8\u00a0proposals in the last 30 days, at most 8."),
    ],
)
def test_the_window_that_limits_is_named(
    contacts: tuple[date, ...], code: GateCode, value: int, limit: int, said: str
) -> None:
    """The week's or the month's, whichever leaves less, with what came and what may come; of its side alone."""
    history = PartnerHistory(contacts=contacts)

    plan = planned(PartnerHistory(), history)

    gates = check_partnership(plan, plan.sides.companies[0], plan.sides.associations[0])
    (gate,) = (gate for gate in gates if gate.side)
    assert (gate.side, gate.code) == (AlternativeSide.ASSOCIATION, code)
    assert (gate.value, gate.limit, gate.passed) == (value, limit, value < limit)
    assert gate.words.en.endswith(said)
    assert gate.words.fr.startswith("L'association\u00a0: ")


def test_a_better_partner_that_gets_nothing_now_is_named_so() -> None:
    """The next best had enough proposals this week: that is why it is not proposed instead."""
    tired = PartnerHistory(contacts=ago(1, 1, 2, 2))
    best = an_association(association_id=number(300), partners_possible=3, history=tired)
    worse = an_association(
        association_id=number(301), capacities=(a_mediation(id=number(2), interventions_left=1),), partners_possible=3
    )
    plan = match_partnerships([a_company()], [best, worse], (), Weights(), TODAY)

    why = explain_partnership(plan, plan.matches[0])

    assert plan.matches[0].association_id == number(301)
    assert why.alternatives[0].reason is AlternativeReason.PLACE_TAKEN
    assert "gets no other proposal at present" in why.alternatives[0].words.en
