-- Mediators of booked visits, and wishes that the matchmaker opens itself.

-- The mediation of one booking: its id is the booking's.
create table mediation (
    id uuid primary key,
    version int not null,
    state text not null,
    capacity_id uuid,
    starts_at timestamptz not null,
    document jsonb not null
);
create index mediation_named on mediation (capacity_id) where state = 'named';
create index mediation_not_found on mediation (starts_at) where state = 'not_found';

-- A copy by version of what matters of an association's answer.
create table intervention (
    id uuid primary key,
    version int not null,
    booking_id uuid not null,
    association_id uuid not null,
    capacity_id uuid not null,
    starts_at timestamptz not null,
    state text not null
);
create index intervention_booking on intervention (booking_id);
create index intervention_live on intervention (capacity_id) where state in ('requested', 'accepted', 'done');

-- One wish for each booking that fell through.
alter table class_request add column replaces_booking_id uuid;
create unique index class_request_replacement on class_request (replaces_booking_id)
    where replaces_booking_id is not null;
