-- The places of offers that are new; those that are known keep their numbers, and use up none.
--
-- $1 rows with latitude, longitude and department as a JSON array.
insert into place (latitude, longitude, department)
select distinct latitude, longitude, department
from jsonb_to_recordset($1::jsonb) as new (latitude float8, longitude float8, department text)
where not exists (
    select from place
    where place.latitude = new.latitude and place.longitude = new.longitude and place.department = new.department
)
on conflict do nothing
