"""What is reported after a visit."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import Absent, Attendance
from contracts.errors import Invalid, NotYours, TransitionRefused
from services.companies.attendance.rules import completed, missed
from tests.component.companies.given import VISIT_DAY, a_booking, at

COMPANY, SCHOOL, REGION = (frozenset({word}) for word in ("company", "school", "coordinator"))
END = at(VISIT_DAY, 11)
CAME = Attendance(pupils=22, adults=3, girls=10)
CONFIRMED = a_booking(state="confirmed", ready=True)


@pytest.mark.parametrize("state", ["confirmed", "presumed_done"])
@pytest.mark.parametrize("actors", [SCHOOL, COMPANY, REGION])
def test_either_side_reports_who_came(state, actors):
    """Also after the system presumed so; more may come than were announced."""
    done = completed(a_booking(state=state), CAME, actors, END)

    assert (done.state, done.attendance, done.changed_at) == ("completed", CAME, END)
    assert completed(CONFIRMED, Attendance(pupils=30, adults=0), actors, END).attendance.girls is None


def test_all_may_be_girls_but_not_more():
    """The field is named."""
    completed(CONFIRMED, Attendance(pupils=22, adults=3, girls=22), SCHOOL, END)
    with pytest.raises(Invalid) as refused:
        completed(CONFIRMED, Attendance(pupils=22, adults=3, girls=23), SCHOOL, END)

    assert [wrong.field for wrong in refused.value.fields] == ["girls"]


@pytest.mark.parametrize("absent", list(Absent))
def test_either_side_reports_who_did_not_show_up(absent):
    """The booking keeps who was absent, who says so, and why."""
    gone = missed(CONFIRMED, absent, "no coach", SCHOOL, END)

    assert (gone.state, gone.absent, gone.reason, gone.ended_by) == ("no_show", absent, "no coach", "school")


@pytest.mark.parametrize("report", ["complete", "no-show"])
def test_nothing_is_reported_before_the_end(report):
    """The refusal says since when, in the time of Occitanie, and does not offer it as an action."""

    def tell(now):
        if report == "complete":
            return completed(CONFIRMED, CAME, SCHOOL, now)
        return missed(CONFIRMED, Absent.COMPANY, "", SCHOOL, now)

    with pytest.raises(TransitionRefused, match="2026-12-15T11:00") as refused:
        tell(END - timedelta(seconds=1))

    assert refused.value.facts["allowed_actions"] == ("cancel", "reschedule")
    assert tell(END).version == 2


@pytest.mark.parametrize(
    ("state", "actors", "error"),
    [
        ("completed", SCHOOL, TransitionRefused),
        ("no_show", COMPANY, TransitionRefused),
        ("approved", COMPANY, TransitionRefused),
        ("confirmed", frozenset(), NotYours),
    ],
)
def test_only_a_confirmed_visit_is_reported_on_once(state, actors, error):
    """By those who were to be there."""
    with pytest.raises(error):
        completed(a_booking(state=state), CAME, actors, END)
    with pytest.raises(error):
        missed(a_booking(state=state), Absent.SCHOOL, "", actors, END)
