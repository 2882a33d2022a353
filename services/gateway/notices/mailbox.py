"""The local mailbox: the mails that were written into a folder, as a page without scripts or styles.

For one machine without a mail server; who knows the page's address reads everybody's mail.
"""

from collections.abc import Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

import msgspec

SHOWN = 100
# Older ones are deleted.
KEPT = 2000


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows of one mail."""

    name: str
    subject: str
    to: str
    date: str
    text: str


def list_mails(folder: Path) -> list[Mail]:
    """The newest mails, newest first: their names are ids, which sort by time."""
    return [read_mail(path) for path in _newest_first(folder)[:SHOWN]]


def delete_old_mails(folder: Path) -> None:
    """Keep the newest mails only."""
    for path in _newest_first(folder)[KEPT:]:
        path.unlink(missing_ok=True)


def read_mail(path: Path) -> Mail:
    """One mail as its file has it."""
    mail = message_from_bytes(path.read_bytes(), EmailMessage, policy=default)
    body = mail.get_body(("plain",))
    return Mail(
        name=path.stem,
        subject=str(mail["Subject"]),
        to=str(mail["To"]),
        date=str(mail["Date"]),
        text=body.get_content() if body else "",
    )


def page_of(mails: Iterable[Mail]) -> str:
    """The page: one mail under the other, each opened by a click."""
    listed = "\n".join(
        f'<details id="{escape(mail.name)}"><summary>{escape(mail.subject)}</summary>\n'
        f"<p>À / To: {escape(mail.to)}<br>{escape(mail.date)}</p>\n<pre>{escape(mail.text)}</pre>\n</details>"
        for mail in mails
    )
    return (
        '<!doctype html>\n<html lang="fr">\n<head><meta charset="utf-8"><title>Passerelle : courriels</title></head>\n'
        f"<body>\n<h1>Courriels / Mails</h1>\n{listed or '<p>Aucun courriel. / No mail yet.</p>'}\n</body>\n</html>\n"
    )


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), key=lambda path: path.name, reverse=True)
