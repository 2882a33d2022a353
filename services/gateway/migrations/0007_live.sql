-- What changed, in the order in which it became visible: pages and partners' software hear of it as it happens (live/).

-- One row a change that the directory kept, and one a notice. Whoever could see a thing before (`former_parties`,
-- `was_public`) and no longer can is told that it changed, and not how. Rows are kept for a day.
create table live_change (
    id bigint generated always as identity primary key,
    kind text not null,
    thing_id uuid not null,
    version int not null,
    state text not null,
    parties text[] not null,
    public boolean not null,
    former_parties text[] not null,
    was_public boolean not null,
    at timestamptz not null default now()
);

-- Readers ask for what comes after the last id that they saw. Numbers that are taken in one order and become visible in
-- another would make them miss some: from here to its commit, each transaction keeps the others from taking theirs.
-- A trigger, so that nobody can write a change without. It comes before any row, and so before any number.
create function keep_live_order() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('live_change ' || tg_table_schema));
    return null;
end
$$;
create trigger live_order before insert on live_change for each statement execute function keep_live_order();
