-- Interventions: what associations are asked to do on booked visits, and what is known of those bookings.

-- A copy by version of what matters of a booking. Version 0 is one that was only named in a mediation yet: whoever
-- decides on a booking's interventions locks its row first.
create table booking (
    id uuid primary key,
    version int not null,
    state text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null
);

create table intervention (
    id uuid primary key,
    version int not null,
    booking_id uuid not null references booking,
    association_id uuid not null,
    -- No foreign key: a mediation may name a capacity that is not known here, and is declined.
    capacity_id uuid not null,
    visit_day date not null,
    state text not null,
    document jsonb not null,
    unique (booking_id, association_id)
);
-- One mediator a visit; one intervention a day for each capacity.
create unique index intervention_live_booking on intervention (booking_id)
    where state in ('requested', 'accepted', 'done');
create unique index intervention_live_day on intervention (capacity_id, visit_day)
    where state in ('requested', 'accepted', 'done');
