"""What was promised: answers that were given, deadlines that were set, work that was put off."""

from contracts.machines import OPEN_PARTNERSHIP_PROPOSAL_STATES, PENDING_BOOKING_STATES
from deploy.permissions import SERVICES
from deploy.verify.invariant import Invariant, Question, asking

# The tables that hold what commands answer, by service; a key of the API carries no version.
HELD = {
    "companies": ("company", "site", "job_need", "visit_offer", "slot", "booking"),
    "associations": ("association", "capacity", "partnership", "intervention"),
    "matchmaker": ("school", "class_request", "visit_proposal", "partnership_proposal", "match_run"),
}

_UNANSWERED = """
select key as id, format('of %s, since %s', caller, created_at) as words from idempotency where answer = '' order by key
"""
# A pending booking is looked at when its answer is due, a waiting class when nothing can be offered any more.
_WITHOUT_DEADLINE = """
select id, format('%s, due %s, to be answered by %s', state, due_at, document ->> 'answer_by') as words
from booking
where case
    when state = any($1::text[]) then due_at is null or due_at is distinct from (document ->> 'answer_by')::timestamptz
    when state in ('waitlisted', 'confirmed') then due_at is null
    else due_at is not null
end
order by id
"""
# What ends with a day is swept up a minute after it.
_OVERDUE = """
select id, format('%s, due %s', state, due_at) as words
from booking where due_at < now() - interval '1 hour' order by due_at, id
"""
_WITHOUT_TIMER = """
select id, format('%s, asked until %s', state, document ->> 'answer_by') as words
from intervention
where state = 'requested' and not exists (select from timer where key = intervention.id::text)
order by id
"""
_NEVER_EXPIRES = """
select id, format('%s, until %s', state, document ->> 'expires_at') as words
from {table}
where state = any($1::text[]) and not exists (select from timer where key = {table}.id::text)
order by id
"""
# Whoever runs the timers takes what is due within half a second.
_LATE = """
select key as id, format('%s of %s, due at %s', kind, current_schema(), due_at) as words
from timer where due_at < now() - interval '30 seconds' order by due_at
"""
# A run publishes all that it proposes with its end; what holds it up for an hour makes it fail.
_HALF_PUBLISHED = """
select p.id, format('of the match run %s, which is %s', r.id, r.state) as words
from visit_proposal p join match_run r on r.id = (p.document ->> 'match_run_id')::uuid
where r.state <> 'completed' order by p.id
"""
_ENDLESS = """
select id, format('%s since %s', state, started_at) as words
from match_run where state not in ('completed', 'failed') and started_at < now() - interval '70 minutes'
"""
_DEAD = """
select id, format('%s %s: %s', current_schema(), subject, left(error, 200)) as words
from dead_letter where retried_at is null order by failed_at
"""
# An answer is one thing, or several as a list, or under `slots`.
_PROMISED = """
from idempotency, lateral (select convert_from(answer, 'UTF8')::jsonb as told) answered,
    lateral jsonb_array_elements(
        case when jsonb_typeof(told) = 'array' then told
             when jsonb_typeof(told -> 'slots') = 'array' then told -> 'slots'
             else jsonb_build_array(told) end
    ) as thing
where answer <> '' and jsonb_typeof(thing) = 'object' and thing ? 'id' and thing ? 'version'
"""


def promises_kept(service: str) -> Question:
    """Every thing that an answer named is there, at least as far as the answer said."""
    held = " union all ".join(f"select id, version from {table}" for table in HELD[service])  # noqa: S608  constants
    return Question(
        service,
        f"select count(*) {_PROMISED}",
        f"""
        select promised.id, format('answered at version %s, %s',
            promised.version, coalesce('held at version ' || held.version, 'not there')) as words
        from (
            select (thing ->> 'id')::uuid as id, max((thing ->> 'version')::int) as version {_PROMISED} group by 1
        ) promised
        left join ({held}) held on held.id = promised.id
        where held.version is null or held.version < promised.version
        order by promised.id
        """,  # noqa: S608  constants
    )


def expiring(table: str, states: frozenset[str]) -> Question:
    """Every proposal that waits for an answer has the timer that closes it."""
    wrong = _NEVER_EXPIRES.format(table=table)
    return Question("matchmaker", f"select count(*) from {table}", wrong, (sorted(states),))  # noqa: S608  constants


INVARIANTS = (
    Invariant(
        "idempotency",
        "idempotency keys",
        "each has its one answer",
        asking(*(Question(service, "select count(*) from idempotency", _UNANSWERED) for service in SERVICES)),
    ),
    Invariant(
        "acknowledged",
        "things answered to a key",
        "each is there, as answered or later",
        asking(*(promises_kept(service) for service in HELD)),
    ),
    Invariant(
        "deadlines",
        "bookings, interventions and proposals",
        "each that waits for an answer has its deadline, and none is overdue",
        asking(
            Question("companies", "select count(*) from booking", _WITHOUT_DEADLINE, (sorted(PENDING_BOOKING_STATES),)),
            Question("companies", "select 0", _OVERDUE),
            Question("associations", "select count(*) from intervention", _WITHOUT_TIMER),
            expiring("visit_proposal", frozenset({"proposed"})),
            expiring("partnership_proposal", OPEN_PARTNERSHIP_PROPOSAL_STATES),
        ),
    ),
    Invariant(
        "timers",
        "timers",
        "none is more than 30 s late",
        asking(*(Question(service, "select count(*) from timer", _LATE) for service in SERVICES)),
    ),
    Invariant(
        "match_runs",
        "match runs",
        "each ends, and nothing is proposed before its end",
        asking(
            Question("matchmaker", "select count(*) from match_run", _HALF_PUBLISHED),
            Question("matchmaker", "select 0", _ENDLESS),
        ),
    ),
    Invariant(
        "dead_letters",
        "dead letters",
        "none waits; `passerelle dead-letters list` shows them",
        asking(*(Question(service, "select count(*) from dead_letter", _DEAD) for service in SERVICES)),
        warns=True,
    ),
)
