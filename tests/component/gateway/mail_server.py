"""A real SMTP server in this process, which keeps what it is given and can be told to refuse."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class MailServer:
    """What it got, and how it answers recipients by their addresses."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that an address got."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    async def handle_RCPT(  # noqa: N802  the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.tried.append(address)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  the library's name
        self.mails.append(message_from_bytes(envelope.original_content, EmailMessage, policy=default))
        return "250 kept"


@asynccontextmanager
async def a_mail_server(port: int = 0, **options: Any) -> AsyncIterator[MailServer]:
    """The server on a free port, or on the one given; `options` are the library's."""
    kept = MailServer()

    def serve_one() -> SMTP:
        with warnings.catch_warnings():
            # It is right about passwords without TLS; here none leaves the machine.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(kept, **options)

    listening = await asyncio.get_running_loop().create_server(serve_one, "127.0.0.1", port)
    kept.port = listening.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        listening.close()
        await listening.wait_closed()


def knows(user: str, password: str) -> Any:
    """An authenticator that lets in one user."""

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        fits = (data.login, data.password) == (user.encode(), password.encode())
        # Whether it fits or not, the library answers.
        return AuthResult(success=fits, handled=False)

    return authenticate
