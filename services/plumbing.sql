-- What every service keeps beside its own tables: see outbox.py, following.py, idempotency.py, timers.py, schedule.py
-- and dead_letters.py.

create table outbox (
    position bigint generated always as identity primary key,
    id uuid not null unique,
    aggregate_id text not null,
    subject text not null,
    headers jsonb not null,
    body bytea not null,
    occurred_at timestamptz not null,
    published_at timestamptz
);
create index outbox_unpublished on outbox (position) where published_at is null;

create table inbox (
    event_id text primary key,
    handled_at timestamptz not null default now()
);

create table idempotency (
    caller text not null,
    key text not null,
    request_hash bytea not null,
    answer bytea not null,
    created_at timestamptz not null default now(),
    primary key (caller, key)
);

create table timer (
    id bigint generated always as identity primary key,
    kind text not null,
    key text not null,
    due_at timestamptz not null,
    attempts int not null default 0,
    traceparent text not null default ''
);
create index timer_due on timer (due_at);
create index timer_key on timer (kind, key);

create table job_run (
    job text not null,
    slot timestamptz not null,
    started_at timestamptz not null default now(),
    primary key (job, slot)
);

create table dead_letter (
    id uuid primary key,
    source text not null check (source in ('event', 'timer')),
    subject text not null,
    headers jsonb not null,
    body bytea not null,
    error text not null,
    failed_at timestamptz not null default now(),
    retried_at timestamptz
);
