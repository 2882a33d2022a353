-- Keep resources, each unless a later version is there already.
--
-- $1 the rows as a JSON array, one at most of each kind and id.
insert into entry as held (kind, id, version, parties, public, parent, sort_key, state, department, tags, label,
    latitude, longitude, document)
select kind, id, version, parties, public, parent, sort_key, state, department, tags, label, latitude, longitude,
    document
from jsonb_to_recordset($1::jsonb) as new (kind text, id uuid, version int, parties text[], public boolean,
    parent text, sort_key text, state text, department text, tags text[], label text, latitude float8,
    longitude float8, document jsonb)
on conflict (kind, id) do update set
    version = excluded.version, parties = excluded.parties, public = excluded.public, parent = excluded.parent,
    sort_key = excluded.sort_key, state = excluded.state, department = excluded.department, tags = excluded.tags,
    label = excluded.label, latitude = excluded.latitude, longitude = excluded.longitude,
    document = excluded.document
where excluded.version > held.version
