-- Figures of departments over a span of days, one row for each that is asked for, also those with nothing.
--
-- $1 departments; $2 and $3 the span's first day and the day after its last, as instants, each null where it is open;
-- $4 and $5 the same as sort keys of dated things.
with
school as (
    select parent as uai, department,
        coalesce((document ->> 'rural')::boolean, false) or coalesce(document ->> 'priority', 'none') <> 'none'
            as under_reached
    from entry where kind = 'school'
),
booking as materialized (
    select told.class_request_id, told.school_uai, state, (told.attendance ->> 'pupils')::int as pupils,
        ($4::text is null or sort_key >= $4) and ($5::text is null or sort_key < $5) as in_span
    from entry
    cross join lateral json_to_record(document) as told (class_request_id uuid, school_uai text, attendance json)
    where kind = 'booking' and state in ('requested', 'approved', 'offered', 'confirmed', 'completed')
),
request as (
    select id, department, parent as uai, state, (document ->> 'under_reached')::boolean as under_reached
    from entry
    where kind = 'class-request'
        and ($2::timestamptz is null or (document ->> 'created_at')::timestamptz >= $2)
        and ($3::timestamptz is null or (document ->> 'created_at')::timestamptz < $3)
),
of_request as (
    select class_request_id as id, bool_or(state in ('confirmed', 'completed')) as served
    from booking where class_request_id is not null group by class_request_id
),
proposed as (
    select distinct nullif(parent, '')::uuid as id
    from entry where kind = 'visit-proposal' and state in ('proposed', 'accepted')
),
asked as (
    select department, count(*) as class_requests, count(*) filter (where state = 'open') as class_requests_open,
        count(*) filter (where served) as classes_served,
        count(*) filter (where state = 'open' and served is null and proposed.id is null) as classes_unmet,
        count(*) filter (where under_reached) as under_reached_requests
    from request left join of_request using (id) left join proposed using (id)
    group by department
),
visited as (
    select department, count(*) filter (where state = 'confirmed') as visits_confirmed,
        count(*) filter (where state = 'completed') as visits_completed,
        coalesce(sum(pupils) filter (where state = 'completed'), 0) as pupils_reached,
        count(*) filter (where under_reached) as under_reached_visits
    from booking join school on uai = school_uai
    where in_span and state in ('confirmed', 'completed')
    group by department
),
active as (
    select department, count(*) as schools_active
    from school
    where uai in (select uai from request) or uai in (select school_uai from booking where in_span)
    group by department
),
offer as (
    select id, company_id, department from search_offer
    where published
        and not exists (
            select from entry company
            where company.kind = 'company' and not company.public and company.id = search_offer.company_id
        )
),
offered as (
    select department, count(*) as visit_offers_open, count(distinct company_id) as companies_active
    from offer group by department
),
opened as (
    select department, count(*) as slots_open
    from search_slot join offer on offer.id = visit_offer_id
    where bookable and starts_at > now()
        and ($2::timestamptz is null or starts_at >= $2) and ($3::timestamptz is null or starts_at < $3)
    group by department
),
mediating as (
    select department, count(distinct parent) as associations_active
    from entry where kind = 'capacity' and state = 'published'
    group by department
)
select department, coalesce(class_requests, 0) as class_requests,
    coalesce(class_requests_open, 0) as class_requests_open, coalesce(classes_served, 0) as classes_served,
    coalesce(classes_unmet, 0) as classes_unmet, coalesce(under_reached_requests, 0) as under_reached_requests,
    coalesce(visits_confirmed, 0) as visits_confirmed, coalesce(visits_completed, 0) as visits_completed,
    coalesce(pupils_reached, 0) as pupils_reached, coalesce(under_reached_visits, 0) as under_reached_visits,
    coalesce(visit_offers_open, 0) as visit_offers_open, coalesce(slots_open, 0) as slots_open,
    coalesce(companies_active, 0) as companies_active, coalesce(associations_active, 0) as associations_active,
    coalesce(schools_active, 0) as schools_active
from unnest($1::text[]) with ordinality as asked_for (department, place)
left join asked using (department)
left join visited using (department)
left join active using (department)
left join offered using (department)
left join opened using (department)
left join mediating using (department)
order by place
