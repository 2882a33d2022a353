"""What a company and a site must be, who sees what of them, and what an import may renew."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.companies.profiles import CompanyChange
from contracts.errors import Invalid, NotFound, NotYours, TransitionRefused
from services.companies.profiles.rules import (
    MOVES,
    SiteSaid,
    changed_company,
    check_may_open,
    moved_company,
    new_site,
    own_site,
    read_row,
    reason_of,
    renew,
    shown_to,
)
from services.companies.profiles.rules import new_company as described
from tests.component.companies.given import (
    COMPANY_ID,
    NOW,
    OTHER_SIRET,
    SIREN,
    SIRET,
    SITE_ID,
    a_company,
    a_site,
    new_company,
    new_row,
)
from tests.component.companies.given import new_site as asked_site

ITSELF, REGION, NOBODY = frozenset({"company"}), frozenset({"coordinator"}), frozenset()
LATER = NOW + timedelta(days=1)


def fields_of(refused):
    return [wrong.field for wrong in refused.value.fields]


# ------------------------------------------------------------ companies


def test_a_description_becomes_a_company():
    """Numbers and codes are normalised, and what is invented stays marked so."""
    new = new_company(
        siren="732 829 320",
        name="  Ailes du Sud ",
        activity_code="3030z",
        activity_nomenclature="naf_rev2",
        fictional=True,
    )

    company = described(new, COMPANY_ID, "approved", NOW)

    assert (company.siren, company.name, company.fictional) == (SIREN, "Ailes du Sud", True)
    assert (company.activity_code, company.activity_nomenclature) == ("30.30Z", "naf_rev2")
    assert (company.state, company.version, company.created_at) == ("approved", 1, NOW)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"siren": "732829321"}, ["siren"]),
        ({"name": "  "}, ["name"]),
        ({"activity_code": "30.30Z"}, ["activity_code"]),
        ({"activity_code": "30.30Z", "activity_nomenclature": "naf_2025"}, ["activity_code"]),
        ({"activity_nomenclature": "naf_rev2"}, ["activity_code"]),
        ({"siren": "12", "name": " ", "activity_code": "x"}, ["siren", "name", "activity_code"]),
    ],
)
def test_a_wrong_description_names_every_wrong_field(wrong, fields):
    """A bad check digit, an empty name, an activity code without, or of another, nomenclature."""
    with pytest.raises(Invalid) as refused:
        described(new_company(**wrong), COMPANY_ID, "approved", NOW)

    assert fields_of(refused) == fields


def test_a_change_grows_the_version():
    """Only what is given changes."""
    company = a_company(description="Ailes d'avions")

    changed = changed_company(company, CompanyChange(name=" Ailes d'Oc ", contact=None), ITSELF, LATER)

    assert (changed.name, changed.contact, changed.description) == ("Ailes d'Oc", None, "Ailes d'avions")
    assert (changed.version, changed.changed_at) == (2, LATER)


def test_a_change_of_nothing_is_the_same_company():
    """No version, no event."""
    company = a_company()

    assert changed_company(company, CompanyChange(name=company.name), REGION, LATER) is company


@pytest.mark.parametrize(
    ("company", "change", "actors", "error"),
    [
        (a_company(), CompanyChange(name="x"), NOBODY, NotYours),
        (a_company(state="suspended"), CompanyChange(name="x"), ITSELF, TransitionRefused),
        (a_company(), CompanyChange(name=" "), ITSELF, Invalid),
    ],
)
def test_a_refused_change(company, change, actors, error):
    """Not by others, not while suspended, not to nothing."""
    with pytest.raises(error):
        changed_company(company, change, actors, LATER)


def test_the_region_approves_and_suspends():
    """Each move has its event, and its reason is kept."""
    suspended = moved_company(a_company(), "suspend", "no answer to schools", REGION, LATER)
    approved = moved_company(suspended, "approve", "", REGION, LATER)

    assert (suspended.state, suspended.reason, suspended.version) == ("suspended", "no answer to schools", 2)
    assert (approved.state, approved.reason, approved.version) == ("approved", "", 3)
    assert set(MOVES) == {"approve", "suspend"}


@pytest.mark.parametrize(
    ("action", "actors", "error"),
    [("approve", REGION, TransitionRefused), ("suspend", ITSELF, NotYours), ("change", REGION, Invalid)],
)
def test_a_refused_move(action, actors, error):
    """Not twice, not by the company itself, and a change is no move."""
    with pytest.raises(error):
        moved_company(a_company(), action, "", actors, LATER)


def test_others_see_no_contact_and_no_suspended_company():
    """Whom to write to is for the company itself and the Region."""
    company = a_company(reason="seen on site")

    assert shown_to(company, ITSELF) is company
    assert (shown_to(company, NOBODY).contact, shown_to(company, NOBODY).reason) == (None, "")
    with pytest.raises(NotFound):
        shown_to(a_company(state="suspended"), NOBODY)


def test_a_suspended_company_opens_nothing():
    """It may still close and cancel."""
    suspended = a_company(state="suspended")

    check_may_open(suspended, "archive")
    check_may_open(a_company(), "publish")
    with pytest.raises(TransitionRefused, match="the company is suspended"):
        check_may_open(suspended, "publish")


# ------------------------------------------------------------ sites


def test_a_site_belongs_to_its_company():
    """It inherits what is invented; a SIRET is not needed."""
    site = new_site(asked_site(name=" Usine "), a_company(fictional=True), SITE_ID)

    assert (site.company_id, site.name, site.siret, site.fictional) == (COMPANY_ID, "Usine", "", True)
    assert site.place.commune_name == "Toulouse"
    assert new_site(asked_site(siret="732 829 320 00074"), a_company(), SITE_ID).siret == SIRET


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"siret": "73282932000075"}, ["siret"]),
        ({"siret": OTHER_SIRET}, ["siret"]),
        ({"commune": "31000"}, ["commune"]),
    ],
)
def test_a_wrong_site_names_the_field(wrong, fields):
    """An empty name, a bad check digit, another company's number, a postal code."""
    with pytest.raises(Invalid) as refused:
        new_site(asked_site(**wrong), a_company(), SITE_ID)

    assert fields_of(refused) == fields


