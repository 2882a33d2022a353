"""How long a browser stays signed in, in whose name it acts, and what its cookie is called; pure."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from contracts.caller import SCOPES_OF_ROLE, Caller
from contracts.gateway.accounts import Account

TOKEN_BYTES = 32
# A working day between two looks; a month, whatever happens.
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)

# Of several that a browser names, the first is what it is.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in to an account; the caller is who its requests come from."""

    id: UUID
    account: Account
    caller: Caller
    device: str
    created_at: datetime
    seen_at: datetime

    def lives(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return now < self.seen_at + IDLE and now < self.created_at + LONGEST


def caller_of(account: Account) -> Caller:
    """Who somebody signed in to an account is to the owners of things: all that the role may."""
    return Caller(
        key_id=f"account:{account.id}",
        role=account.role,
        organisation=account.organisation,
        organisation_id=account.organisation_id,
        scopes=SCOPES_OF_ROLE[account.role],
    )


def hash_token(token: str) -> bytes:
    """What is stored of a token: 256 random bits, which nobody guesses, need no slow hash."""
    return sha256(token.encode()).digest()


def is_https(public_url: str) -> bool:
    """Whether people reach us by https."""
    return public_url.startswith("https:")


def cookie_name(public_url: str) -> str:
    """The cookie's name; with `__Host-` no neighbouring site can set it, which browsers believe over https alone."""
    return "__Host-session" if is_https(public_url) else "session"


def device_of(user_agent: str) -> str:
    """A browser in two words, `Firefox, Windows`, for the list of one's sessions; empty where it says neither."""
    browser = next((name for mark, name in _BROWSERS.items() if re.search(rf"\b{mark}/", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(word for word in (browser, system) if word)
