-- What companies own. A `document` is the resource as the contracts declare it; the columns beside it are what
-- queries and constraints need.

create table company (
    id uuid primary key,
    version int not null,
    siren text not null unique,
    state text not null,
    -- The site whose rows refresh the company in an import, and what its last row said: see profiles/rules.py.
    imported_from text not null default '',
    imported jsonb,
    document jsonb not null
);

create table site (
    id uuid primary key,
    version int not null,
    company_id uuid not null references company,
    siret text not null,
    imported jsonb,
    document jsonb not null
);
create unique index site_siret on site (siret) where siret <> '';
create index site_of_company on site (company_id);

create table job_need (
    id uuid primary key,
    version int not null,
    company_id uuid not null references company,
    site_id uuid not null references site,
    external_id text not null,
    state text not null,
    document jsonb not null
);
create unique index job_need_external_id on job_need (company_id, external_id) where external_id <> '';
create index job_need_of_company on job_need (company_id, state);

create table visit_offer (
    id uuid primary key,
    version int not null,
    company_id uuid not null references company,
    site_id uuid not null references site,
    external_id text not null,
    state text not null,
    document jsonb not null
);
create unique index visit_offer_external_id on visit_offer (company_id, external_id) where external_id <> '';
create index visit_offer_of_company on visit_offer (company_id, state);

-- A slot has a column for each field instead of a document, so that one statement can decide bookings by counting.
create table slot (
    id uuid primary key,
    version int not null,
    fictional boolean not null,
    visit_offer_id uuid not null references visit_offer,
    company_id uuid not null references company,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    groups int not null check (groups >= 1),
    groups_taken int not null default 0 check (groups_taken between 0 and groups),
    pupils_per_group int not null check (pupils_per_group >= 1),
    external_id text not null,
    state text not null,
    reason text not null default '',
    check (state <> 'full' or groups_taken = groups),
    check (state <> 'open' or groups_taken < groups)
);
create unique index slot_external_id on slot (company_id, external_id) where external_id <> '';
create index slot_of_offer on slot (visit_offer_id, starts_at);

create table booking (
    id uuid primary key,
    version int not null,
    slot_id uuid not null references slot,
    company_id uuid not null,
    school_uai text not null,
    -- Which class it is and on which day of Occitanie it comes: see bookings/rules.py.
    class_key text not null,
    visit_day date not null,
    proposal_id uuid unique,
    state text not null,
    document jsonb not null
);
-- One live booking per class and slot, one visit per class and day; what ended never blocks a new one.
create unique index booking_live_slot on booking (slot_id, class_key) where state in ('requested', 'confirmed');
create unique index booking_live_day on booking (class_key, visit_day) where state in ('requested', 'confirmed');
