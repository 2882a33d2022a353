-- The next visits of a search, soonest first: slots with a group left of published offers that match.
--
-- Few offers match: their slots are looked up one offer after another. Many match: slots are read in order of date
-- until the page is full, which is soon. `few` decides; the branch not taken costs nothing.
--
-- $1 places, $2 their minutes; $3 whether a visit elsewhere is left out; $4 level; $5 themes (any of);
-- $6 ROME code; $7 access needs (all of); $8 whether with mediation; $9 department;
-- $10 from, $11 until; $12 now; $13, $14 start and id of the last visit of the page before; $15 limit.
with matching as materialized (
    select offer.id, offer.lead_time_days, near.minutes
    from search_offer offer
    left join unnest($1::int[], $2::int[]) as near (place, minutes) using (place)
    where offer.published
        and (not $3::boolean or near.minutes is not null)
        and ($4::text is null or offer.levels @> array[$4])
        and ($5::text[] is null or offer.themes && $5)
        and ($6::text is null or offer.rome_codes @> array[$6])
        and offer.access_needs @> $7::text[]
        and ($8::boolean is null or offer.needs_mediation = $8)
        and ($9::text is null or offer.department = $9)
        and not exists (
            select from entry company
            where company.kind = 'company' and company.id = offer.company_id and company.state = 'suspended'
        )
),
few as materialized (
    select count(*) <= 200 as few from matching
),
page as (
    (
        select slot.id, slot.visit_offer_id, slot.starts_at
        from matching
        cross join lateral (
            select id, visit_offer_id, starts_at
            from search_slot
            where visit_offer_id = matching.id
                and bookable
                and starts_at >= $10 and starts_at < $11
                and starts_at > $12 + make_interval(days => matching.lead_time_days)
                and (starts_at, id) > ($13, $14)
            order by starts_at, id
            limit $15
        ) slot
        where (select few from few)
        order by slot.starts_at, slot.id
        limit $15
    )
    union all
    (
        select id, visit_offer_id, starts_at
        from search_slot
        where not (select few from few)
            and bookable
            and starts_at >= $10 and starts_at < $11
            and (starts_at, id) > ($13, $14)
            -- "is true" keeps the planner from making it a join, after which it would sort all slots.
            and (visit_offer_id in (select id from matching)) is true
            and starts_at > $12 + make_interval(
                days => (select lead_time_days from search_offer offer where offer.id = visit_offer_id)
            )
        order by starts_at, id
        limit $15
    )
)
select page.id, page.starts_at, matching.minutes, slot.document as slot, offer.document as visit_offer
from page
join matching on matching.id = page.visit_offer_id
join entry slot on slot.kind = 'slot' and slot.id = page.id
join entry offer on offer.kind = 'visit-offer' and offer.id = page.visit_offer_id
order by page.starts_at, page.id
