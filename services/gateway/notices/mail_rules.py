"""A notice as a mail: French first, English below it, as plain text and as simple HTML."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from uuid import UUID

import msgspec

from contracts.errors import Wording

_GREETING = Wording("Hello,", "Bonjour,")
_LINK = Wording("Read on", "Pour en savoir plus")
_WHY = Wording(
    "You receive this mail because {email} is where your organisation wants its mail from Passerelle.",
    "Vous recevez ce message parce que votre organisation a donné l'adresse {email} à Passerelle.",
)
# What every mail server takes without an extension: anything else is refused here, with a reason, and not by a bounce.
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+")


class Sender(msgspec.Struct, frozen=True):
    """Who writes: a name and an address."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """The sender's domain, which makes our message ids unique in the world."""
        return self.email.rpartition("@")[2]


def read_sender(text: str) -> Sender | None:
    """`Passerelle <ne-pas-repondre@example.org>` as a sender, None where it is none."""
    name, email = parseaddr(text)
    return Sender(name, email) if is_deliverable(email) else None


def is_deliverable(email: str) -> bool:
    """Whether an address can be written into a mail as it is."""
    return _PLAIN_ADDRESS.fullmatch(email) is not None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail is made of; `link` is where to read more."""

    id: UUID
    title: Wording
    text: Wording
    link: str
    to_name: str
    to_email: str


def mail_of(letter: Letter, sender: Sender, now: datetime) -> EmailMessage:
    """The mail; its Message-ID is the notice's, so that whoever gets it twice can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender.name, sender.email)
    mail["To"] = _address(letter.to_name, letter.to_email)
    mail["Subject"] = _one_line(letter.title.fr)
    mail["Date"] = now
    mail["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    mail["List-Id"] = f"Passerelle <passerelle.{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "fr, en"
    mail.set_content(_plain(letter))
    mail.add_alternative(_html(letter), subtype="html")
    return mail


def _address(name: str, email: str) -> Address:
    user, _, domain = email.rpartition("@")
    return Address(_one_line(name), user, domain)


def _one_line(text: str) -> str:
    """A text without the line breaks that could begin another header."""
    return " ".join(text.split())


def _plain(letter: Letter) -> str:
    def part(title: str, greeting: str, text: str, link: str) -> str:
        return f"{greeting}\n\n{title}\n\n{text}\n\n{link}: {letter.link}\n"

    french = part(letter.title.fr, _GREETING.fr, letter.text.fr, f"{_LINK.fr} ")
    english = part(letter.title.en, _GREETING.en, letter.text.en, _LINK.en)
    why = f"{_WHY.fr}\n{_WHY.en}".format(email=letter.to_email)
    return f"{french}\n-----\n\n{english}\n-- \n{why}\n"


def _html(letter: Letter) -> str:
    def part(language: str, title: str, text: str, link: str) -> str:
        lines = "<br>\n".join(escape(line) for line in text.split("\n"))
        return (
            f'<div lang="{language}"><h1>{escape(title)}</h1>\n<p>{lines}</p>\n'
            f'<p><a href="{escape(letter.link)}">{escape(link)}</a></p></div>\n'
        )

    french = part("fr", letter.title.fr, letter.text.fr, _LINK.fr)
    english = part("en", letter.title.en, letter.text.en, _LINK.en)
    why = "<br>\n".join(escape(each.format(email=letter.to_email)) for each in (_WHY.fr, _WHY.en))
    return f"<!doctype html>\n<html><body>\n{french}<hr>\n{english}<hr>\n<p>{why}</p>\n</body></html>\n"
