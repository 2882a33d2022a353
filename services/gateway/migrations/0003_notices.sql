-- What people are told, whom mails go to, and the calendars that they subscribe to: see notices/ and calendars/.

-- One fact told to one addressee. `fact` names it by the version of the thing that it tells of, so that no event, however
-- often it comes, is told twice. The words are written a moment after the event where a mail is to go out, and else when
-- somebody first reads them (notices/delivering.py, notices/reading.py).
create table notice (
    id uuid primary key,
    fact text not null,
    party text not null,
    for_head boolean not null,
    kind text not null,
    about text not null,
    facts jsonb not null,
    occurred_at timestamptz not null,
    words jsonb,
    read_at timestamptz,
    delivery text not null,
    delivery_detail text not null default '',
    attempts int not null default 0,
    unique (fact, party, for_head)
);
create index notice_of_party on notice (party, id desc);
create index notice_to_mail on notice (id) where words is null and delivery = 'waiting';

-- Where each organisation wants its mail. Nothing but mails is ever made of it.
create table address (
    party text not null,
    for_head boolean not null,
    version int not null,
    name text not null,
    email text not null,
    primary key (party, for_head)
);

-- One calendar an organisation; only the hash of what stands in its address.
create table calendar (
    party text primary key,
    token_hash bytea not null unique,
    created_at timestamptz not null
);
