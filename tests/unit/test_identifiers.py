"""What an identifier is, what is forgiven when one is typed, and what a refusal says."""

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import RFC_4122

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import identifiers
from contracts.identifiers import (
    CommuneCode,
    IdentifierRefused,
    NafCode,
    Rna,
    RomeCode,
    Siren,
    Siret,
    Uai,
    check_commune,
    check_naf,
    check_rna,
    check_rome,
    check_siren,
    check_siret,
    check_uai,
    new_id,
    siren_of,
    uuid7,
)

Check = Callable[[str], str]

RIGHT = [
    (check_siren, Siren, "552 081 317", "552081317"),
    (check_siren, Siren, "356000000", "356000000"),
    (check_siret, Siret, " 552 081 317 66522 ", "55208131766522"),
    (check_siret, Siret, "356 000 000 00048", "35600000000048"),
    (check_uai, Uai, "0310024h", "0310024H"),
    (check_rna, Rna, "w313 012345", "W313012345"),
    (check_rna, Rna, "W2A1000123", "W2A1000123"),
    (check_rna, Rna, "W9R1000007", "W9R1000007"),
    (check_rome, RomeCode, "h2903", "H2903"),
    (check_commune, CommuneCode, "31555", "31555"),
    (check_commune, CommuneCode, "2a004", "2A004"),
    (check_commune, CommuneCode, "97411", "97411"),
    (check_naf, NafCode, "25.62b", "25.62B"),
    (check_naf, NafCode, "2562B", "25.62B"),
]

WRONG = [
    (check_siren, "", "9 digits"),
    (check_siren, "55208131", "9 digits"),
    (check_siren, "000000000", "9 digits"),
    (check_siren, "٥٥٢٠٨١٣١٧", "9 digits"),
    (check_siren, "552081318", "check digit"),
    (check_siret, "552081317", "14 digits"),
    (check_siret, "55208131766523", "check digit"),
    (check_siret, "35600000012345", "check digit"),
    (check_uai, "0310024", "7 digits and its letter"),
    (check_uai, "0310024A", "go with H"),
    (check_rna, "313012345", "write W"),
    (check_rna, "W31301234", "write W"),
    (check_rome, "Z1234", "from A to N"),
    (check_rome, "H290", "4 digits"),
    (check_commune, "20004", "not the postal code"),
    (check_commune, "00001", "not the postal code"),
    (check_commune, "99100", "not the postal code"),
    (check_naf, "25.62", "4 digits and a letter"),
    (check_naf, "25,62B", "4 digits and a letter"),
]


@pytest.mark.parametrize(("check", "wire", "typed", "normal"), RIGHT)
def test_a_right_identifier_is_normalised(check: Check, wire: type, typed: str, normal: str):
    """Spaces and lower case are forgiven; the result has the form that the wire accepts."""
    result = check(typed)

    assert result == normal
    assert check(result) == result
    assert msgspec.convert(result, wire) == result


@pytest.mark.parametrize(("check", "typed", "remedy"), WRONG)
def test_a_wrong_identifier_is_refused_with_a_remedy(check: Check, typed: str, remedy: str):
    """The sentence says what to write instead, in English and in French."""
    with pytest.raises(IdentifierRefused, match=remedy) as refused:
        check(typed)

    assert str(refused.value) == refused.value.en
    assert " : " in refused.value.fr


@pytest.mark.parametrize(
    "check", [check_siren, check_siret, check_uai, check_rna, check_rome, check_commune, check_naf]
)
@given(typed=st.text())
def test_any_text_is_either_normal_or_refused(check: Check, typed: str):
    """No input raises anything else, and the refusal of a long text stays one short line."""
    try:
        result = check(typed)
    except IdentifierRefused as refused:
        result = None
        sentence = refused.en

    assert check(result) == result if result else len(sentence) < 200 and sentence.isprintable()


