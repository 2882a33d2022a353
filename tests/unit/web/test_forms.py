"""Forms: what people type becomes the contract's input, and is shown again where it is refused."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.companies.bookings import ClassNeeds, NewBooking, TransportMode
from contracts.companies.slots import NewSlot, Recurrence, Slot, SlotChange
from contracts.companies.visit_offers import NewVisitOffer, OtherFee, SafetyRules, VisitOfferChange
from contracts.errors import Invalid, KeyReused, NotFound, Outdated
from contracts.vocabulary import AccessNeed, Level, Theme, Weekday
from services.gateway.web.forms import SEEN, VERSION, Form, flatten
from services.gateway.web.language import ENGLISH, reading

ID = UUID("01a2162f-ca42-73b6-a8b5-364d40e3464d")
BOOKING = {"level": ["4E"], "pupils": [" 24 "], "adults": ["2"]}
OFFER = {"site_id": [str(ID)], "title": ["L'atelier"], "themes": ["", "aerospace", "digital"], "levels": ["", "4E"]}


def a_slot(hour: int = 8, groups: int = 1) -> Slot:
    """A slot on a winter's day; hours are in UTC."""
    return Slot(
        id=ID,
        visit_offer_id=ID,
        company_id=ID,
        starts_at=datetime(2026, 11, 12, hour, 30, tzinfo=UTC),
        ends_at=datetime(2026, 11, 12, hour + 2, 30, tzinfo=UTC),
        groups=groups,
        pupils_per_group=30,
        state="open",
        version=3,
    )


def wrong_fields(form: Form, kind: type[NewBooking | NewVisitOffer | NewSlot]) -> dict[str, str]:
    """What is said of each field, in French."""
    with pytest.raises(Invalid) as refused:
        form.read(kind)
    return {each.field: each.message.fr for each in refused.value.fields}


def test_a_form_becomes_the_input() -> None:
    """Numbers, words, nested fields and ticks; what was left blank is left out."""
    form = Form(
        BOOKING | {"needs.motor": ["1"], "transport": ["coach"], "transport_cost_cents": ["480"], "girls": [""]}
    )

    booking = form.read(NewBooking)

    assert booking == NewBooking(
        level=Level.QUATRIEME,
        pupils=24,
        adults=2,
        needs=ClassNeeds(motor=1),
        transport=TransportMode.COACH,
        transport_cost_cents=48_000,
    )


def test_a_page_adds_what_no_person_gives() -> None:
    """The class request that a booking comes from, for instance."""
    assert Form(BOOKING).read(NewBooking, class_request_id=ID).class_request_id == ID


def test_lists_are_ticked_or_typed_a_line_each() -> None:
    """Words of a closed list are ticks, free words lines, things rows; a blank row is none."""
    form = Form(
        OFFER
        | {
            "safety.equipment": ["Casque\r\n\r\n Chaussures fermées "],
            "safety.equipment_supplied": ["false", "true"],
            "accessibility.needs": ["", "motor"],
            "fees.0.label": ["Goûter"],
            "fees.0.price_cents": ["2,50"],
            "fees.1.label": [""],
            "fees.1.price_cents": [""],
        }
    )

    offer = form.read(NewVisitOffer)

    assert offer.themes == (Theme.AEROSPACE, Theme.DIGITAL)
    assert offer.safety == SafetyRules(equipment=("Casque", "Chaussures fermées"))
    assert offer.accessibility.needs == (AccessNeed.MOTOR,)
    assert offer.fees == (OtherFee(label="Goûter", price_cents=250),)


def test_a_tick_taken_away_is_said() -> None:
    """The hidden fields of boxes and lists say «no» and «none», which leaving them out would not."""
    change = Form({"splitting": ["false"], "rome_codes": [""], "accessibility.needs": [""]}).read(VisitOfferChange)

    assert change.splitting is False
    assert change.rome_codes == ()
    assert change.accessibility.needs == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12", 1200),
        ("12,5", 1250),
        ("12.50", 1250),
        ("1 200,00 €", 120_000),
        ("0", 0),
        ("1\N{NO-BREAK SPACE}200", 120_000),
    ],
)
def test_money_is_typed_in_euros(typed: str, cents: int) -> None:
    """With a comma or a point, with or without the sign."""
    assert Form(OFFER | {"price_cents": [typed]}).read(NewVisitOffer).price_cents == cents


@pytest.mark.parametrize("typed", ["douze", "12,345", "1.200.00", "NaN", "Infinity"])
def test_what_is_no_money_is_refused(typed: str) -> None:
    """With an example."""
    wrong = wrong_fields(Form(OFFER | {"price_cents": [typed]}), NewVisitOffer)

    assert wrong == {"price_cents": "Écrivez un montant en euros, comme 12,50."}


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2027-01-15T09:30", datetime(2027, 1, 15, 8, 30, tzinfo=UTC)),
        ("2027-06-15T09:30", datetime(2027, 6, 15, 7, 30, tzinfo=UTC)),
        ("2027-06-15T09:30:00Z", datetime(2027, 6, 15, 9, 30, tzinfo=UTC)),
    ],
)
def test_hours_are_those_of_paris(typed: str, instant: datetime) -> None:
    """In winter and in summer; a time with a zone keeps it."""
    assert Form({"starts_at": [typed]}).read(NewSlot).starts_at == instant


def test_a_time_of_day_has_no_seconds() -> None:
    """As browsers send it."""
    form = Form(
        {"from_date": ["2027-01-04"], "until_date": ["2027-03-26"], "weekdays": ["", "monday"], "starts_at": ["09:30"]}
    )

    recurrence = form.read(Recurrence)

    assert (recurrence.from_date, recurrence.weekdays) == (date(2027, 1, 4), (Weekday.MONDAY,))
    assert (recurrence.starts_at, recurrence.ends_at) == (time(9, 30), None)


