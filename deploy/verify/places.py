"""Places: none is taken twice, and what a slot counts is what its bookings hold."""

from contracts.machines import LIVE_BOOKING_STATES
from deploy.verify.invariant import Invariant, Question, asking

LIVE = sorted(LIVE_BOOKING_STATES)
LISTED = sorted(LIVE_BOOKING_STATES | {"waitlisted"})

_OVER = """
select id,
    case when pooled then format('%s pupils for %s places', pupils_taken, groups * pupils_per_group)
         else format('%s groups for %s', groups_taken, groups) end as words
from slot
where case when pooled then pupils_taken > groups * pupils_per_group else groups_taken > groups end
order by id
"""
# Before bookings could take several groups, each took one.
_MISCOUNTED = """
select slot.id,
    format('counts %s groups and %s pupils, its bookings hold %s and %s',
        slot.groups_taken, slot.pupils_taken, coalesce(held.groups, 0), coalesce(held.pupils, 0)) as words
from slot left join (
    select slot_id,
        sum(coalesce((document ->> 'groups')::int, 1)) as groups,
        sum((document ->> 'pupils')::int) as pupils
    from booking where state = any($1::text[]) group by slot_id
) held on held.slot_id = slot.id
where slot.groups_taken <> coalesce(held.groups, 0) or slot.pupils_taken <> coalesce(held.pupils, 0)
order by slot.id
"""
# Which day a class comes is told by the hours of its slot, not by the column that the index rests on.
_TWICE = """
select (array_agg(id order by id))[2] as id,
    format('%s bookings of the class «%s» on the slot %s', count(*), class_key, slot_id) as words
from booking where state = any($2::text[]) group by class_key, slot_id having count(*) > 1
union all
select (array_agg(booking.id order by booking.id))[2],
    format('%s visits of the class «%s» on %s', count(*), class_key, (starts_at at time zone 'Europe/Paris')::date)
from booking join slot on slot.id = booking.slot_id
where booking.state = any($1::text[])
group by class_key, (starts_at at time zone 'Europe/Paris')::date having count(*) > 1
order by 1
"""
_SAYS_OTHERWISE = """
select id,
    format('%s at version %s, its document %s at version %s',
        state, version, document ->> 'state', document ->> 'version') as words
from booking
where state <> document ->> 'state' or version <> (document ->> 'version')::int
    or slot_id <> (document ->> 'slot_id')::uuid
order by id
"""

_NOT_READY = """
select id,
    format('ready is %s, though it is %s and its mediation %s',
        document ->> 'ready', state, coalesce(document ->> 'mediation', 'none')) as words
from booking
where coalesce((document ->> 'ready')::bool, false)
    <> (state = 'confirmed' and coalesce(document ->> 'mediation', 'none') in ('none', 'accepted'))
order by id
"""

INVARIANTS = (
    Invariant(
        "capacity",
        "slots",
        "never more taken than there is",
        asking(Question("companies", "select count(*) from slot", _OVER)),
    ),
    Invariant(
        "taken",
        "slots",
        "what they count as taken, in groups and pupils, is what their live bookings hold",
        asking(Question("companies", "select count(*) from slot", _MISCOUNTED, (LIVE,))),
    ),
    Invariant(
        "once",
        "bookings",
        "one live or waiting a class and slot, one visit a class and day",
        asking(Question("companies", "select count(*) from booking", _TWICE, (LIVE, LISTED))),
    ),
    Invariant(
        "documents",
        "bookings",
        "what counts them and what is shown of them say the same",
        asking(Question("companies", "select count(*) from booking", _SAYS_OTHERWISE)),
    ),
    Invariant(
        "ready",
        "bookings",
        "each is ready where company, school and mediator have said yes, and only there",
        asking(Question("companies", "select count(*) from booking", _NOT_READY)),
    ),
)
