"""The mail that brings a code to sign in with, in the language of the page on which it was asked for; pure.

The code stands in the subject too: it is then read from a list of mails or a notification, without opening anything.
Whoever else sees it there has no use for it, because it works in the browser that asked, and nowhere else. There is
no link: people who learn to sign in by links in mails learn to be robbed by them.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from uuid import UUID

import msgspec

from contracts.errors import Wording
from services.gateway.auth.code_rules import show_code
from services.gateway.notices.mail_rules import Sender

_SUBJECT = Wording("Your Passerelle code: {code}", "Votre code Passerelle\N{NO-BREAK SPACE}: {code}")
_BEFORE = Wording(
    "Here is the code to type in order to sign in to Passerelle:",
    "Voici le code à saisir pour vous connecter à Passerelle\N{NO-BREAK SPACE}:",
)
_AFTER = (
    Wording(
        "It works once, within ten minutes, in the window where you asked for it.",
        "Il sert une seule fois, dans les dix minutes, dans la fenêtre où vous l'avez demandé.",
    ),
    Wording(
        "You did not ask for a code? Then leave this mail alone: nobody gets in without it. Never tell it to anybody;"
        " we will not ask you for it.",
        "Vous n'avez pas demandé de code\N{NO-BREAK SPACE}? Laissez ce message de côté\N{NO-BREAK SPACE}: sans lui,"
        " personne n'entre. Ne le donnez à personne\N{NO-BREAK SPACE}; nous ne vous le demanderons pas.",
    ),
)
_GREETING = Wording("Hello,", "Bonjour,")


class CodeLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What the mail is made of; `language` is `fr` or `en`."""

    id: UUID
    code: str
    to_name: str
    to_email: str
    language: str


def code_mail_of(letter: CodeLetter, sender: Sender, now: datetime) -> EmailMessage:
    """The mail, as plain text and as simple HTML."""

    def say(wording: Wording) -> str:
        return wording.fr if letter.language == "fr" else wording.en

    code = show_code(letter.code)
    user, _, domain = letter.to_email.rpartition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sender.name, *sender.email.rsplit("@", 1))
    mail["To"] = Address(letter.to_name, user, domain)
    mail["Subject"] = say(_SUBJECT).format(code=code)
    mail["Date"] = now
    mail["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    after = [say(each) for each in _AFTER]
    mail.set_content("\n\n".join((say(_GREETING), say(_BEFORE), f"    {code}", *after)) + "\n")
    paragraphs = "\n".join(f"<p>{escape(each)}</p>" for each in after)
    mail.add_alternative(
        f'<!doctype html>\n<html lang="{letter.language}"><body>\n<p>{escape(say(_GREETING))}</p>\n'
        f"<p>{escape(say(_BEFORE))}</p>\n<p><strong>{code}</strong></p>\n{paragraphs}\n</body></html>\n",
        subtype="html",
    )
    # Last: with the second part all that is said of the content so far moves to the first.
    mail["Content-Language"] = letter.language
    return mail
