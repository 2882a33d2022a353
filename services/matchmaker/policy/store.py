"""The table `policy`, which only grows."""

from contracts.errors import NotFound
from contracts.matchmaker.policies import Policy
from contracts.message import decoder_of
from services.work import Connection


async def find_policy(connection: Connection, version: int | None = None) -> Policy:
    """One version of the policy, the one in force where none is named; raises NotFound for one never made."""
    # The first version came with the table (0003_policies.sql).
    text = await connection.fetchval(
        "select document from policy where version = coalesce($1::int, (select max(version) from policy))", version
    )
    if text is None:
        raise NotFound(thing="policy version", id=str(version))
    policy: Policy = decoder_of(Policy).decode(text)
    return policy


async def lock_policy(connection: Connection) -> Policy:
    """The version in force, while nobody else makes the next one."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('change policy'))")
    return await find_policy(connection)


async def read_only(connection: Connection) -> None:
    """From here on the transaction sees one moment, writes nothing, and may think for minutes."""
    await connection.execute("set transaction isolation level repeatable read, read only")
    await connection.execute("set local idle_in_transaction_session_timeout = '5min'")


async def list_policies(connection: Connection, before_version: int | None, limit: int) -> tuple[Policy, ...]:
    """Versions, the newest first; those before `before_version` where it is given."""
    rows = await connection.fetch(
        "select document from policy where $1::int is null or version < $1 order by version desc limit $2",
        before_version,
        limit,
    )
    return tuple(decoder_of(Policy).decode(row["document"]) for row in rows)


async def insert_policy(connection: Connection, policy: Policy) -> None:
    """Write the next version."""
    await connection.execute(
        "insert into policy (version, changed_at, document) values ($1, $2, $3)",
        policy.version,
        policy.changed_at,
        policy,
    )
