-- The next visits of a search, soonest first: slots with a place left of published offers that match. Where full slots
-- are asked for too, search.py writes «bookable or awaitable» for «bookable».
--
-- Few offers match: their slots are looked up one offer after another. Many match: slots are read in order of date
-- until the page is full, which is soon. `few` decides; the branch not taken costs nothing.
--
-- $1 numbers of the places within reach; $2 whether to look only there; $3 level; $4 themes, any of them; $5 ROME code;
-- $6 access needs, all of them; $7 whether with mediation; $8 department; $9 from, $10 until; $11 now;
-- $12 whether free of charge; $13 whether a role model is there; $14 pupils of the class; $15, $16 start and id of the
-- last visit of the page before; $17 limit.
with matching as materialized (
    select offer.id, offer.lead_time_days, offer.splitting
    from search_offer offer
    where offer.published
        and (not $2::boolean or offer.place in (select unnest($1::int[])))
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
                and starts_at >= $9::timestamptz and starts_at < $10::timestamptz
                and starts_at > $11::timestamptz + make_interval(days => matching.lead_time_days)
                and ($14::int is null or case when matching.splitting then fits_split else fits end >= $14)
                and (starts_at, id) > ($15::timestamptz, $16::uuid)
            order by starts_at, id
            limit $17::int
        ) slot
        where (select few from few)
        order by slot.starts_at, slot.id
        limit $17::int
    )
    union all
    (
        select id, visit_offer_id, starts_at
        from search_slot
        where not (select few from few)
            and bookable
            and starts_at >= $9::timestamptz and starts_at < $10::timestamptz
            and (starts_at, id) > ($15::timestamptz, $16::uuid)
            -- "is true" keeps the planner from making it a join, after which it would sort all slots.
            and (visit_offer_id in (select id from matching)) is true
            and (
                select starts_at > $11::timestamptz + make_interval(days => lead_time_days)
                    and ($14::int is null or case when splitting then fits_split else fits end >= $14)
                from search_offer offer where offer.id = visit_offer_id
            )
        order by starts_at, id
        limit $17::int
    )
)
select page.id, page.starts_at, offer.place, offer.fictional, slot.document as slot, offer.summary
from page
join search_offer offer on offer.id = page.visit_offer_id
join entry slot on slot.kind = 'slot' and slot.id = page.id
order by page.starts_at, page.id
