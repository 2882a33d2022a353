"""How proposals move, and who moves them."""

from datetime import timedelta

import pytest

from contracts.errors import Invalid, NotYours, TransitionRefused
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    AnswerVisitProposal,
    DeclineReason,
)
from contracts.vocabulary import Role
from services.matchmaker.proposals import rules
from tests.unit.matchmaker.given import (
    NOW,
    UAI,
    a_booking,
    a_caller,
    a_partnership_proposal,
    a_visit_proposal,
    an_id,
)

SCHOOL, COMPANY, ASSOCIATION, COORDINATOR = {"school"}, {"company"}, {"association"}, {"coordinator"}


def answer(action, reason=None):
    return AnswerVisitProposal(proposal_id=an_id(10), action=action, reason=reason)


def pair_answer(action, reason=None):
    return AnswerPartnershipProposal(proposal_id=an_id(11), action=action, reason=reason)


def test_a_school_accepts():
    """The proposal waits for its booking then."""
    accepted = rules.answer_visit(a_visit_proposal(), answer("accept"), SCHOOL, NOW)

    assert (accepted.state, accepted.version, accepted.changed_at) == ("accepted", 2, NOW)


def test_a_school_declines_with_a_reason():
    """The reason says what not to propose again."""
    declined = rules.answer_visit(a_visit_proposal(), answer("decline", DeclineReason.DISTANCE), SCHOOL, NOW)

    assert (declined.state, declined.why) == ("declined", "distance")


def test_declining_without_a_reason_is_refused():
    """The remedy lists the reasons."""
    with pytest.raises(Invalid) as refused:
        rules.answer_visit(a_visit_proposal(), answer("decline"), SCHOOL, NOW)

    assert refused.value.fields[0].field == "reason"
    assert "distance" in refused.value.fields[0].message.en


def test_after_the_deadline_nothing_is_accepted():
    """The refusal names the date."""
    late = NOW + timedelta(days=14)

    with pytest.raises(rules.DeadlinePassed, match="2026-12-08T09:00"):
        rules.answer_visit(a_visit_proposal(), answer("accept"), SCHOOL, late)


@pytest.mark.parametrize("actors", [COMPANY, ASSOCIATION, set()])
def test_only_the_school_answers_a_visit_proposal(actors):
    """The others look on."""
    with pytest.raises(NotYours):
        rules.answer_visit(a_visit_proposal(), answer("accept"), actors, NOW)


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "withdrawn", "booked"])
def test_an_answered_proposal_is_not_answered_again(state):
    """The refusal names the state and what is left to do."""
    with pytest.raises(TransitionRefused) as refused:
        rules.answer_visit(a_visit_proposal(state=state), answer("accept"), SCHOOL, NOW)

    assert refused.value.facts["state"] == state
    assert refused.value.facts["allowed_actions"] == ()


def test_a_partnership_is_agreed_once_both_accept():
    """In whichever order they answer."""
    first = rules.answer_partnership(a_partnership_proposal(), pair_answer("accept"), COMPANY, NOW)
    second = rules.answer_partnership(first, pair_answer("accept"), ASSOCIATION, NOW)
    other = rules.answer_partnership(a_partnership_proposal(), pair_answer("accept"), ASSOCIATION, NOW)

    assert (first.state, second.state) == ("accepted_by_company", "agreed")
    assert other.state == "accepted_by_association"
    assert rules.answer_partnership(other, pair_answer("accept"), COMPANY, NOW).state == "agreed"


def test_a_partnership_proposal_names_who_answered():
    """In the order of their answers, a no as well as a yes; whoever lets it expire is not named."""
    asked = a_partnership_proposal()

    accepted = rules.answer_partnership(asked, pair_answer("accept"), ASSOCIATION, NOW)
    declined = rules.answer_partnership(accepted, pair_answer("decline", DeclineReason.OTHER), COMPANY, NOW)
    expired = rules.expire_partnership(accepted, NOW + timedelta(days=21))

    assert (asked.answered_by, accepted.answered_by) == ((), ("association",))
    assert declined.answered_by == ("association", "company")
    assert expired.answered_by == ("association",)


def test_the_other_side_may_still_decline():
    """Then the pair rests."""
    accepted = a_partnership_proposal(state="accepted_by_company")

    declined = rules.answer_partnership(accepted, pair_answer("decline", DeclineReason.NO_CAPACITY), ASSOCIATION, NOW)

    assert (declined.state, declined.why) == ("declined", "no_capacity")


def test_a_side_does_not_accept_twice():
    """It is the other's turn: the refusal names the state."""
    with pytest.raises(TransitionRefused) as refused:
        rules.answer_partnership(
            a_partnership_proposal(state="accepted_by_company"), pair_answer("accept"), COMPANY, NOW
        )

    assert refused.value.facts["state"] == "accepted_by_company"


@pytest.mark.parametrize(
    ("caller", "actors"),
    [
        (a_caller(Role.HEAD, UAI), SCHOOL),
        (a_caller(Role.COMPANY, an_id(5)), COMPANY),
        (a_caller(Role.ASSOCIATION, an_id(7)), ASSOCIATION),
        (a_caller(Role.COORDINATOR), COORDINATOR),
        (a_caller(Role.COMPANY, an_id(99)), set()),
    ],
)
def test_as_whom_a_caller_acts_towards_a_visit(caller, actors):
    """School, company and mediator of this very proposal, and the Region."""
    assert rules.visit_actors(caller, a_visit_proposal(association_id=an_id(7))) == actors


