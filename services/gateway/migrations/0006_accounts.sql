-- Who signs in to the pages, by which code, and until when: see auth/accounts.py, auth/codes.py and auth/sessions.py.

create table account (
    id uuid primary key,
    email text not null,
    name text not null,
    role text not null,
    organisation text not null,
    organisation_id text not null,
    demo boolean not null,
    created_at timestamptz not null,
    created_by text not null,
    last_sign_in_at timestamptz,
    closed_at timestamptz
);
-- One person may have several, in other roles or for others; a closed one stands in nobody's way.
create unique index account_live on account (lower(email), role, organisation, organisation_id) where closed_at is null;
create index account_of_organisation on account (organisation, organisation_id, id);

-- Every code that was asked for, also by an address that nobody has: the answers to both are then the same by
-- themselves. The rows of a day are what the limits count, over all replicas.
create table sign_in_code (
    id uuid primary key,
    email text not null,
    client text not null,
    salt bytea not null,
    code_hash bytea not null,
    created_at timestamptz not null,
    wrong_tries int not null default 0,
    used_at timestamptz
);
create index sign_in_code_of_email on sign_in_code (email, created_at);
create index sign_in_code_of_client on sign_in_code (client, created_at);
create index sign_in_code_by_age on sign_in_code (created_at);

-- A browser that is signed in; of its token only the hash. A session that was ended is no longer here.
create table web_session (
    id uuid primary key,
    token_hash bytea not null unique,
    account_id uuid not null references account,
    device text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null
);
create index web_session_of_account on web_session (account_id, seen_at);
