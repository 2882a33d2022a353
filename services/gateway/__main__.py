"""`python -m services.gateway [migrate]`: the application in one uvicorn, or its migrations."""

import asyncio
import socket
import sys
from types import FrameType

import uvicorn
import uvloop
from litestar import Litestar

from services.database import migrate
from services.gateway.app import create_app
from services.runtime import look_seldom_for_garbage
from services.settings import Settings, read_settings
from services.telemetry import configure_logging, log, say_ready

# Long enough for the slowest request in flight, short enough for whoever waits for the process to end. A connection
# that never ends by itself would otherwise keep it alive for ever.
GRACEFUL_SHUTDOWN_S = 10
BACKLOG = 2048


class Server(uvicorn.Server):
    """Says `ready` once it accepts connections, and ends when the service cannot go on."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections; the lifespan, and with it the service, runs already."""
        await super().startup(sockets=sockets)
        if self.started:
            self._app.state.running.failed.add_done_callback(self._end)
            host, port, *_ = sockets[0].getsockname() if sockets else (self.config.host, self.config.port)
            say_ready(host=host, port=port)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order; uvicorn's own would raise the signal again at the end, and so never exit with status 0."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop once what is in flight is answered; streams have no end of their own, and are told."""
        self._app.state.progress_streams.end()
        self._app.state.live_streams.end()
        await super().shutdown(sockets=sockets)

    def _end(self, _failed: "asyncio.Future[str]") -> None:
        self.should_exit = True


def bind(settings: Settings) -> socket.socket:
    """The socket to listen on, once the service runs; raises SystemExit with one sentence where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.http_host, settings.http_port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        return listener
    except OSError as error:
        raise SystemExit(
            f"passerelle: cannot listen on {settings.http_host}:{settings.http_port} ({error.strerror});"
            " stop what uses the port, or choose another with PASSERELLE_HTTP_PORT"
        ) from error


def server_of(app: Litestar, settings: Settings) -> Server:
    """The one configuration of uvicorn, for the process and for tests."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        # Nothing here depends on who stands between us and the caller.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )
    return Server(config, app)


async def serve(settings: Settings, listener: socket.socket) -> int:
    """Serve until SIGTERM or SIGINT; the exit status says whether it ended as it should."""
    app = create_app(settings)
    server = server_of(app, settings)
    look_seldom_for_garbage()
    await server.serve(sockets=[listener])
    if not server.started:
        return 1
    reason = app.state.running.failed.result()
    return 0 if reason == "stopped" else 1


def main() -> None:
    """The entry of the process."""
    settings = read_settings()
    configure_logging(settings.log_level, "gateway")
    if sys.argv[1:] == ["migrate"]:
        applied = asyncio.run(migrate(settings.database_dsn, "gateway"))
        log().info("migrated", applied=applied)
        return
    listener = bind(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(serve(settings, listener)))


if __name__ == "__main__":
    main()
