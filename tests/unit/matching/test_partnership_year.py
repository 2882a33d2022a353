"""A year of partnership proposals, day by day: what is promised about weeks, months and silence holds over time."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import pytest

from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.inputs import PairState, PastPair
from services.matchmaker.matching.partners.partnerships import match_partnerships
from services.matchmaker.matching.partners.rules import PartnerHistory
from tests.unit.matching.facts import TODAY, a_company, a_mediation, an_association, number

DAYS = [TODAY + timedelta(days=day) for day in range(365)]
# One never answers, the other declines whatever it is proposed after five days; associations leave it to them.
SILENT, ANSWERING = number(200), number(201)
ASSOCIATIONS = [number(place) for place in range(300, 312)]
PATIENCE = {SILENT: timedelta(days=21), ANSWERING: timedelta(days=5)}


class Made(NamedTuple):
    """A proposal and the day on which it was made."""

    company: UUID
    association: UUID
    day: date

    def ended(self, today: date) -> bool:
        """Whether it was declined or has expired."""
        return today >= self.day + PATIENCE[self.company]


def a_year(monthly: int) -> list[Made]:
    """All that is proposed in a year, each day by what the days before led to."""
    made: list[Made] = []
    for today in DAYS:
        made.extend(list(proposed(made, today, monthly)))
    return made


def proposed(made: list[Made], today: date, monthly: int) -> Iterator[Made]:
    """What is proposed on one day."""
    companies = [
        a_company(company_id=one, partners_wanted=3, history=history(made, one, today)) for one in (SILENT, ANSWERING)
    ]
    associations = [
        an_association(
            association_id=one,
            capacities=(a_mediation(id=one, association_id=one, until_date=DAYS[-1]),),
            partners_possible=3,
            history=history(made, one, today),
        )
        for one in ASSOCIATIONS
    ]
    last = {(one.company, one.association): one for one in made}
    past = [
        PastPair(
            company_id=one.company,
            association_id=one.association,
            state=PairState.DECLINED if one.ended(today) else PairState.OPEN,
            since=one.day,
        )
        for one in last.values()
    ]
    plan = match_partnerships(companies, associations, past, Weights(), today, monthly_contacts=monthly)
    return (Made(match.company_id, match.association_id, today) for match in plan.matches)


def history(made: list[Made], someone: UUID, today: date) -> PartnerHistory:
    """What the matchmaker's tables would tell of somebody."""
    lately = [one for one in made if someone in one and one.day >= today - timedelta(days=180)]
    ended = [one for one in lately if one.ended(today)]
    return PartnerHistory(
        answered=sum(someone == one.company == ANSWERING for one in ended),
        unanswered=sum(one.company == SILENT for one in ended),
        contacts=tuple(one.day for one in lately if one.day >= today - timedelta(days=90)),
    )


@pytest.mark.parametrize("monthly", [1, 3, 8])
def test_over_a_year_every_promise_holds(monthly: int) -> None:
    """In any 7 and 30 days nobody gets more than it may; who is silent gets less, but is not forgotten."""
    made = a_year(monthly)

    for someone in (*ASSOCIATIONS, SILENT, ANSWERING):
        contacts = [one.day for one in made if someone in one]
        for day in DAYS:
            assert sum(0 <= (day - earlier).days < 7 for earlier in contacts) <= -(-monthly // 2)
            assert sum(0 <= (day - earlier).days < 30 for earlier in contacts) <= monthly
    silent, answering = ([one.day for one in made if one.company == company] for company in (SILENT, ANSWERING))
    # One a month is less than even the silent would get.
    assert len(silent) < len(answering) or monthly == 1
    assert max((later - earlier).days for earlier, later in pairwise(silent)) <= 90


def test_the_same_year_comes_again() -> None:
    """The same facts give the same proposals, day by day."""
    assert a_year(8) == a_year(8)
