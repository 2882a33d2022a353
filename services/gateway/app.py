"""The application, built one way for production, the embedded default and the tests; only the settings differ."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.di import Provide

from services.gateway.api.asking import provide_ask, provide_caller, provide_change, provide_tell
from services.gateway.api.listing import provide_listing
from services.gateway.api.match_run_progress import ProgressStreams
from services.gateway.api.once import provide_once
from services.gateway.api.routes import ROUTES
from services.gateway.api.versions import Answer
from services.gateway.auth.code_mails import CodeMails
from services.gateway.auth.guard import KeyRing, check_routes, require_scope
from services.gateway.auth.sessions import SessionRing
from services.gateway.bodies import StrictBody
from services.gateway.directory.travel import Atlas
from services.gateway.envelope import with_envelope
from services.gateway.express import with_express_way
from services.gateway.live.hub import LiveStreams
from services.gateway.notices.post import open_post
from services.gateway.openapi import openapi_config
from services.gateway.parameters import parameters_of, refuse_unknown_parameters
from services.gateway.problems import EXCEPTION_HANDLERS, MAX_BODY_BYTES
from services.gateway.service import service
from services.gateway.web import assets
from services.gateway.web.refusals import with_pages
from services.gateway.web.routes import page_router
from services.gateway.web.templating import template_config
from services.runtime import running
from services.settings import Settings


def create_app(settings: Settings) -> Litestar:
    """The gateway; its lifespan runs the service, which is then `app.state.running`.

    Raises TypeError where a route does not say who may use it, SystemExit where mails would have no sender.
    """
    post = open_post(settings)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with running(service, settings) as alive, CodeMails(post) as code_mails:
            app.state.running = alive
            app.state.key_ring = KeyRing(alive.pool)
            app.state.session_ring = SessionRing(alive.pool)
            app.state.code_mails = code_mails
            app.state.atlas = Atlas()
            app.state.live_streams = LiveStreams(alive.pool)
            yield

    app = Litestar(
        route_handlers=[*ROUTES, *assets.routes, page_router(settings)],
        lifespan=[lifespan],
        guards=[require_scope, refuse_unknown_parameters],
        dependencies={
            "caller": Provide(provide_caller),
            "ask": Provide(provide_ask),
            "tell": Provide(provide_tell),
            "change": Provide(provide_change),
            "once": Provide(provide_once),
            "listing": Provide(provide_listing),
        },
        dto=StrictBody,
        return_dto=None,
        response_class=Answer,
        request_max_body_size=MAX_BODY_BYTES,
        exception_handlers=with_pages(EXCEPTION_HANDLERS),
        template_config=template_config(),
        openapi_config=openapi_config(),
        logging_config=None,
    )
    check_routes(app)
    app.state.parameters = parameters_of(app)
    app.state.settings = settings
    app.state.progress_streams = ProgressStreams()
    app.asgi_handler = with_envelope(with_express_way(app.asgi_handler, app))
    return app
