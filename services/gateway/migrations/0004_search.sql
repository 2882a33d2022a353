-- What the search asks besides: price, role models, class size, full slots that one may wait for. Rows that are there
-- already are filled from the resources that they stand for.

alter table search_offer
    add column role_model boolean not null default false,
    add column free boolean not null default false,
    add column pupils_min int not null default 1,
    add column splitting boolean not null default false;

-- What the search shows of an offer, most of it in JSON: apart, because the search reads all offers, and shows few.
create table search_summary (
    id uuid primary key,
    version int not null,
    place int not null,
    fictional boolean not null,
    document text not null
);

alter table search_slot
    add column awaitable boolean not null default false,
    -- The largest class that finds room in one group, and in two.
    add column fits int not null default 0,
    add column fits_split int not null default 0;

update search_offer set
    role_model = (document ->> 'role_model_present')::boolean,
    free = (document ->> 'price_cents')::int = 0 and not exists (
        select from jsonb_array_elements(document -> 'fees') as fee where (fee ->> 'price_cents')::int > 0
    ),
    pupils_min = (document ->> 'pupils_min')::int,
    splitting = coalesce((document ->> 'splitting')::boolean, false)
from entry
where entry.kind = 'visit-offer' and entry.id = search_offer.id;

insert into search_summary (id, version, place, fictional, document)
select entry.id, entry.version, search_offer.place, coalesce((document ->> 'fictional')::boolean, false), (
    select json_object_agg(key, value)::text from jsonb_each(document) where key in (
        'id', 'title', 'company_id', 'company_name', 'site_id', 'site_name', 'place', 'themes', 'rome_codes',
        'levels', 'formats', 'duration_minutes', 'pupils_min', 'pupils_max', 'pupils_per_adult', 'lead_time_days',
        'instant_confirmation', 'needs_mediation', 'role_model_present', 'price_cents',
        'transport_paid_by_company', 'coach_parking', 'accessibility', 'safety', 'pooled', 'splitting'
    )
)
from entry
join search_offer using (id)
where entry.kind = 'visit-offer';

update search_slot set
    awaitable = document ->> 'state' = 'full',
    fits = (document ->> 'pupils_per_group')::int,
    fits_split = (document ->> 'pupils_per_group')::int * least(2, (document ->> 'groups')::int
        - case when document ->> 'state' = 'full' then 0 else (document ->> 'groups_taken')::int end)
from entry
where entry.kind = 'slot' and entry.id = search_slot.id;

-- How long it takes to a place, by a table of minutes for each place's number, two bytes each, the higher first; null for
-- a place that the table does not know. One value for a whole search, where a list of places would be read anew each time.
create function minutes_to(place int, minutes bytea) returns int
    language sql immutable parallel safe
    return case when 2 * place < length(minutes)
        then 256 * get_byte(minutes, 2 * place) + get_byte(minutes, 2 * place + 1)
    end;

create index search_slot_shown_in_order on search_slot (starts_at, id) where bookable or awaitable;
create index search_slot_shown_of_offer on search_slot (visit_offer_id, starts_at, id) where bookable or awaitable;
