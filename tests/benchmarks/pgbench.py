"""How many bookings PostgreSQL alone can take: pgbench with the whole booking in one statement, on the same server.

Its tables are copies of companies' own, with their indexes and constraints; what it writes is as long as what companies
wrote for a booking of its own. The only thing left out is everything that is not PostgreSQL.
"""

import asyncio
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from deploy.embedded.postgres import ENVIRONMENT, find_binaries
from tests.benchmarks import bookable

SCHEMA = "pgbench"
CLIENTS = 16
THREADS = 2
TABLES = ("slot", "booking", "idempotency", "outbox")
# Fewer bookings than this share of statements would mean that the slots were full, and the statements idle.
LEAST_BOOKED = 0.99

_PLACE = f"""\\set turn :turn + 1
\\set shuffled ((:client_id + {CLIENTS} * :turn) * {bookable.STRIDE}) % {bookable.PLACES}
\\set rest :shuffled % 6
\\set slot 3 * (:shuffled / 6) + case when :rest = 0 then 0 when :rest < 3 then 1 else 2 end
"""

# What is said once for every booking comes as a parameter, as it would from a service; only numbers are made here.
_STATEMENT = """
with taken as (
    update slot set version = version + 1, groups_taken = groups_taken + 1, pupils_taken = pupils_taken + 24,
        state = case when groups_taken + 1 = groups then 'full' else 'open' end
    where id = (:slot_prefix::text || lpad(to_hex(:slot::bigint), 12, '0'))::uuid
        and state = 'open' and groups_taken < groups
    returning id, company_id, starts_at
), claimed as (
    insert into idempotency (caller, key, request_hash, answer)
    select :caller::text, :client_id::text || '-' || :turn::text, sha256(convert_to(:answer::text, 'UTF8')),
        convert_to(:answer::text, 'UTF8')
    from taken
    on conflict do nothing
    returning true
), booked as (
    insert into booking (id, version, slot_id, company_id, school_uai, class_key, visit_day, state, due_at, document)
    select uuidv7(), 1, taken.id, company_id, :uai::text, :class::text || ' ' || :client_id::text || '-' || :turn::text,
        (starts_at at time zone 'Europe/Paris')::date, :state::text, now() + interval '7 days', :document::text::jsonb
    from taken, claimed
    on conflict do nothing
    returning id
), told as (
    insert into outbox (id, aggregate_id, subject, headers, body, occurred_at)
    select uuidv7(), id::text, :subject::text, :headers::text::jsonb, convert_to(:body::text, 'UTF8'), now()
    from booked
)
select count(*) from booked;
"""


async def prepare(admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make the copies of companies' tables, their places all free."""
    await admin.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
    for table in TABLES:
        await admin.execute(f"create table {SCHEMA}.{table} (like companies.{table} including all)")
    await admin.execute(
        f"alter table {SCHEMA}.booking add foreign key (slot_id) references {SCHEMA}.slot;"
        f"insert into {SCHEMA}.slot select * from companies.slot;"
        f"update {SCHEMA}.slot set version = 1, groups_taken = 0, pupils_taken = 0, state = 'open' where version > 1"
    )
    await admin.execute("vacuum analyze")


async def sample(admin: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """What companies wrote for one booking, as values of pgbench's variables."""
    booking = await admin.fetchrow(
        "select id, school_uai, class_key, state, document from companies.booking order by id desc limit 1"
    )
    event = await admin.fetchrow(
        "select subject, headers, body from companies.outbox where aggregate_id = $1", str(booking["id"])
    )
    kept = await admin.fetchrow("select caller, answer from companies.idempotency order by created_at desc limit 1")
    return {
        "uai": booking["school_uai"],
        "class": booking["class_key"].rpartition(" ")[0],
        "state": booking["state"],
        "document": booking["document"],
        "subject": event["subject"],
        "headers": event["headers"],
        "body": event["body"].decode(),
        "caller": kept["caller"],
        "answer": kept["answer"].decode(),
        "slot_prefix": str(bookable.slot_id(0))[:-12],
    }


async def measure(
    admin: "asyncpg.Connection[asyncpg.Record]", folder: Path, dsn: str, values: dict[str, str], seconds: float
) -> tuple[float, int]:
    """Bookings per second, and how many in all; raises RuntimeError where statements found no place, and so idled."""
    output = await run(folder, dsn, values, seconds)
    rate = re.search(r"tps = ([0-9.]+)", output)
    done = re.search(r"actually processed: ([0-9]+)", output)
    if rate is None or done is None:
        raise RuntimeError(f"pgbench failed:\n{output}")
    booked: int = await admin.fetchval(f"select count(*) from {SCHEMA}.booking")
    if booked < LEAST_BOOKED * int(done[1]):
        raise RuntimeError(f"pgbench booked {booked} of {done[1]} times: give the benchmark more slots")
    return float(rate[1]) * booked / int(done[1]), booked


async def run(folder: Path, dsn: str, values: dict[str, str], seconds: float) -> str:
    """What pgbench says after booking for some seconds; raises RuntimeError where it fails."""
    script = folder / "booking.sql"
    script.write_text(_PLACE + _STATEMENT)
    url = urlsplit(dsn)
    process = await asyncio.create_subprocess_exec(
        str(find_binaries() / "pgbench"),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={CLIENTS}",
        f"--jobs={THREADS}",
        f"--time={max(1, round(seconds))}",
        f"--file={script}",
        "--define=turn=-1",
        *(f"--define={name}={value}" for name, value in values.items()),
        f"--host={parse_qs(url.query)['host'][0]}",
        f"--username={url.username}",
        url.path.lstrip("/"),
        env={
            **ENVIRONMENT,
            "PGPASSWORD": unquote(url.password or ""),
            "PGOPTIONS": f"-c search_path={SCHEMA}",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    if process.returncode != 0:
        raise RuntimeError(f"pgbench failed:\n{output}")
    return output
