"""Identifiers for invented organisations: their check digits hold, but their ranges belong to nobody.

| what | range | why it is free |
|---|---|---|
| SIREN | 0009 + 4 digits + key | the Sirene register's oldest numbers begin higher: none begins with 000 |
| SIRET | such a SIREN + site number from 1 + key | the SIREN decides |
| RNA | W + department + office 9 + 900 000 and up | no prefecture has an office numbered 9 |
| UAI | department + 9 + 3 digits + letter | an academy counts its schools up from 0001; none has come to 9000 |
"""

from contracts.identifiers import check_rna, check_siren, check_siret, check_uai

_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def siren(number: int) -> str:
    """The SIREN of the invented company with this number, from 0 to 9999."""
    return check_siren(_with_luhn_key(f"0009{number:04}"))


def siret(siren: str, site: int) -> str:
    """The SIRET of a company's site, counted from 1."""
    return check_siret(_with_luhn_key(f"{siren}{site:04}"))


def rna(department: str, number: int) -> str:
    """The RNA of the invented association with this number, from 0 to 99 999."""
    return check_rna(f"W{department}9{900_000 + number}")


def uai(department: str, number: int) -> str:
    """The UAI of the invented school with this number in its department, from 0 to 999."""
    digits = f"0{department}9{number:03}"
    return check_uai(digits + _UAI_LETTERS[int(digits) % 23])


def _with_luhn_key(digits: str) -> str:
    """The digits with the key that makes their Luhn sum a multiple of 10 (ISO/IEC 7812-1)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    single = sum(int(digit) for digit in digits[-2::-2])
    return f"{digits}{-(doubled + single) % 10}"
