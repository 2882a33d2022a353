-- The whole booking machine: places pooled by pupils, classes that take two groups, waiting lists, moved visits.

-- What a slot has taken is counted in groups and in pupils; `pooled` says by which of them it is full.
alter table slot
    add column pooled boolean not null default false,
    add column pupils_taken int not null default 0 check (pupils_taken >= 0),
    drop constraint slot_check1,
    drop constraint slot_check2,
    drop constraint slot_check3;
update slot set pupils_taken = coalesce(
    (select sum((document ->> 'pupils')::int) from booking
        where slot_id = slot.id and booking.state in ('requested', 'confirmed')), 0);
alter table slot
    add constraint slot_groups_taken check (groups_taken >= 0),
    add constraint slot_never_over check (
        case when pooled then pupils_taken <= groups * pupils_per_group else groups_taken <= groups end
    ),
    add constraint slot_full check (
        case when pooled then pupils_taken = groups * pupils_per_group else groups_taken = groups end
        or state <> 'full'
    ),
    add constraint slot_open check (
        case when pooled then pupils_taken < groups * pupils_per_group else groups_taken < groups end
        or state <> 'open'
    );
create index slot_ends on slot (ends_at) where state in ('open', 'full', 'closed');

-- When the system has to look at a booking again: see bookings/deadline_rules.py.
alter table booking
    add column due_at timestamptz,
    -- The intervention whose word counts: see mediation/rules.py.
    add column intervention_id uuid,
    add column intervention_version int;
create index booking_due on booking (due_at) where due_at is not null;
-- Few bookings come from a proposal: the others need no entry.
alter table booking drop constraint booking_proposal_id_key;
create unique index booking_proposal on booking (proposal_id) where proposal_id is not null;

-- Before schools could have an approval step, a booking that waited for its company was called requested.
update booking
    set state = 'approved', due_at = now() + interval '7 days',
        document = document || jsonb_build_object(
            'state', 'approved', 'waiting_for', 'company', 'answer_by', to_jsonb(now() + interval '7 days'))
    where state = 'requested';
update booking
    set due_at = (document ->> 'ends_at')::timestamptz + interval '8 days',
        document = document || '{"ready": true}'
    where state = 'confirmed';

drop index booking_live_slot;
drop index booking_live_day;
-- One booking per class and slot, waiting or live; one visit per class and day; what ended never blocks a new one.
create unique index booking_live_slot on booking (slot_id, class_key) where state in
    ('waitlisted', 'offered', 'requested', 'approved', 'confirmed', 'completed', 'no_show', 'presumed_done');
create unique index booking_live_day on booking (class_key, visit_day) where state in
    ('offered', 'requested', 'approved', 'confirmed', 'completed', 'no_show', 'presumed_done');

-- What companies know of a school: whether its head approves bookings, and its name.
create table school (
    uai text primary key,
    version int not null,
    head_approves boolean not null,
    name text not null
);
