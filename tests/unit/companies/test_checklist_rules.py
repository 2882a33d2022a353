"""What a class must bring, do and know, and by when."""

from datetime import date, timedelta

import pytest

from contracts.companies.booking_checks import ChecklistKind
from contracts.companies.bookings import ClassNeeds
from contracts.companies.visit_offers import Accessibility, OtherFee, SafetyRules
from contracts.vocabulary import AccessNeed, VisitFormat
from services.companies.checks.rules import checklist
from tests.component.companies.given import VISIT_DAY, a_slot, an_offer

Kind = ChecklistKind
PLAIN = SafetyRules()


def items(offer=None, pupils=24, needs=None, approve_by=None):
    return checklist(a_slot(), offer or an_offer(), pupils, needs or ClassNeeds(), approve_by)


def the(kind, offer, **given):
    [item] = [one for one in items(offer, **given) if one.kind is kind]
    return item


def kinds(offer, **given):
    return [item.kind for item in items(offer, **given)]


def test_a_plain_visit_asks_for_adults_and_a_way_to_come():
    """Nothing else."""
    assert kinds(an_offer()) == [Kind.ADULTS, Kind.TRANSPORT]


@pytest.mark.parametrize(("pupils", "adults"), [(15, 1), (16, 2), (30, 2)])
def test_adults_are_counted_for_the_class(pupils, adults):
    """One for each fifteen pupils begun."""
    item = the(Kind.ADULTS, an_offer(), pupils=pupils)

    assert (f"{adults} at least" in item.words.en, f"{adults} au moins" in item.words.fr) == (True, True)
    assert (item.mandatory, item.due) == (True, None)


@pytest.mark.parametrize(
    ("offer", "kind", "words", "mandatory"),
    [
        (an_offer(safety=SafetyRules(minimum_age=14)), Kind.MINIMUM_AGE, "14 or older", False),
        (an_offer(safety=SafetyRules(equipment=("casque",))), Kind.EQUIPMENT, "company supplies: casque", False),
        (
            an_offer(safety=SafetyRules(equipment=("casque", "gilet"), equipment_supplied=False)),
            Kind.EQUIPMENT,
            "Bring for everybody: casque, gilet",
            True,
        ),
        (an_offer(safety=SafetyRules(photos_allowed=False)), Kind.PHOTOS, "No photos", False),
        (an_offer(safety=SafetyRules(site_class="Seveso haut")), Kind.SITE_CLASS, "Seveso haut", False),
        (an_offer(meeting_point="Portail nord"), Kind.MEETING_POINT, "Portail nord", False),
        (an_offer(preparation="Lire la fiche"), Kind.PREPARATION, "Lire la fiche", False),
    ],
)
def test_what_the_site_asks_is_told(offer, kind, words, mandatory):
    """What must be done apart from what is good to know."""
    item = the(kind, offer)

    assert (words in item.words.en, item.mandatory) == (True, mandatory)
    assert item.words.fr != item.words.en


@pytest.mark.parametrize(
    ("offer", "en", "fr"),
    [
        (an_offer(price_cents=1250), "To pay: 12.50 €.", "À payer : 12,50 €."),
        (
            an_offer(fees=(OtherFee(label="Déj. du midi", price_cents=800),)),
            "To pay: Déj. du midi: 8.00 €.",
            "À payer : Déj. du midi : 8,00 €.",
        ),
        (
            an_offer(price_cents=100, fees=(OtherFee(label="Car", price_cents=5),)),
            "To pay: 1.00 € + Car: 0.05 €.",
            "À payer : 1,00 € + Car : 0,05 €.",
        ),
    ],
)
def test_no_cost_is_hidden(offer, en, fr):
    """The entry and every fee beside it."""
    item = the(Kind.PRICE, offer)

    assert (item.words.en, item.words.fr) == (en, fr)


def test_the_identity_list_is_due_days_before():
    """It goes from the school to the company, never through here."""
    item = the(Kind.IDENTITY_LIST, an_offer(safety=SafetyRules(identity_list_days_before=10)))

    assert (item.due, item.mandatory) == (VISIT_DAY - timedelta(days=10), True)


@pytest.mark.parametrize(
    ("needs", "route", "lines"),
    [
        (ClassNeeds(), "par la cour", 0),
        (ClassNeeds(motor=1), "par la cour", 2),
        (ClassNeeds(motor=1), "", 1),
        (ClassNeeds(hearing=2), "par la cour", 1),
    ],
)
def test_a_class_with_access_needs_is_told_how_it_is_received(needs, route, lines):
    """The way round for a wheelchair, and to speak with the company beforehand."""
    access = Accessibility(needs=(AccessNeed.MOTOR, AccessNeed.HEARING), alternative_route=route)

    told = [item for item in items(an_offer(accessibility=access), needs=needs) if item.kind is Kind.ACCESS]

    assert len(told) == lines
    assert any("par la cour" in item.words.en for item in told) == (lines == 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "The school arranges and pays the transport. There is no parking for a coach."),
        (
            {"transport_paid_by_company": True, "coach_parking": True, "nearest_stop": "Gare"},
            "The company pays the transport. A coach can park on the site. Nearest stop: Gare.",
        ),
    ],
)
def test_how_the_class_comes_is_told(given, words):
    """Who pays, where a coach stands, where one gets off."""
    assert the(Kind.TRANSPORT, an_offer(**given)).words.en == words


def test_a_visit_that_comes_to_the_class_asks_nothing_that_a_site_asks():
    """Price and preparation still count."""
    offer = an_offer(
        formats=(VisitFormat.IN_CLASS,),
        safety=SafetyRules(minimum_age=14, photos_allowed=False),
        meeting_point="Portail nord",
        price_cents=500,
        preparation="Lire la fiche",
    )

    assert kinds(offer) == [Kind.PRICE, Kind.PREPARATION]


def test_what_is_due_first_comes_first():
    """Then what is for the day itself."""
    approve_by = date(2026, 12, 8)
    offer = an_offer(safety=SafetyRules(identity_list_days_before=10))

    listed = items(offer, approve_by=approve_by)

    assert [(item.kind, item.due) for item in listed] == [
        (Kind.IDENTITY_LIST, date(2026, 12, 5)),
        (Kind.HEAD_APPROVAL, approve_by),
        (Kind.ADULTS, None),
        (Kind.TRANSPORT, None),
    ]
