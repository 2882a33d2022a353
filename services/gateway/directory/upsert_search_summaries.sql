-- What the search shows of offers, each unless a later version is there already.
--
-- $1 the rows as a JSON array, one at most of each offer; their places are there.
insert into search_summary as held (id, version, place, fictional, document)
select id, version, place.number, fictional, summary
from jsonb_to_recordset($1::jsonb) as new (id uuid, version int, latitude float8, longitude float8, department text,
    fictional boolean, summary text)
join place using (latitude, longitude, department)
on conflict (id) do update set
    version = excluded.version, place = excluded.place, fictional = excluded.fictional, document = excluded.document
where excluded.version > held.version
