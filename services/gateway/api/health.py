"""Health: whether the process answers, and whether all that it needs does."""

import asyncio

from litestar import Request, Response, get
from litestar.datastructures import State

from contracts.errors import PasserelleError
from contracts.gateway.health import Live, Readiness
from contracts.operations import CheckHealth, ServiceHealth
from services.database import DATABASE_AWAY
from services.gateway.auth.guard import PUBLIC
from services.runtime import Running

SERVICES = ("associations", "companies", "gateway", "matchmaker")
# Whoever asks for health has a short timeout of its own.
PATIENCE_S = 1.0


@get("/health/live", scope=PUBLIC, tags=["Health"])
async def live() -> Live:
    """The process answers."""
    return Live()


@get("/health/ready", scope=PUBLIC, tags=["Health"])
async def ready(request: Request[None, None, State]) -> Response[Readiness]:
    """Whether the database, NATS and every service answer; 503 where one does not, with who."""
    running: Running = request.app.state.running
    asked = asyncio.gather(*(_health_of(running, service) for service in SERVICES))
    database, services = await asyncio.gather(_database_answers(running), asked)
    nats = running.bus.nats.is_connected
    whole = database and nats and all(health is not None and health.ready for health in services)
    report = Readiness(ready=whole, database=database, nats=nats, services=dict(zip(SERVICES, services, strict=True)))
    return Response(report, status_code=200 if whole else 503, headers={} if whole else {"Retry-After": "2"})


async def _database_answers(running: Running) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S), running.pool.acquire() as connection:
            return bool(await connection.fetchval("select true"))
    except DATABASE_AWAY:
        return False


async def _health_of(running: Running, service: str) -> ServiceHealth | None:
    try:
        return await running.bus.ask(CheckHealth(), service=service, timeout_s=PATIENCE_S)
    except PasserelleError:
        return None


routes = (live, ready)
