-- Associations, what they can give, and with whom they agreed to work. `document` is the resource as contracts
-- declare it; the other columns are what queries and constraints need of it.

create table association (
    id uuid primary key,
    version int not null,
    state text not null,
    rna text not null,
    siren text not null,
    -- The name that the association came with, folded: an import without numbers finds it again after a renaming.
    name_key text not null,
    commune text not null,
    -- The row as it was last imported, null where a coordinator registered the association.
    imported jsonb,
    document jsonb not null
);
create unique index association_rna on association (rna) where rna <> '';
create unique index association_siren on association (siren) where siren <> '';
create index association_name on association (name_key, commune);

create table capacity (
    id uuid primary key,
    version int not null,
    association_id uuid not null references association,
    state text not null,
    document jsonb not null
);
create index capacity_association on capacity (association_id) where state = 'published';

create table partnership (
    id uuid primary key,
    version int not null,
    proposal_id uuid not null unique,
    state text not null,
    document jsonb not null
);
