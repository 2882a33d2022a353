-- The matchmaker's own: schools and class requests (demand), proposals and match runs.
-- Supply (companies, offers, slots, associations, capacities, bookings) are copies fed by events.

create table school (
    uai text primary key,
    id uuid not null unique,
    version int not null,
    document jsonb not null
);

create table class_request (
    id uuid primary key,
    version int not null,
    school_uai text not null references school,
    state text not null,
    until_date date not null,
    document jsonb not null
);
create index class_request_open on class_request (until_date) where state = 'open';

create table company (
    id uuid primary key,
    version int not null,
    state text not null,
    document jsonb not null
);

create table site (
    id uuid primary key,
    version int not null,
    company_id uuid not null,
    document jsonb not null
);
create index site_company on site (company_id);

create table job_need (
    id uuid primary key,
    version int not null,
    company_id uuid not null,
    state text not null,
    document jsonb not null
);
create index job_need_company on job_need (company_id) where state = 'published';

create table visit_offer (
    id uuid primary key,
    version int not null,
    company_id uuid not null,
    state text not null,
    document jsonb not null
);
create index visit_offer_published on visit_offer (company_id) where state = 'published';

create table slot (
    id uuid primary key,
    version int not null,
    visit_offer_id uuid not null,
    state text not null,
    starts_at timestamptz not null,
    document jsonb not null
);
create index slot_open on slot (starts_at) where state = 'open';

create table association (
    id uuid primary key,
    version int not null,
    state text not null,
    document jsonb not null
);

create table capacity (
    id uuid primary key,
    version int not null,
    association_id uuid not null,
    state text not null,
    until_date date not null,
    document jsonb not null
);
create index capacity_published on capacity (until_date) where state = 'published';

create table booking (
    id uuid primary key,
    version int not null,
    class_request_id uuid,
    proposal_id uuid,
    state text not null,
    document jsonb not null
);
create index booking_class on booking (class_request_id) where class_request_id is not null;

create table match_run (
    id uuid primary key,
    version int not null default 1,
    started_at timestamptz not null,
    document jsonb not null
);
create index match_run_started on match_run (started_at);

create table visit_proposal (
    id uuid primary key,
    version int not null,
    class_request_id uuid not null references class_request,
    slot_id uuid not null,
    school_uai text not null,
    company_id uuid not null,
    capacity_id uuid,
    state text not null,
    document jsonb not null,
    explanation jsonb not null
);
create unique index visit_proposal_open on visit_proposal (class_request_id, slot_id)
    where state in ('proposed', 'accepted', 'booked');
create index visit_proposal_class on visit_proposal (class_request_id);

create table partnership_proposal (
    id uuid primary key,
    version int not null,
    company_id uuid not null,
    association_id uuid not null,
    state text not null,
    changed_at timestamptz not null,
    document jsonb not null,
    explanation jsonb not null
);
-- One open proposal a pair; an agreed one stays the pair's only one.
create unique index partnership_proposal_open on partnership_proposal (company_id, association_id)
    where state in ('proposed', 'accepted_by_company', 'accepted_by_association', 'agreed');
