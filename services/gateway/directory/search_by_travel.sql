-- The visits of a search in one ring around the school, nearest first; rings are asked for from the innermost on
-- (directory/travel.py), until the page is full.
--
-- $1 numbers of the ring's places, $2 minutes to each; $3 to $14 and «bookable» as in search_by_date.sql;
-- $15, $16, $17 minutes, start and id of the last visit of the page before; $18 limit.
with matching as materialized (
    select offer.id, offer.lead_time_days, offer.splitting, near.minutes
    from search_offer offer
    join unnest($1::int[], $2::int[]) as near (place, minutes) using (place)
    where offer.published
        and ($3::int = 0 or offer.levels & $3 <> 0)
        and ($4::int = 0 or offer.themes & $4 <> 0)
        and ($5::text is null or offer.rome_codes @> array[$5])
        and offer.access_needs & $6::int = $6
        and ($7::boolean is null or offer.needs_mediation = $7)
        and ($8::text is null or offer.department = $8)
        and ($12::boolean is null or offer.free = $12)
        and ($13::boolean is null or offer.role_model = $13)
        and ($14::int is null or offer.pupils_min <= $14)
        and not exists (
            select from entry company
            where company.kind = 'company' and company.id = offer.company_id and company.state = 'suspended'
        )
),
page as (
    select slot.id, slot.visit_offer_id, slot.starts_at, matching.minutes
    from matching
    cross join lateral (
        select id, visit_offer_id, starts_at
        from search_slot
        where visit_offer_id = matching.id
            and bookable
            and starts_at >= $9::timestamptz and starts_at < $10::timestamptz
            and starts_at > $11::timestamptz + make_interval(days => matching.lead_time_days)
            and ($14::int is null or case when matching.splitting then fits_split else fits end >= $14)
            and (matching.minutes, starts_at, id) > ($15::int, $16::timestamptz, $17::uuid)
        order by starts_at, id
        limit $18::int
    ) slot
    order by matching.minutes, slot.starts_at, slot.id
    limit $18::int
)
select page.id, page.starts_at, offer.place, offer.fictional, slot.document as slot, offer.summary
from page
join search_offer offer on offer.id = page.visit_offer_id
join entry slot on slot.kind = 'slot' and slot.id = page.id
order by page.minutes, page.starts_at, page.id
