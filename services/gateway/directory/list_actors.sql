-- Who stands on the map: companies by their sites, associations, schools, except what is suspended.
--
-- $1 kinds wanted; $2 department; $3 theme; $4 to $7 west, south, east, north in degrees; $8 limit.
select
    'company' as kind, site.id, company.document ->> 'name' || ' – ' || (site.document ->> 'name') as name,
    site.department, site.document -> 'place' ->> 'commune_name' as commune, site.latitude, site.longitude,
    offered.themes, company.state, '' as uai, company.id as company_id,
    coalesce((site.document ->> 'fictional')::boolean, false) as fictional
from entry site
join entry company on company.kind = 'company' and company.id = nullif(site.parent, '')::uuid
cross join lateral (
    select coalesce(array_agg(distinct substr(tag, 7)), '{}') as themes
    from search_offer
    join entry offer on offer.kind = 'visit-offer' and offer.id = search_offer.id, unnest(offer.tags) as tag
    where search_offer.site_id = site.id and search_offer.published and tag like 'theme:%'
) offered
where site.kind = 'site' and 'company' = any($1::text[]) and company.state <> 'suspended'
    and ($2::text is null or site.department = $2)
    and ($3::text is null or offered.themes @> array[$3])
    and site.longitude between $4 and $6 and site.latitude between $5 and $7

union all
select
    actor.kind, actor.id, actor.document ->> 'name', actor.department, actor.document -> 'place' ->> 'commune_name',
    actor.latitude, actor.longitude,
    array(select substr(tag, 7) from unnest(actor.tags) as tag where tag like 'theme:%'), actor.state,
    case actor.kind when 'school' then actor.parent else '' end, null,
    coalesce((actor.document ->> 'fictional')::boolean, false)
from entry actor
where actor.kind in ('association', 'school') and actor.kind = any($1::text[]) and actor.state <> 'suspended'
    and ($2::text is null or actor.department = $2)
    and ($3::text is null or actor.tags @> array['theme:' || $3])
    and actor.longitude between $4 and $6 and actor.latitude between $5 and $7
order by kind, name, id
limit $8