def test_a_site_that_an_input_names_must_be_the_company_s():
    """Neither nobody's nor somebody else's."""
    site = a_site()

    assert own_site(a_company(), site) is site
    for other in (None, a_site(company_id=UUID(int=99))):
        with pytest.raises(Invalid) as refused:
            own_site(a_company(), other)
        assert fields_of(refused) == ["site_id"]


# ------------------------------------------------------------ rows of an import


def read(row, seen=()):
    return read_row(row, seen, COMPANY_ID, SITE_ID, NOW)


def test_a_row_is_a_shadow_company_with_a_site():
    """The company is known by the first nine digits; a site without a name has its commune's."""
    row = read(new_row(siret="732 829 320 00074", address="1 rue des Ailes", fictional=True))

    assert (row.company.siren, row.company.state, row.company.fictional) == (SIREN, "shadow", True)
    assert (row.site.siret, row.site.name, row.site.fictional) == (SIRET, "Toulouse", True)
    assert row.site.place.address == "1 rue des Ailes"
    assert read(new_row(site_name=" Usine ")).site.name == "Usine"


@pytest.mark.parametrize(
    ("row", "seen", "reason"),
    [
        (new_row(siret="73282932000075"), (), "siret: SIRET 73282932000075 fails its check digit"),
        (new_row(siret="12", name=" "), (), "siret: '12' is not a SIRET"),
        (new_row(commune="31000"), (), "commune: 31000 is a postal code"),
        (new_row(latitude=44.9, longitude=1.4), (), "latitude: This point is"),
        (new_row(activity_code="30.30Z"), (), "activity_code:"),
        (new_row(), (SIRET,), f"siret: {SIRET} stands in an earlier row"),
    ],
)
def test_a_wrong_row_says_why_in_one_line(row, seen, reason):
    """The field first, then what is wrong and what to do."""
    with pytest.raises(Invalid) as refused:
        read(row, seen)

    line = reason_of(refused.value)
    assert line.startswith(reason)
    assert "\n" not in line


def test_an_import_renews_what_nobody_edited():
    """The fields that still hold what the last row said follow the new one; edited ones stay."""
    before, said = (
        read(new_row(name="Ailes", description="ailes")),
        read(new_row(name="Ailes SA", description="avions")),
    )
    edited = replace(before.company, description="Nos ailes", version=2)

    renewed = renew(edited, before.company_said, said.company_said)

    assert (renewed.name, renewed.description, renewed.version) == ("Ailes SA", "Nos ailes", 3)


def test_an_import_that_says_nothing_new_changes_nothing():
    """Neither does one about what was registered by hand, which has no last row."""
    row = read(new_row())
    by_hand = a_site()

    assert renew(row.company, row.company_said, row.company_said) is row.company
    assert renew(by_hand, None, SiteSaid(name="Autre", place=by_hand.place)) is by_hand
