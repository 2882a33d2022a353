"""Names that others gave to companies, schools, places and jobs, and the ids we give ourselves.

Each has a type for the wire (the exact, normalised form, so that a JSON Schema can say it) and a
check for what people type: it forgives spaces and lower case, tests the key, returns the normalised
form or raises `IdentifierRefused`. Whether the thing exists is not decided here: see
`contracts/reference/` for communes and codes.

The patterns say `[0-9]`, because the digit class of regular expressions takes every script's digits, and
every type bounds the length, because Python's `$` lets a final line feed pass.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from msgspec import Meta

_SIREN = r"^[0-9]{9}$"
_SIRET = r"^[0-9]{14}$"
_UAI = r"^[0-9]{7}[A-HJ-NP-Z]$"
_RNA = r"^W[0-9][0-9A-Z]{2}[0-9]{6}$"
_ROME = r"^[A-N][0-9]{4}$"
_COMMUNE = r"^(?:0[1-9]|[13-8][0-9]|2[1-9AB]|9[0-8])[0-9]{3}$"
_NAF = r"^[0-9]{2}\.[0-9]{2}[A-Z]$"

Siren = Annotated[
    str, Meta(pattern=_SIREN, max_length=9, description="Legal unit in the Sirene register: 9 digits, Luhn key.")
]
Siret = Annotated[
    str, Meta(pattern=_SIRET, max_length=14, description="Site in the Sirene register: SIREN + 5 digits, Luhn key.")
]
Uai = Annotated[
    str, Meta(pattern=_UAI, max_length=8, description="School in the national register: 7 digits and a letter.")
]
Rna = Annotated[
    str, Meta(pattern=_RNA, max_length=10, description="Association in the national register: W + 9 characters.")
]
RomeCode = Annotated[str, Meta(pattern=_ROME, max_length=5, description="Job in ROME 4.0: a letter A-N + 4 digits.")]
CommuneCode = Annotated[
    str, Meta(pattern=_COMMUNE, max_length=5, description="INSEE code of a commune (not the postal code).")
]
NafCode = Annotated[
    str, Meta(pattern=_NAF, max_length=6, description="Activity, 00.00A; always stored with its nomenclature.")
]

# The letters of a UAI key, in order: the alphabet without I, O and Q.
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"

# La Poste has more sites than NIC keys allow: its SIRETs keep a plain sum of digits divisible by 5 instead of
# the Luhn key (INSEE, Sirene documentation; its head office, 356 000 000 00048, passes both).
_LA_POSTE = "356000000"


class IdentifierRefused(ValueError):
    """The value is not such an identifier; one sentence in English and in French says why and what to do."""

    def __init__(self, en: str, fr: str) -> None:
        super().__init__(en)
        self.en = en
        self.fr = fr


def check_siren(value: str) -> str:
    """The 9 digits of a SIREN, spaces removed; raises IdentifierRefused (Luhn key, ISO/IEC 7812-1)."""
    siren = _digits("SIREN", value, 9, "552 081 317")
    if not _luhn(siren):
        raise _bad_key("SIREN", siren)
    return siren


def check_siret(value: str) -> str:
    """The 14 digits of a SIRET, spaces removed; raises IdentifierRefused (Luhn key, or La Poste's own rule)."""
    siret = _digits("SIRET", value, 14, "552 081 317 66522")
    if not (_luhn(siret) or (siret.startswith(_LA_POSTE) and sum(map(int, siret)) % 5 == 0)):
        raise _bad_key("SIRET", siret)
    if not _luhn(siret[:9]):
        raise _bad_key("SIREN", siret[:9])
    return siret


def siren_of(siret: str) -> str:
    """The SIREN of the company that a (checked) SIRET belongs to."""
    return siret[:9]


def check_uai(value: str) -> str:
    """The 8 characters of a UAI in upper case; raises IdentifierRefused (key: number modulo 23)."""
    uai = _shaped(
        value,
        _UAI,
        "{} is not a UAI: write its 7 digits and its letter, as in 0310024H.",
        "{} n'est pas un UAI : écrivez ses 7 chiffres et sa lettre, comme 0310024H.",
    )
    letter = _UAI_LETTERS[int(uai[:7]) % 23]
    if uai[7] != letter:
        raise IdentifierRefused(
            f"UAI {uai} fails its check letter (these digits go with {letter}): look it up in the school directory.",
            f"La lettre de contrôle de l'UAI {uai} est fausse (ces chiffres vont avec {letter}) : "
            "vérifiez-le dans l'annuaire de l'éducation.",
        )
    return uai


def check_rna(value: str) -> str:
    """A RNA number in upper case; raises IdentifierRefused.

    W, then the office that registered the association (a digit and two characters: 313 in Toulouse, 2A1 in Corsica,
    9R1 on La Réunion), then six digits. The number has no key.
    """
    return _shaped(
        value,
        _RNA,
        "{} is not a RNA number: write W and the 9 characters that follow it on the prefecture's receipt, "
        "as in W313012345.",
        "{} n'est pas un numéro RNA : écrivez W et les 9 caractères qui le suivent sur le récépissé de la préfecture, "
        "comme W313012345.",
    )


def check_rome(value: str) -> str:
    """A ROME code in upper case, by its shape; raises IdentifierRefused. `codes.check_known_rome` asks the list."""
    return _shaped(
        value,
        _ROME,
        "{} is not a ROME code: write a letter from A to N and 4 digits, as in H2903.",
        "{} n'est pas un code ROME : écrivez une lettre de A à N et 4 chiffres, comme H2903.",
    )


def check_commune(value: str) -> str:
    """An INSEE commune code in upper case, by its shape; raises IdentifierRefused. `places.commune` asks the list."""
    return _shaped(
        value,
        _COMMUNE,
        "{} is not an INSEE commune code: write its 5 characters (not the postal code), as in 31555 for Toulouse.",
        "{} n'est pas un code INSEE de commune : écrivez ses 5 caractères (et non le code postal), "
        "comme 31555 pour Toulouse.",
    )


def check_naf(value: str) -> str:
    """An activity code as 00.00A, with or without its dot; raises IdentifierRefused."""
    bare = "".join(value.split()).upper()
    dotted = f"{bare[:2]}.{bare[2:]}" if len(bare) == 5 and "." not in bare else bare
    return _shaped(
        dotted,
        _NAF,
        "{} is not a NAF code: write 4 digits and a letter, as in 25.62B.",
        "{} n'est pas un code NAF : écrivez 4 chiffres et une lettre, comme 25.62B.",
    )


def new_id(now_ms: int, random_bytes: bytes) -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) of a Unix time in milliseconds and 10 random bytes; pure.

    Ids of different milliseconds sort by time. Within one millisecond they sort by their random bytes: who needs more
    takes `uuid7`. Raises ValueError for a time outside 48 bits or another number of bytes.
    """
    if not 0 <= now_ms < 1 << 48:
        raise ValueError(f"now_ms is {now_ms}: give the Unix time in milliseconds, from 0 to 2**48 - 1.")
    if len(random_bytes) != 10:
        raise ValueError(f"random_bytes holds {len(random_bytes)} bytes: give 10.")
    return _uuid7_of(now_ms << 74 | int.from_bytes(random_bytes) >> 6)


def _uuid7_of(position: int) -> UUID:
    """The UUIDv7 at a position in their order: 48 bits of time above 74 of randomness."""
    time_ms, high, low = position >> 74, position >> 62 & 0xFFF, position & (1 << 62) - 1
    return UUID(int=time_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


class _Ids:
    """Remembers the last id given, so that the next one sorts after it."""

    def __init__(self, now_ms: Callable[[], int], randomness: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._randomness = randomness
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> UUID:
        noise = int.from_bytes(self._randomness(10)) >> 6
        with self._lock:
            fresh = self._now_ms() << 74 | noise
            if fresh >> 74 > self._last >> 74:
                self._last = fresh
            else:
                # A step of 32 random bits keeps the order and leaves the next id unguessable; the carry may reach the
                # time, a millisecond early, which RFC 9562 (6.2, method 2) allows.
                self._last += 1 + (noise & 0xFFFFFFFF)
            return _uuid7_of(self._last)


_ids = _Ids(now_ms=lambda: time.time_ns() // 1_000_000, randomness=os.urandom)


def uuid7() -> UUID:
    """A fresh UUIDv7 from the clock and the system's randomness.

    Within one process ids sort by creation, also inside one millisecond and when the clock steps back (RFC 9562, 6.2);
    between processes only to the millisecond. Handlers take ids as arguments; this is for the edges.
    """
    return _ids.next()


def _digits(kind: str, value: str, length: int, example: str) -> str:
    digits = "".join(value.split())
    if re.fullmatch(r"[0-9]+", digits) is None or len(digits) != length or not digits.strip("0"):
        raise IdentifierRefused(
            f"{_quoted(value)} is not a {kind}: write its {length} digits, as in {example}.",
            f"{_quoted(value)} n'est pas un {kind} : écrivez ses {length} chiffres, comme {example}.",
        )
    return digits


def _shaped(value: str, pattern: str, en: str, fr: str) -> str:
    bare = "".join(value.split()).upper()
    if re.search(pattern, bare) is None:
        raise IdentifierRefused(en.format(_quoted(value)), fr.format(_quoted(value)))
    return bare


def _quoted(value: str) -> str:
    """What was typed, for a sentence: printable, and never longer than a line."""
    printable = "".join(character if character.isprintable() else "?" for character in value[:40])
    return f"'{printable}{'…' if len(value) > 40 else ''}'"


def _bad_key(kind: str, number: str) -> IdentifierRefused:
    return IdentifierRefused(
        f"{kind} {number} fails its check digit: look it up on the company's official documents.",
        f"La clé de contrôle du {kind} {number} est fausse : vérifiez-le sur les documents officiels de l'entreprise.",
    )


def _luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn key of those before (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