@pytest.mark.parametrize(("wire", "normal"), {(wire, normal) for _, wire, _, normal in RIGHT})
@pytest.mark.parametrize("change", ["{}\n", " {}", "{}0", ""])
def test_the_wire_takes_the_normal_form_only(wire: type, normal: str, change: str):
    """A final line feed or one character more does not pass a pattern."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(change.format(normal), wire)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True).filter(lambda body: body.strip("0")))
def test_one_digit_in_ten_is_the_key_of_a_siren(body: str):
    """The Luhn key is unique, so any single wrong digit is caught."""
    accepted = [digit for digit in "0123456789" if _accepts(check_siren, body + digit)]

    assert len(accepted) == 1


@given(st.integers(min_value=0, max_value=9_999_999))
def test_one_letter_is_the_key_of_a_uai(number: int):
    """Of the 23 letters exactly one goes with the digits."""
    accepted = [letter for letter in "ABCDEFGHJKLMNPRSTUVWXYZ" if _accepts(check_uai, f"{number:07}{letter}")]

    assert len(accepted) == 1


def test_the_sites_of_la_poste_have_their_own_rule():
    """Their digits add up to a multiple of 5; any other company's do not count."""
    assert check_siret("35600000012346") == "35600000012346"

    with pytest.raises(IdentifierRefused):
        check_siret("55208131700012")


def test_a_site_of_an_impossible_company_is_refused():
    """A SIRET may pass its own key and still begin with nine digits that are no SIREN."""
    with pytest.raises(IdentifierRefused, match="SIREN 123456789 fails"):
        check_siret("12345678900007")


def test_a_site_names_its_company():
    """The SIREN is the beginning of the SIRET."""
    assert siren_of("55208131766522") == "552081317"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_new_id_is_a_uuid_of_version_7(now_ms: int, random_bytes: bytes):
    """Version, variant and time stand where RFC 9562 puts them."""
    made = new_id(now_ms, random_bytes)

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == now_ms


def test_the_id_of_the_standard_is_made_again():
    """The example of RFC 9562, appendix A.6: same time and randomness, same id."""
    random_bits = 0xCC3 << 62 | 0x18C4DC0C0C07398F

    made = new_id(0x017F22E279B0, (random_bits << 6).to_bytes(10))

    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize(
    ("now_ms", "random_bytes"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9)), (0, bytes(16))]
)
def test_an_id_needs_a_time_and_ten_bytes(now_ms: int, random_bytes: bytes):
    """Anything else is the caller's mistake."""
    with pytest.raises(ValueError, match="give"):
        new_id(now_ms, random_bytes)


def test_ids_of_one_process_sort_by_creation():
    """Also the many that fall into the same millisecond."""
    made = [uuid7() for _ in range(10_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


@given(st.lists(st.integers(0, 5), min_size=2), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_creation_whatever_the_clock_does(clock: list[int], noise: bytes):
    """A clock that stands still or steps back never puts a new id before an older one."""
    times = iter(clock)
    ids = identifiers._Ids(now_ms=lambda: next(times), randomness=lambda _: noise)

    made = [ids.next() for _ in clock]

    assert all(earlier < later for earlier, later in pairwise(made))
    assert {one.version for one in made} == {7}


def test_every_real_school_passes(real_data: Callable[[str], Path]):
    """4 908 UAIs and communes of the official directory."""
    with real_data("ecoles.csv").open(encoding="utf-8", newline="") as file:
        schools = list(csv.DictReader(file))

    assert len(schools) == 4_908
    for school in schools:
        assert check_uai(school["uai"]) == school["uai"]
        assert check_commune(school["commune_insee"]) == school["commune_insee"]


def test_every_real_site_passes(real_data: Callable[[str], Path]):
    """234 SIRETs and activities of industrial sites, without one exception."""
    with real_data("etablissements_reels.csv").open(encoding="utf-8", newline="") as file:
        sites = list(csv.DictReader(file))

    assert len(sites) == 234
    for site in sites:
        assert check_siret(site["siret"]) == site["siret"]
        assert check_naf(site["naf"]) == site["naf"]


def _accepts(check: Check, value: str) -> bool:
    try:
        check(value)
    except IdentifierRefused:
        return False
    return True
