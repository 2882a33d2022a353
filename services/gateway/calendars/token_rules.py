"""What makes a calendar's address unguessable, and what is stored of it; pure, the random bytes come in."""

import hashlib
import re
from base64 import urlsafe_b64encode

TOKEN_BYTES = 32
SUFFIX = ".ics"
_NAME = re.compile(r"([A-Za-z0-9_-]{43})\.ics")


def write_token(random: bytes) -> str:
    """The token of 32 random bytes, as it stands in an address."""
    return urlsafe_b64encode(random).rstrip(b"=").decode()


def read_token(name: str) -> str | None:
    """The token in the last part of a feed's address, None where there is none."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def hash_token(token: str) -> bytes:
    """What is stored of a token: of 256 random bits a quick hash is enough (see auth/rules.py)."""
    return hashlib.sha256(token.encode()).digest()
