-- What the search asks of offers, each unless a later version is there already.
--
-- $1 the rows as a JSON array, one at most of each offer; their places are there.
insert into search_offer as held (id, version, published, company_id, site_id, place, department, levels, themes,
    rome_codes, access_needs, needs_mediation, role_model, free, lead_time_days, pupils_min, splitting)
select id, version, published, company_id, site_id, place.number, department, levels, themes, rome_codes, access_needs,
    needs_mediation, role_model, free, lead_time_days, pupils_min, splitting
from jsonb_to_recordset($1::jsonb) as new (id uuid, version int, published boolean, company_id uuid, site_id uuid,
    latitude float8, longitude float8, department text, levels int, themes int, rome_codes text[], access_needs int,
    needs_mediation boolean, role_model boolean, free boolean, lead_time_days int, pupils_min int, splitting boolean)
join place using (latitude, longitude, department)
on conflict (id) do update set
    version = excluded.version, published = excluded.published, company_id = excluded.company_id,
    site_id = excluded.site_id, place = excluded.place, department = excluded.department, levels = excluded.levels,
    themes = excluded.themes, rome_codes = excluded.rome_codes, access_needs = excluded.access_needs,
    needs_mediation = excluded.needs_mediation, role_model = excluded.role_model, free = excluded.free,
    lead_time_days = excluded.lead_time_days, pupils_min = excluded.pupils_min, splitting = excluded.splitting
where excluded.version > held.version
