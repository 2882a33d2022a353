"""Days, hours, money and numbers in the reader's manner."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.errors import Wording
from services.gateway.web import formats
from services.gateway.web.language import ENGLISH, FRENCH, gettext, ngettext, reading, say

NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
WINTER, SUMMER = datetime(2026, 11, 12, 8, 30, tzinfo=UTC), datetime(2027, 6, 15, 8, 30, tzinfo=UTC)


def plain(text: str) -> str:
    """The text with spaces that a reader can type."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("shown", "french", "english"),
    [
        (lambda: formats.day(WINTER), "jeudi 12 novembre 2026", "Thursday 12 November 2026"),
        (
            lambda: formats.day(datetime(2026, 11, 12, 23, 30, tzinfo=UTC)),
            "vendredi 13 novembre 2026",
            "Friday 13 November 2026",
        ),
        (lambda: formats.clock(WINTER), "9 h 30", "09:30"),
        (lambda: formats.clock(SUMMER), "10 h 30", "10:30"),
        (lambda: formats.moment(WINTER), "jeudi 12 novembre 2026, 9 h 30", "Thursday 12 November 2026, 09:30"),
        (
            lambda: formats.span(WINTER, WINTER + timedelta(hours=2)),
            "jeudi 12 novembre 2026, de 9 h 30 à 11 h 30",
            "Thursday 12 November 2026, from 09:30 to 11:30",
        ),
        (lambda: formats.month(date(2027, 3, 1)), "mars 2027", "March 2027"),
        (lambda: formats.weekday(date(2027, 3, 1)), "lundi", "Monday"),
        (lambda: formats.euros(0), "gratuit", "free"),
        (lambda: formats.euros(1250), "12,50 €", "€12.50"),
        (lambda: formats.euros(120_000), "1 200 €", "€1,200"),
        (lambda: formats.minutes(45), "45 min", "45 min"),
        (lambda: formats.minutes(60), "1 h", "1 h"),
        (lambda: formats.minutes(80), "1 h 20", "1 h 20 min"),
        (lambda: formats.number(4500), "4 500", "4,500"),
        (lambda: formats.number(0.125), "0,12", "0.12"),
        (lambda: formats.percent(0.825), "82,5 %", "82.5%"),
        (lambda: formats.fine_percent(0.000234), "0,023 %", "0.023%"),
        (lambda: formats.seconds(1310.0), "1,31 s", "1.31 s"),
        (lambda: formats.ago(NOW - timedelta(hours=2), NOW), "il y a 2 heures", "2 hours ago"),
    ],
)
def test_each_reader_has_their_own_manner(shown: object, french: str, english: str) -> None:
    """And hours are those of Paris."""
    with reading(FRENCH):
        assert plain(shown()) == french  # type: ignore[operator]
    with reading(ENGLISH):
        assert plain(shown()) == english  # type: ignore[operator]


@pytest.mark.parametrize(
    ("when", "french"),
    [
        # Until the end of a day: midnight in Paris.
        (datetime(2026, 11, 12, 23, 0, tzinfo=UTC), "jusqu’au jeudi 12 novembre 2026 (dans 3 jours)"),
        (datetime(2026, 11, 10, 23, 0, tzinfo=UTC), "jusqu’au mardi 10 novembre 2026 (demain)"),
        (datetime(2026, 11, 9, 23, 0, tzinfo=UTC), "aujourd’hui au plus tard"),
        (datetime(2026, 11, 8, 23, 0, tzinfo=UTC), "délai dépassé depuis le dimanche 8 novembre 2026"),
        (date(2026, 11, 12), "jusqu’au jeudi 12 novembre 2026 (dans 3 jours)"),
    ],
)
def test_a_deadline_is_the_last_day(when: datetime | date, french: str) -> None:
    """And how far it is."""
    with reading(FRENCH):
        assert formats.deadline(when, NOW) == french


def test_another_year_is_named() -> None:
    """Where days are short."""
    year = datetime.now(UTC).year
    with reading(FRENCH):
        assert str(year + 1) in formats.short_day(date(year + 1, 1, 4))
        assert str(year) not in formats.short_day(date(year, 1, 4))


@pytest.mark.parametrize(("number", "words"), [(0, "0 jour"), (1, "1 jour"), (2, "2 jours")])
def test_nothing_is_one_in_french(number: int, words: str) -> None:
    """Where English says many."""
    with reading(FRENCH):
        assert ngettext("%(num)s jour", "%(num)s jours", number) == words


def test_french_signs_are_tied_to_their_words() -> None:
    """No line begins with a colon; English has no such spaces, and quotes of code are none."""
    with reading(FRENCH):
        assert gettext("Essais : « %(num)s » !", num=3) == "Essais\u00a0: «\u00a03\u00a0»\u00a0!"
        assert say(Wording("Tries left: 3", "Essais restants : 3")) == "Essais restants\u00a0: 3"
    with reading(ENGLISH):
        assert say(Wording("Tries left: 3", "Essais restants : 3")) == "Tries left: 3"
