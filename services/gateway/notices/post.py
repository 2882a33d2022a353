"""Handing mails over: to an SMTP server, or into a folder where there is none.

What a server says against one recipient is that mail's end or its delay; a server that does not answer at all is left
alone for a while, so that a hundred mails do not wait for it one after another.
"""

import asyncio
import os
import time
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.gateway.notices.mail_rules import Sender, read_sender
from services.gateway.notices.mailbox import delete_old_mails
from services.settings import Settings

CONNECT_S = 10.0
AWAY_PAUSE_S = 30.0
REFUSED_FOR_GOOD = 500
TIDIED_EVERY = 100


class MailRefused(Exception):
    """The recipient's side will not take this mail, now or later; the message is its reason."""


class MailDelayed(Exception):
    """The mail could not be handed over this time; the message says why."""


class Post:
    """Owns the way out: where mails go, and since when nobody answers there."""

    def __init__(self, sender: Sender, smtp_url: str, folder: Path | None) -> None:
        self.sender = sender
        self._smtp_url = smtp_url
        self._folder = folder
        self._away_until = 0.0
        self._put_so_far = 0

    async def send(self, mail: EmailMessage, name: str) -> None:
        """Hand a mail over; raises MailRefused or MailDelayed. In the folder it is `<name>.eml`, once for a name."""
        if not self._smtp_url:
            await self._put(mail, name)
            return
        if time.monotonic() < self._away_until:
            raise MailDelayed("the mail server did not answer a moment ago")
        try:
            async with smtp_client(self._smtp_url) as client:
                await client.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _as_told(refused.recipients[0]) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise _as_told(refused) from refused
        except aiosmtplib.SMTPResponseException as refused:
            # Against us (a wrong password, a sender that is not allowed), not against this mail: to be mended here.
            raise MailDelayed(f"{refused.code} {refused.message}") from refused
        except (aiosmtplib.SMTPException, OSError) as error:
            self._away_until = time.monotonic() + AWAY_PAUSE_S
            raise MailDelayed(f"the mail server does not answer: {error}") from error

    async def _put(self, mail: EmailMessage, name: str) -> None:
        try:
            folder = self._folder or Path()
            await asyncio.to_thread(write_mail, folder, name, mail.as_bytes())
            if self._put_so_far % TIDIED_EVERY == 0:
                await asyncio.to_thread(delete_old_mails, folder)
            self._put_so_far += 1
        except OSError as error:
            raise MailDelayed(f"the folder of mails cannot be written: {error.strerror}") from error


def open_post(settings: Settings) -> Post | None:
    """The way out that the settings name, None where they name none; raises SystemExit for a sender that is none."""
    if not settings.smtp_url and not settings.mail_folder:
        return None
    sender = read_sender(settings.mail_from)
    if sender is None:
        raise SystemExit("passerelle: PASSERELLE_MAIL_FROM: write an address, such as Passerelle <mail@example.org>")
    return Post(sender, settings.smtp_url, Path(settings.mail_folder) if settings.mail_folder else None)


def smtp_client(url: str) -> aiosmtplib.SMTP:
    """A client for `smtp://` or `smtps://` with user and password; a password never travels unencrypted to others."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    host = parts.hostname or ""
    # Another machine has to encrypt where it gets a password, and may elsewhere.
    start_tls = False if secure or is_loopback(host) else (True if parts.password else None)
    return aiosmtplib.SMTP(
        hostname=host,
        port=parts.port or (465 if secure else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        start_tls=start_tls,
        timeout=CONNECT_S,
    )


def is_loopback(host: str) -> bool:
    """Whether a server is on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def write_mail(folder: Path, name: str, content: bytes) -> None:
    """Write a whole file at once; the same name again replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.new"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{name}.eml")


def _as_told(refused: aiosmtplib.SMTPResponseException) -> MailRefused | MailDelayed:
    words = f"{refused.code} {refused.message}"
    return MailRefused(words) if refused.code >= REFUSED_FOR_GOOD else MailDelayed(words)
