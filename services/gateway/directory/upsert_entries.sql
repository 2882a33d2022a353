-- Keep resources, each unless a later version is there already.
--
-- $1 to $14 the columns of the rows, one row at most of each kind and id; parties and tags are words parted by spaces.
-- Returns what was kept, and who could see it until now where that has changed.
insert into entry as held (kind, id, version, parties, public, parent, sort_key, state, department, tags, label,
    latitude, longitude, document)
select kind, id, version, string_to_array(parties, ' '), public, parent, sort_key, state, department,
    string_to_array(tags, ' '), label, latitude, longitude, document::json
from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::float8[], $13::float8[], $14::text[])
    as new (kind, id, version, parties, public, parent, sort_key, state, department, tags, label, latitude, longitude,
    document)
on conflict (kind, id) do update set
    version = excluded.version, parties = excluded.parties, public = excluded.public, parent = excluded.parent,
    sort_key = excluded.sort_key, state = excluded.state, department = excluded.department, tags = excluded.tags,
    label = excluded.label, latitude = excluded.latitude, longitude = excluded.longitude,
    document = excluded.document
where excluded.version > held.version
returning new.kind, new.id, coalesce(old.public and not new.public, false) as was_public,
    case when old.parties <> new.parties then old.parties end as former_parties
