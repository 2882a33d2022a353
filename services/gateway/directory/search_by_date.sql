-- The next visits of a search, soonest first: slots with a place left of published offers that match.
--
-- Few offers match: their slots are looked up one offer after another. Many match: slots are read in order of date
-- until the page is full, which is soon. `few` decides; the branch not taken costs nothing.
--
-- A line with a value that is not asked for is left out (statements.py). :minutes to each place (travel.py);
-- :most minutes; :level; :themes, any of them; :rome a code; :needs of access, all of them; :mediation, :free, :role_model whether with
-- or without; :department; :pupils of the class; :begin, :until; :now; :after, :after_id start and id of the last visit
-- of the page before; :limit. Where full slots are asked for too, search.py writes «bookable or awaitable» for «bookable».
with matching as materialized (
    select offer.id, offer.lead_time_days, offer.splitting
    from search_offer offer
    where offer.published
        and offer.levels & :level::int <> 0
        and offer.themes & :themes::int <> 0
        and offer.rome_codes @> array[:rome::text]
        and offer.access_needs & :needs::int = :needs
        and offer.needs_mediation = :mediation
        and offer.department = :department
        and offer.free = :free
        and offer.role_model = :role_model
        and offer.pupils_min <= :pupils::int
        and minutes_to(offer.place, :minutes::bytea) <= :most::int
        and not exists (
            select from entry company
            where company.kind = 'company' and company.id = offer.company_id and not company.public
        )
),
few as materialized (
    select count(*) <= 100 as few from matching
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
                and starts_at >= :begin::timestamptz and starts_at < :until::timestamptz
                and starts_at > :now::timestamptz + make_interval(days => matching.lead_time_days)
                and case when matching.splitting then fits_split else fits end >= :pupils::int
                and (starts_at, id) > (:after::timestamptz, :after_id::uuid)
            order by starts_at, id
            limit :limit::int
        ) slot
        where (select few from few)
        order by slot.starts_at, slot.id
        limit :limit::int
    )
    union all
    (
        select id, visit_offer_id, starts_at
        from search_slot
        where not (select few from few)
            and bookable
            and starts_at >= :begin::timestamptz and starts_at < :until::timestamptz
            and (starts_at, id) > (:after::timestamptz, :after_id::uuid)
            -- "is true" keeps the planner from making it a join, after which it would sort all slots.
            and (visit_offer_id in (select id from matching)) is true
            and (
                select starts_at > :now::timestamptz + make_interval(days => lead_time_days)
                    and case when splitting then fits_split else fits end >= :pupils::int
                from search_offer offer where offer.id = visit_offer_id
            )
        order by starts_at, id
        limit :limit::int
    )
)
select page.id, page.starts_at, summary.place, summary.fictional, slot.document as slot,
    summary.document as visit_offer
from page
join search_summary summary on summary.id = page.visit_offer_id
join entry slot on slot.kind = 'slot' and slot.id = page.id
order by page.starts_at, page.id
