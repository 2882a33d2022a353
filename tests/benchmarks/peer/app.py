"""Bookings written the usual way, to be measured against: FastAPI, SQLAlchemy and asyncpg in one process, no broker.

It keeps the promises of `POST /v1/slots/{id}/bookings`: the same validation, authentication, rules, idempotency keys
and outbox row, each booking in a transaction of its own. Nothing tells its outbox on.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from contracts.caller import Scope
from tests.benchmarks.peer.bodies import Booking, NewBooking
from tests.benchmarks.peer.booking import book
from tests.benchmarks.peer.filling import url_of
from tests.benchmarks.peer.keys import Keys
from tests.benchmarks.peer.rules import Refused
from tests.benchmarks.peer.tables import ApiKey

CONNECTIONS = 16


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Owns the connections."""
    engine = create_async_engine(url_of(os.environ["PEER_DATABASE"]), pool_size=CONNECTIONS, max_overflow=0)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.keys = Keys(app.state.sessions)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.exception_handler(Refused)
async def answer_refusal(request: Request, refused: Refused) -> JSONResponse:
    """A refusal as a problem (RFC 9457)."""
    problem = {"title": refused.slug, "status": refused.status, "detail": str(refused), "instance": request.url.path}
    return JSONResponse(problem, refused.status, media_type="application/problem+json")


async def booker(request: Request, authorization: Annotated[str, Header()] = "") -> ApiKey:
    """The holder of a key that may book."""
    keys: Keys = request.app.state.keys
    return await keys.holder_of(authorization, Scope.BOOKINGS)


@app.post("/v1/slots/{slot_id}/bookings", status_code=201, response_model=Booking)
async def book_slot(
    slot_id: UUID,
    new: NewBooking,
    request: Request,
    holder: Annotated[ApiKey, Depends(booker)],
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Book one group of a slot for one class."""
    async with request.app.state.sessions.begin() as session:
        body = await book(session, slot_id, new, holder, idempotency_key)
    booking_id = body[7:43].decode()
    return Response(body, 201, {"Location": f"/v1/bookings/{booking_id}"}, "application/json")
