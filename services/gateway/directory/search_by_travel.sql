-- The visits of a search in one ring around the school, nearest first; rings are asked for from the innermost on
-- (directory/travel.py), until the page is full.
--
-- :least and :most minutes of the ring's places; all others as in search_by_date.sql, :after_minutes besides.
with matching as materialized (
    select offer.id, offer.lead_time_days, offer.splitting, minutes_to(offer.place, :minutes::bytea) as minutes
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
        and minutes_to(offer.place, :minutes) between :least::int and :most::int
        and not exists (
            select from entry company
            where company.kind = 'company' and company.id = offer.company_id and not company.public
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
            and starts_at >= :begin::timestamptz and starts_at < :until::timestamptz
            and starts_at > :now::timestamptz + make_interval(days => matching.lead_time_days)
            and case when matching.splitting then fits_split else fits end >= :pupils::int
            and (matching.minutes, starts_at, id) > (:after_minutes::int, :after::timestamptz, :after_id::uuid)
        order by starts_at, id
        limit :limit::int
    ) slot
    order by matching.minutes, slot.starts_at, slot.id
    limit :limit::int
)
select page.id, page.starts_at, summary.place, summary.fictional, slot.document as slot,
    summary.document as visit_offer
from page
join search_summary summary on summary.id = page.visit_offer_id
join entry slot on slot.kind = 'slot' and slot.id = page.id
order by page.minutes, page.starts_at, page.id