def test_every_wrong_field_is_named_at_once() -> None:
    """Missing, out of bounds, no number, inside another: each with its remedy."""
    wrong = wrong_fields(Form({"pupils": ["beaucoup"], "adults": ["-1"], "needs.motor": ["99"]}), NewBooking)

    assert wrong == {
        "level": "Ce champ est obligatoire : ajoutez-le.",
        "pupils": "Donnez un nombre entier ; ceci est un texte.",
        "adults": "Donnez au moins 0.",
        "needs.motor": "Donnez au plus 40.",
    }


def test_rows_name_their_own_field() -> None:
    """The form knows its fields by these names."""
    wrong = wrong_fields(Form(OFFER | {"fees.0.label": [""], "fees.0.price_cents": ["4"]}), NewVisitOffer)

    assert wrong == {"fees.0.label": "Donnez au moins 1 caractère."}


@pytest.mark.parametrize("typed", ["demain", "2027-02-30T09:00", ""])
def test_what_is_no_time_is_refused(typed: str) -> None:
    """Also where nothing was typed."""
    assert list(wrong_fields(Form({"starts_at": [typed]}), NewSlot)) == ["starts_at"]


def test_a_form_begins_with_what_a_thing_says() -> None:
    """In Paris hours and euros, and read again without a change it changes nothing."""
    form = Form.filled(a_slot())

    assert (form.text("starts_at"), form.text("groups"), form.submitted) == ("2026-11-12T09:30", "1", False)
    change = Form(flatten(a_slot())).read(SlotChange)
    assert (change.starts_at, change.groups) == (a_slot().starts_at, 1)


@given(st.integers(0, 10_000_000))
def test_money_shown_and_sent_again_is_the_same(cents: int) -> None:
    """To the cent."""
    shown = flatten(OtherFee(label="Car", price_cents=cents))

    assert Form(shown).read(OtherFee).price_cents == cents


def test_what_is_wrong_stands_beside_the_row_and_the_field_that_people_see() -> None:
    """Blank rows before it are counted; one wrong word of a list is said of the list; the whole's name is dropped."""
    fees = {"fees.0.label": [""], "fees.0.price_cents": [""], "fees.2.label": [""], "fees.2.price_cents": ["4"]}
    assert list(wrong_fields(Form(OFFER | fees), NewVisitOffer)) == ["fees.2.label"]
    assert list(wrong_fields(Form(OFFER | {"levels": ["4E", "42E"]}), NewVisitOffer)) == ["levels"]

    form = Form({})
    form.refuse(Invalid.field("recurrence.from_date", "Past.", "Passé."), within="recurrence")
    assert form.errors == {"from_date": "Passé."}
    form.refuse(Invalid.field("rome_codes[2]", "Unknown.", "Inconnu."))
    assert form.errors == {"rome_codes": "Inconnu."}
    form.refuse(Invalid.field("fees[1].label", "Blank.", "Vide."))
    assert form.errors == {"fees.1.label": "Vide."}


def test_the_words_that_machines_take_are_no_help_to_people() -> None:
    """The page shows what there is to choose, in plain words."""
    none = wrong_fields(Form(OFFER | {"themes": [""], "levels": ["42E"]}), NewVisitOffer)
    assert none["themes"] == "Faites au moins un choix."
    assert "Choisissez parmi" not in none["levels"]
    assert wrong_fields(Form({}), NewBooking)["level"] == "Ce champ est obligatoire : ajoutez-le."


def test_a_refused_form_keeps_what_was_typed() -> None:
    """And says beside each field what is wrong, in the reader's language."""
    form = Form(BOOKING | {"pupils": ["<b>99</b>"]})

    with reading(ENGLISH), pytest.raises(Invalid) as refused:
        form.read(NewBooking)
    with reading(ENGLISH):
        form.refuse(refused.value)

    assert form.text("pupils") == "<b>99</b>"
    assert form.errors == {"pupils": "Give a whole number; this is a text."}


def test_a_stale_form_says_what_changed() -> None:
    """Against what the reader saw, field by field; what is sent next rests on what it is now."""
    seen = Form.filled(a_slot()).snapshot()
    form = Form({"starts_at": ["2026-11-12T10:00"], "groups": ["2"], VERSION: ["3"], SEEN: [seen]})

    form.refuse(Outdated(version=4, expected=3), now=a_slot(hour=12))

    assert form.version == 3
    assert (form.changed("starts_at"), form.changed("groups")) == (True, False)
    assert form.now["starts_at"] == ["2026-11-12T13:30"]
    again = Form({SEEN: [form.snapshot()]})
    assert again.seen["starts_at"] == ["2026-11-12T13:30"]


def test_other_refusals_are_not_about_changes() -> None:
    """Though the page read the thing again."""
    form = Form(BOOKING)

    form.refuse(NotFound(thing="slot", id="1"), now=a_slot())

    assert form.now == {}


def test_a_form_acts_once() -> None:
    """The same each time that it is sent; another where it went through already with other words."""
    form = Form({"_once": ["abc"]})
    assert form.once == "abc"

    form.refuse(KeyReused())

    assert form.once != "abc"
    assert Form().once != Form().once


@pytest.mark.parametrize("version", ["", "-1", "x", "²", "9" * 12])
def test_a_version_that_is_none_is_none(version: str) -> None:
    """Whoever writes the hidden fields by hand breaks nothing."""
    form = Form({VERSION: [version], SEEN: ["{not json"]})

    assert form.version is None
    assert form.seen == {}
