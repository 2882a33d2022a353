"""Numbers, dates and enumerations in each language's manner, and a sentence for every code."""

from datetime import date

import pytest

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateCode, PartCode, UnderReachedReason
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.checks import CHECKS
from services.matchmaker.matching.explaining import gate_words, unserved_words, words


def test_numbers_follow_each_language() -> None:
    """French has a comma and narrow spaces, English a point and commas; both a true minus."""
    assert words.french_number(-1234.56, 1) == "−1\u202f234,6"
    assert words.english_number(-1234.56, 1) == "−1,234.6"


def test_plurals_follow_each_language() -> None:
    """Zero is plural in English and singular in French."""
    assert [words.count(n, "pupil", "élève").en for n in (0, 1, 2)] == [
        "0\u00a0pupils",
        "1\u00a0pupil",
        "2\u00a0pupils",
    ]
    assert [words.count(n, "pupil", "élève").fr for n in (0, 1, 2)] == [
        "0\u00a0élève",
        "1\u00a0élève",
        "2\u00a0élèves",
    ]


def test_dates_follow_each_language() -> None:
    """The first of a month is « 1er » in French; ISO text is read like a date."""
    assert words.day(date(2026, 10, 1)) == Wording("Thursday 1\u00a0October 2026", "jeudi 1er\u00a0octobre 2026")
    assert words.day("2026-08-15").fr == "samedi 15\u00a0août 2026"


def test_french_double_signs_have_their_space() -> None:
    """A no-break space stands before : ; ! and ?, nothing else changes."""
    assert words.typeset_french("Quoi : oui ; non ! vrai ? fin, rien.") == (
        "Quoi\u00a0: oui\u00a0; non\u00a0! vrai\u00a0? fin, rien."
    )


def test_enumerations_read_well() -> None:
    """Commas and « et »; semicolons where an item has a comma or an « and » of its own; a word for nothing."""
    nothing = Wording("none", "aucun")
    days = [words.weekday(day) for day in (Weekday.MONDAY, Weekday.TUESDAY, Weekday.FRIDAY)]

    assert words.listed(days, empty=nothing) == Wording("Monday, Tuesday and Friday", "lundi, mardi et vendredi")
    assert words.listed([words.level(Level.BTS1), words.level(Level.BTS2)], empty=nothing).fr == (
        "BTS, 1re année\u00a0; BTS, 2e année"
    )
    assert words.listed([words.theme(Theme.WATER_WASTE)], empty=nothing).en == "Water and recycling"
    assert words.listed([], empty=nothing) == nothing


def test_a_weekend_has_a_weekday_too() -> None:
    """A slot on a Saturday is explained like another, though no class can wish it."""
    saturday = words.weekday_code(date(2026, 11, 14))

    assert words.weekday(saturday) == Wording("Saturday", "samedi")


@pytest.mark.parametrize("code", list(GateCode))
def test_every_gate_has_its_words(code: GateCode) -> None:
    """Every gate has a sentence; every gate of a visit is also named as an obstacle."""
    assert code in gate_words.PHRASES
    assert code not in CHECKS or unserved_words.obstacle(code, 1).fr.startswith("1\u00a0créneau\u00a0: ")


def test_every_code_has_its_words() -> None:
    """Parts, reasons, formats and needs are named in both languages, and every part has a weight."""
    assert set(words.PARTS) == set(PartCode) == set(Weights.__struct_fields__)
    assert set(words.UNDER_REACHED) == set(UnderReachedReason)
    assert all(words.visit_format(one).fr for one in VisitFormat)
    assert all(words.access(one).fr for one in AccessNeed)


def test_a_failed_gate_says_so() -> None:
    """Where the same sentence would be untrue, a failure has its own."""
    failed = gate_words.of_gate(GateCode.SCHOOL_DAY, "2026-10-22", "school_day", passed=False)
    passed = gate_words.of_gate(GateCode.SCHOOL_DAY, "2026-11-12", "school_day", passed=True)

    assert failed.en == "Thursday 22\u00a0October 2026 is no school day (holidays, public holiday or week-end)."
    assert passed.fr == "Le jeudi 12\u00a0novembre 2026 est un jour de classe."


def test_what_is_not_asked_for_is_not_counted() -> None:
    """A limit of nothing reads as such."""
    mediation = gate_words.of_gate(GateCode.MEDIATION, 0, 0, passed=True)
    adults = gate_words.of_gate(GateCode.ADULTS, 2, 0, passed=True)

    assert mediation == Wording("Mediation: none is needed.", "Médiation\u00a0: il n'en faut pas.")
    assert adults.en == "Adults: 2\u00a0adults, no number is required."


def test_places_are_counted_in_groups_or_in_pupils() -> None:
    """A pooled slot has room for pupils, another one for groups; so have the places that are kept."""
    groups = gate_words.of_gate(GateCode.CAPACITY, 1, 2, passed=False)
    pupils = gate_words.of_gate(GateCode.CAPACITY, 20, 24, passed=False, in_pupils=True)
    kept = gate_words.of_gate(GateCode.RESERVED, 20, 16, passed=False, in_pupils=True)

    assert groups.fr == "Places\u00a0: il reste 1\u00a0groupe, il en faut 2."
    assert pupils.fr == "Places\u00a0: il en reste pour 20\u00a0élèves, il en faut 24."
    assert kept.en == (
        "Reserved places: 20\u00a0pupils kept for under-reached classes, at most 16 could be for this class to come."
    )


def test_hours_follow_each_language() -> None:
    """From when to when a class is away, within its school day or not."""
    away, at_school = ("07:45", "12:30"), ("08:00", "18:00")

    failed = gate_words.of_gate(GateCode.SCHOOL_HOURS, away, at_school, passed=False)

    assert failed.en == "Hours: away from 07:45 to 12:30, which the school day (08:00 to 18:00) does not hold."
    assert failed.fr == (
        "Horaires\u00a0: absence de 7\u00a0h\u00a045 à 12\u00a0h\u00a030, ce qui dépasse la journée de classe"
        " (8\u00a0h\u00a000 à 18\u00a0h\u00a000)."
    )


def test_singular_and_plural_remedies_read_well() -> None:
    """One slot, several slots."""
    assert unserved_words.farther(70, 2).fr == "Un trajet maximal de 70\u00a0min ouvrirait 2\u00a0créneaux."
    assert unserved_words.more_adults(3, 1).fr == "3\u00a0adultes ouvriraient 1\u00a0créneau."
