-- The nearest visits of a search: offers are gone through from the nearest on, until the page is full.
--
-- $1 to $12 as in search_by_date.sql; $13, $14, $15 minutes, start and id of the last visit of the page before;
-- $16 limit.
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
        and near.minutes >= $13
        and not exists (
            select from entry company
            where company.kind = 'company' and company.id = offer.company_id and company.state = 'suspended'
        )
    order by near.minutes
),
page as (
    select slot.id, slot.visit_offer_id, slot.starts_at, matching.minutes
    from matching
    cross join lateral (
        select id, visit_offer_id, starts_at
        from search_slot
        where visit_offer_id = matching.id
            and bookable
            and starts_at >= $10 and starts_at < $11
            and starts_at > $12 + make_interval(days => matching.lead_time_days)
            and (matching.minutes, starts_at, id) > ($13, $14, $15)
        order by starts_at, id
        limit $16
    ) slot
    order by matching.minutes, slot.starts_at, slot.id
    limit $16
)
select page.id, page.starts_at, page.minutes, slot.document as slot, offer.document as visit_offer
from page
join entry slot on slot.kind = 'slot' and slot.id = page.id
join entry offer on offer.kind = 'visit-offer' and offer.id = page.visit_offer_id
order by page.minutes, page.starts_at, page.id
