-- The directory: read models fed by events only, rebuilt from them at any time. No contact ever enters it.

-- One row a resource, whatever its kind, guarded by its version: late and repeated events change nothing.
-- `parties` are those who may see it though it is not public; `parent` is what its list hangs from.
create table entry (
    kind text not null,
    id uuid not null,
    version int not null,
    parties text[] not null,
    public boolean not null,
    parent text not null,
    sort_key text not null collate "C",
    state text not null,
    department text not null,
    tags text[] not null,
    label text not null,
    latitude float8,
    longitude float8,
    document jsonb not null,
    primary key (kind, id)
);
create index entry_in_order on entry (kind, sort_key, id);
create index entry_of_parent on entry (kind, parent, sort_key, id);
create index entry_of_party on entry using gin (parties);
create index entry_suspended on entry (id) where kind = 'company' and state = 'suspended';

-- Distinct places of visits. A row never changes and none is dropped, so that their count tells whether a copy held in
-- memory is whole.
create table place (
    number int generated always as identity primary key,
    latitude float8 not null,
    longitude float8 not null,
    department text not null,
    unique (latitude, longitude, department)
);

-- What the search asks of offers and of slots, apart: an offer's pause touches one row, a booking one narrow row, and
-- it does not matter whose event comes first. Levels, themes and access needs are bits: see directory/masks.py.
create table search_offer (
    id uuid primary key,
    version int not null,
    published boolean not null,
    company_id uuid not null,
    site_id uuid not null,
    place int not null,
    department text not null,
    levels int not null,
    themes int not null,
    rome_codes text[] not null,
    access_needs int not null,
    needs_mediation boolean not null,
    lead_time_days int not null
);
create index search_offer_of_site on search_offer (site_id);

create table search_slot (
    id uuid primary key,
    version int not null,
    visit_offer_id uuid not null,
    starts_at timestamptz not null,
    bookable boolean not null
);
create index search_slot_in_order on search_slot (starts_at, id) where bookable;
create index search_slot_of_offer on search_slot (visit_offer_id, starts_at, id) where bookable;