@pytest.mark.parametrize(
    ("caller", "actors"),
    [
        (a_caller(Role.COMPANY, an_id(5)), COMPANY),
        (a_caller(Role.ASSOCIATION, an_id(7)), ASSOCIATION),
        (a_caller(Role.COORDINATOR), COORDINATOR),
        (a_caller(Role.TEACHER, UAI), set()),
    ],
)
def test_as_whom_a_caller_acts_towards_a_partnership(caller, actors):
    """The two sides, and the Region."""
    assert rules.partnership_actors(caller, a_partnership_proposal()) == actors


@pytest.mark.parametrize(
    ("state", "later", "expired"),
    [("proposed", 14, True), ("proposed", 13, False), ("accepted", 20, False)],
)
def test_a_visit_proposal_expires_only_unanswered_and_late(state, later, expired):
    """A timer that comes early or twice does nothing."""
    moved = rules.expire_visit(a_visit_proposal(state=state), NOW + timedelta(days=later))

    assert (moved is not None and moved.state == "expired") is expired


@pytest.mark.parametrize(
    ("state", "later", "expired"),
    [
        ("proposed", 21, True),
        ("accepted_by_company", 22, True),
        ("proposed", 20, False),
        ("agreed", 30, False),
    ],
)
def test_a_partnership_proposal_expires_at_day_21(state, later, expired):
    """Also where one side alone accepted."""
    moved = rules.expire_partnership(a_partnership_proposal(state=state), NOW + timedelta(days=later))

    assert (moved is not None and moved.state == "expired") is expired


@pytest.mark.parametrize(
    ("proposal_state", "booking_state", "becomes"),
    [
        ("accepted", "requested", "booked"),
        ("accepted", "confirmed", "booked"),
        ("booked", "confirmed", None),
        ("accepted", "impossible", "withdrawn"),
        ("booked", "declined", "withdrawn"),
        ("booked", "cancelled", "withdrawn"),
        ("withdrawn", "cancelled", None),
        ("proposed", "confirmed", "booked"),
        ("accepted", "approved", "booked"),
        ("accepted", "offered", "booked"),
        ("booked", "presumed_done", None),
        ("booked", "refused", "withdrawn"),
        ("booked", "expired", "withdrawn"),
        ("withdrawn", "confirmed", None),
        ("accepted", "waitlisted", None),
        ("booked", "rescheduled", None),
    ],
)
def test_what_a_booking_means_for_its_proposal(proposal_state, booking_state, becomes):
    """A live booking books it; one that ended withdraws it, so that the class gets another."""
    proposal = a_visit_proposal(state=proposal_state, booking_id=an_id(12) if proposal_state == "booked" else None)

    followed = rules.follow_booking(proposal, [a_booking(state=booking_state, reason="safety")], NOW)

    assert (followed.state if followed else None) == becomes
    if becomes == "booked":
        assert followed.booking_id == an_id(12)
    if becomes == "withdrawn":
        assert followed.why == f"booking_{booking_state}: safety"


def a_move(ended_by, *, state="approved"):
    """A booking that was rescheduled, and the one that it moved to."""
    old = a_booking(state="rescheduled", ended_by=ended_by, rescheduled_to=an_id(13), reason="ferry")
    return [old, a_booking(id=an_id(13), state=state, rescheduled_from=old.id, proposal_id=None)]


@pytest.mark.parametrize("state", ["accepted", "booked"])
def test_a_visit_that_the_school_moves_stays_booked(state):
    """By the booking it moved to; told again, nothing changes."""
    followed = rules.follow_booking(a_visit_proposal(state=state, booking_id=an_id(12)), a_move("school"), NOW)

    assert (followed.state, followed.booking_id) == ("booked", an_id(13))
    assert rules.follow_booking(followed, a_move("school"), NOW) is None


@pytest.mark.parametrize("by", ["company", "coordinator"])
def test_a_visit_that_somebody_else_moves_is_another_offer(by):
    """The school had not said yes to that; it stays so when the school takes it."""
    proposal = a_visit_proposal(state="booked", booking_id=an_id(12))

    withdrawn = rules.follow_booking(proposal, a_move(by, state="offered"), NOW)

    assert (withdrawn.state, withdrawn.why) == ("withdrawn", "booking_rescheduled: ferry")
    assert rules.follow_booking(withdrawn, a_move(by, state="confirmed"), NOW) is None


def test_when_a_moved_visit_falls_through_so_does_its_proposal():
    """The class needs another."""
    proposal = a_visit_proposal(state="booked", booking_id=an_id(13))

    followed = rules.follow_booking(proposal, a_move("school", state="cancelled"), NOW)

    assert (followed.state, followed.why) == ("withdrawn", "booking_cancelled: cancelled")


@pytest.mark.parametrize(
    ("state", "withdrawn"), [("proposed", True), ("accepted", False), ("booked", False), ("declined", False)]
)
def test_a_match_withdraws_only_what_nobody_has_answered(state, withdrawn):
    """What a school accepted is on its way to be booked."""
    moved = rules.withdraw_visit(a_visit_proposal(state=state), "better_match", NOW)

    assert (moved is not None and (moved.state, moved.why) == ("withdrawn", "better_match")) is withdrawn


def test_the_answer_is_due_before_the_lead_time_runs_out():
    """14 days at most, fewer where the slot is near."""
    far, near = NOW + timedelta(days=60), NOW + timedelta(days=20)

    assert rules.visit_deadline(far, 14, NOW) == NOW + timedelta(days=14)
    assert rules.visit_deadline(near, 14, NOW) == NOW + timedelta(days=6)
