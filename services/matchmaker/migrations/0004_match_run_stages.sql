-- A match of the whole region goes on in stages, over several replicas: where it is, what it was told, who found what.

alter table match_run add column state text not null default 'completed';
-- One at a time.
create unique index match_run_going_on on match_run ((true)) where state in ('requested', 'solving', 'sweeping');

-- What a run is repeated from: facts and settings as one canonical text, compressed, and what came of them. `since_turn`
-- is the last turn (match_turn) that the facts know of.
create table match_run_facts (
    run_id uuid primary key references match_run,
    facts bytea not null,
    settings jsonb not null,
    since_turn bigint not null,
    outcome bytea,
    taken_at timestamptz not null
);

create table match_shard (
    run_id uuid not null references match_run_facts on delete cascade,
    shard text not null,
    state text not null,
    solution bytea,
    report jsonb,
    primary key (run_id, shard)
);
