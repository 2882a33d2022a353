-- What happens where: visits by site, capacities, partnerships.
--
-- $1 kinds wanted; $2 theme, $3 level, $4 department, each null for any; $5 the caller's party, null for coordinators,
-- who see all partnerships; $6 limit.
with
offer as (
    select offer.id, offer.department, offer.latitude, offer.longitude, offer.tags, offer.document,
        search_offer.site_id, search_offer.company_id, search_offer.published
    from entry offer
    join search_offer using (id)
    where offer.kind = 'visit-offer' and 'visits' = any($1::text[])
        and ($2::text is null or offer.tags @> array['theme:' || $2])
        and ($3::text is null or offer.tags @> array['level:' || $3])
        and ($4::text is null or offer.department = $4)
        and not exists (
            select from entry company
            where company.kind = 'company' and not company.public and company.id = search_offer.company_id
        )
),
opened as (
    select visit_offer_id as id, count(*) as slots_open, min(starts_at) as next_slot_at
    from search_slot
    where bookable and starts_at > now() and 'visits' = any($1::text[])
    group by visit_offer_id
),
visited as (
    select told.id, count(*) filter (where state = 'confirmed') as visits_confirmed,
        count(*) filter (where state = 'completed') as visits_completed
    from entry
    cross join lateral (select (document ->> 'visit_offer_id')::uuid as id) as told
    where kind = 'booking' and state in ('confirmed', 'completed') and 'visits' = any($1::text[])
    group by told.id
),
site as (
    select site_id as id, count(*) filter (where published) as visit_offers,
        coalesce(sum(slots_open) filter (where published), 0)::int as slots_open,
        min(next_slot_at) filter (where published) as next_slot_at,
        coalesce(sum(visits_confirmed), 0)::int as visits_confirmed,
        coalesce(sum(visits_completed), 0)::int as visits_completed,
        string_agg(array_to_string(tags, ' '), ' ')
            filter (where published or visits_confirmed > 0 or visits_completed > 0) as tags,
        -- The latest offer says best where the site is and what it is called.
        (array_agg(offer.id order by published desc, offer.id desc))[1] as shown
    from offer left join opened using (id) left join visited using (id)
    group by site_id
)
select
    'visits' as kind, site.id, concat_ws(' – ', document ->> 'company_name', nullif(document ->> 'site_name', ''))
        as name,
    department, document -> 'place' ->> 'commune_name' as commune, latitude, longitude,
    string_to_array(site.tags, ' ') as tags,
    company_id, null::uuid as association_id, visit_offers, slots_open, next_slot_at, visits_confirmed,
    visits_completed, 0 as interventions, '' as state,
    coalesce((document ->> 'fictional')::boolean, false) as fictional
from site
join offer on offer.id = site.shown
where slots_open > 0 or visits_confirmed > 0 or visits_completed > 0

union all
select
    'mediation', capacity.id, capacity.document ->> 'title', capacity.department,
    capacity.document -> 'place' ->> 'commune_name', capacity.latitude, capacity.longitude,
    capacity.tags || array(select 'level:' || level from json_array_elements_text(capacity.document -> 'levels') level),
    null, nullif(capacity.parent, '')::uuid, 0, 0, null, 0, 0, (capacity.document ->> 'interventions')::int,
    capacity.state, coalesce((capacity.document ->> 'fictional')::boolean, false)
from entry capacity
where capacity.kind = 'capacity' and capacity.state = 'published' and 'mediation' = any($1::text[])
    and ($2::text is null or capacity.tags @> array['theme:' || $2])
    and ($3::text is null or $3 in (select json_array_elements_text(capacity.document -> 'levels')))
    and ($4::text is null or capacity.department = $4
        or $4 in (select json_array_elements_text(capacity.document -> 'departments')))

union all
select
    'partnership', partnership.id, concat_ws(' – ', told.company_name, told.association_name), association.department,
    association.document -> 'place' ->> 'commune_name', association.latitude, association.longitude,
    array(select 'theme:' || theme from json_array_elements_text(told.themes) theme),
    told.company_id, told.association_id, 0, 0, null, 0, 0, 0, partnership.state,
    coalesce((partnership.document ->> 'fictional')::boolean, false)
from entry partnership
cross join lateral json_to_record(partnership.document) as told (
    company_id uuid, company_name text, association_id uuid, association_name text, themes json
)
join entry association on association.kind = 'association' and association.id = told.association_id
where partnership.kind = 'partnership' and partnership.state in ('agreed', 'active')
    and 'partnership' = any($1::text[])
    and ($5::text is null or partnership.parties @> array[$5])
    and ($2::text is null or $2 in (select json_array_elements_text(told.themes)))
    and $3::text is null
    and ($4::text is null or association.department = $4)
order by kind, name, id
limit $6
