-- What the search asks of slots, each unless a later version is there already.
--
-- $1 the rows as a JSON array, one at most of each slot.
insert into search_slot as held (id, version, visit_offer_id, starts_at, bookable, awaitable, fits, fits_split)
select id, version, visit_offer_id, starts_at, bookable, awaitable, fits, fits_split
from jsonb_to_recordset($1::jsonb) as new (id uuid, version int, visit_offer_id uuid, starts_at timestamptz,
    bookable boolean, awaitable boolean, fits int, fits_split int)
on conflict (id) do update set
    version = excluded.version, starts_at = excluded.starts_at, bookable = excluded.bookable,
    awaitable = excluded.awaitable, fits = excluded.fits, fits_split = excluded.fits_split
where excluded.version > held.version
