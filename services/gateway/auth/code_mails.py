"""Codes on their way to who asked for them: sent beside the answer, which must not take longer where there is a mail.

No durable timer, unlike a notice's mail: it would have to keep the code itself somewhere, and a code that comes late
is of no use.
"""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from contracts.errors import Kind, PasserelleError, Wording
from contracts.identifiers import uuid7
from services.gateway.auth.code_mail_rules import CodeLetter, code_mail_of
from services.gateway.auth.codes import NewCode
from services.gateway.notices.post import MailDelayed, MailRefused, Post
from services.telemetry import log

# A mail server that takes a code only after this is too late for whoever waits before the page.
RETRY_AFTER_S = (2.0, 10.0, 30.0)


class NoMailHere(PasserelleError):
    """No way for mails was set."""

    kind = Kind.UNAVAILABLE
    slug = "no-mail-here"
    title = Wording("No mail from here", "Pas de courriel d'ici")
    sentence = Wording(
        "This Passerelle sends no mail, and so no codes: whoever operates it sets PASSERELLE_SMTP_URL.",
        "Ce Passerelle n'envoie pas de courriels, donc pas de codes : qui l'exploite règle PASSERELLE_SMTP_URL.",
    )


class CodeMails:
    """Owns the mails that are on their way."""

    def __init__(self, post: Post | None) -> None:
        self._post = post
        self._sending: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin; mails that are on their way at the end are given up."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def check(self) -> None:
        """Raise NoMailHere where no code could ever be sent."""
        if self._post is None:
            raise NoMailHere()

    def send(self, new: NewCode, language: str) -> None:
        """Send a code, if there is somebody to send it to, without keeping anybody waiting."""
        if new.to is not None and self._post is not None:
            # An id of the mail's own: the code's is known to the browser that asked, and would let in another one.
            letter = CodeLetter(
                id=uuid7(), code=new.code, to_name=new.to.name, to_email=new.to.email, language=language
            )
            task = asyncio.create_task(_send(self._post, letter))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)


async def _send(post: Post, letter: CodeLetter) -> None:
    for wait_s in (*RETRY_AFTER_S, None):
        mail, name = code_mail_of(letter, post.sender, datetime.now(UTC)), str(letter.id)
        try:
            await post.send(mail, name)
        except MailRefused as refused:
            log().warning("sign_in_mail_refused", error=str(refused))
        except MailDelayed as delayed:
            log().warning("sign_in_mail_delayed", error=str(delayed))
            if wait_s is not None:
                await asyncio.sleep(wait_s)
                continue
        return
