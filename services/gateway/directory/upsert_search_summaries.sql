-- Offers as the search shows them, each unless a later version is there already.
--
-- $1 rows with id, version and summary as a JSON array, one at most of each offer.
insert into search_summary as held (id, version, document)
select id, version, summary
from jsonb_to_recordset($1::jsonb) as new (id uuid, version int, summary text)
on conflict (id) do update set version = excluded.version, document = excluded.document
where excluded.version > held.version
