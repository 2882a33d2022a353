"""Codes that people type to sign in: what they are, how long and how often they work; pure.

The limits count over all replicas (code_store.py), and the same for addresses that nobody has: what is answered never
tells whether somebody has an account.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

import msgspec

from contracts.errors import FieldError, Invalid, Kind, PasserelleError, Wording
from contracts.local_time import local
from services.gateway.notices.mail_rules import is_deliverable

DIGITS = 6
SALT_BYTES = 16
LIVES = timedelta(minutes=10)
TRIES = 5
NEXT_LENGTH = 2000
EMAIL_LENGTH = 200

# How many codes in which time: for one address, and for one client that asks for many addresses.
SHORTLY = timedelta(minutes=10)
FOR_EMAIL_SHORTLY = 3
A_DAY = timedelta(days=1)
FOR_EMAIL_A_DAY = 10
FOR_CLIENT_SHORTLY = 20

# A hash as slow as people do not notice (some 40 ms): six digits could be guessed from a quick one in no time.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1


class CodeWrong(PasserelleError):
    """Not the code that was sent."""

    kind = Kind.INVALID
    slug = "sign-in-code-wrong"
    title = Wording("Wrong code", "Code incorrect")
    sentence = Wording(
        "This is not the code that we sent you. Tries left: {tries_left}.",
        "Ce n'est pas le code que nous vous avons envoyé. Essais restants : {tries_left}.",
    )


class CodeExpired(PasserelleError):
    """The code is too old, was used, or is nobody's."""

    kind = Kind.CONFLICT
    slug = "sign-in-code-expired"
    title = Wording("Code no longer valid", "Code périmé")
    sentence = Wording(
        "This code no longer works: a code can be used once, within ten minutes. Ask for a new one.",
        "Ce code n'est plus valable : un code sert une seule fois, dans les dix minutes. Demandez-en un autre.",
    )


class TooManyTries(PasserelleError):
    """Too many wrong codes."""

    kind = Kind.TOO_MANY
    slug = "sign-in-too-many-tries"
    title = Wording("Too many wrong codes", "Trop de codes incorrects")
    sentence = Wording(
        "This code was typed wrongly too often and no longer works. Ask for a new one.",
        "Ce code a été mal saisi trop de fois et n'est plus valable. Demandez-en un autre.",
    )


class TooManyCodes(PasserelleError):
    """Too many codes were asked for; `again_at` is when there will be another."""

    kind = Kind.TOO_MANY
    slug = "sign-in-too-many-codes"
    title = Wording("Too many codes", "Trop de codes demandés")
    sentence = Wording(
        "Too many codes were asked for. You may ask for another from {again_at} on.",
        "Trop de codes ont été demandés. Vous pourrez en demander un autre à partir de {again_at}.",
    )

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        # The next whole minute: what is said must hold.
        at = local(again_at + timedelta(seconds=59))
        super().__init__(again_at=Wording(f"{at:%H:%M} on {at:%d/%m/%Y}", f"{at:%H h %M} le {at:%d/%m/%Y}"))


class SignInCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was asked for, as it is kept. Its id is known to the browser that asked, and to nobody else."""

    id: UUID
    email: str
    salt: bytes
    code_hash: bytes
    created_at: datetime
    wrong_tries: int = 0
    used_at: datetime | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """When codes were asked for within the last day, newest first: for an address, and by a client."""

    for_email: tuple[datetime, ...]
    by_client: tuple[datetime, ...]


def read_address(typed: str) -> str:
    """An e-mail address as limits count it; raises Invalid for what is none, whoever there is."""
    email = typed.strip().lower()
    if len(email) > EMAIL_LENGTH or not is_deliverable(email) or "." not in email.rpartition("@")[2]:
        raise Invalid.field(
            "email",
            "Type your whole e-mail address, such as camille@exemple.fr.",
            "Saisissez votre adresse électronique entière, par exemple camille@exemple.fr.",
        )
    return email


def write_code(number: int) -> str:
    """A random number as the code that is mailed: `042917`."""
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def show_code(code: str) -> str:
    """A code as people read it: `042 917`."""
    return f"{code[:3]} {code[3:]}"


def read_code(typed: str) -> str:
    """A code as somebody typed it, without spaces and points between the digits."""
    return re.sub(r"[\s.\-]", "", typed)


def hash_code(code: str, salt: bytes) -> bytes:
    """What is stored of a code: 32 bytes. Takes long on purpose."""
    return hashlib.scrypt(code.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=32)


def check_may_ask(asked: Asked, now: datetime) -> None:
    """Raise TooManyCodes where one more would be too many, with the time from which it is not."""
    free_again = [
        again
        for times, most, within in (
            (asked.for_email, FOR_EMAIL_SHORTLY, SHORTLY),
            (asked.for_email, FOR_EMAIL_A_DAY, A_DAY),
            (asked.by_client, FOR_CLIENT_SHORTLY, SHORTLY),
        )
        if len(times) >= most and (again := times[most - 1] + within) > now
    ]
    if free_again:
        raise TooManyCodes(max(free_again))


def check_may_try(code: SignInCode | None, now: datetime) -> SignInCode:
    """The code, where it may still be tried; raises CodeExpired or TooManyTries."""
    if code is None or code.used_at is not None or now >= code.created_at + LIVES:
        raise CodeExpired()
    if code.wrong_tries >= TRIES:
        raise TooManyTries()
    return code


def is_right(code: SignInCode, typed: str) -> bool:
    """Whether this is the code. Takes as long for every answer; one that has no six digits is no try at all."""
    return hmac.compare_digest(hash_code(read_code(typed), code.salt), code.code_hash)


def has_form(typed: str) -> bool:
    """Whether what was typed could be a code."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", read_code(typed)) is not None


def refusal_of(wrong_tries: int) -> CodeWrong | TooManyTries:
    """What to say after so many wrong tries."""
    if wrong_tries >= TRIES:
        return TooManyTries()
    remedy = FieldError(
        field="code",
        message=Wording(
            "Type the six digits of the last mail that we sent you.",
            "Saisissez les six chiffres du dernier courriel que nous vous avons envoyé.",
        ),
    )
    return CodeWrong(fields=(remedy,), tries_left=TRIES - wrong_tries)


def client_of(address: str) -> str:
    """Whom a network address stands for: itself, or with IPv6 the network of a household, 2^64 addresses."""
    try:
        known = ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((known, 64), strict=False))
    return str(getattr(known, "ipv4_mapped", None) or known)


def safe_next(path: str) -> str:
    r"""Where to go after sign-in: a path of our own, `/` for anything that might lead elsewhere or back to sign-in.

    Browsers read `//host`, `/\host` and a tab within as another site's address.
    """
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    in_circles = re.match(r"/sign-(in|out)", path)
    return path if own and not in_circles and len(path) <= NEXT_LENGTH else "/"
