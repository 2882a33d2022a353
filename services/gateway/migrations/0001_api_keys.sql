-- Keys of the API. The secret is never stored, only its SHA-256: see auth/rules.py.

create table api_key (
    id uuid primary key,
    secret_hash bytea not null,
    role text not null,
    organisation text not null,
    organisation_id text not null,
    label text not null default '',
    scopes text[] not null,
    created_at timestamptz not null,
    created_by text not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index api_key_of_organisation on api_key (organisation, organisation_id, id);
