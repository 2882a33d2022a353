-- What classes asked for in vain as of the last match of the region: a row for each site, or commune without a site.

create table unmet_demand (
    id uuid primary key,
    version int not null,
    classes int not null,
    document jsonb not null
);
