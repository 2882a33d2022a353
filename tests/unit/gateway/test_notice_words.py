"""Every kind of notice has words in both languages, whatever of its facts is known."""

import string
from datetime import UTC, date, datetime

import pytest

from contracts.companies.booking_checks import ChecklistItem, ChecklistKind
from contracts.companies.bookings import DeclineReason as BookingDecline
from contracts.errors import Wording
from contracts.identifiers import uuid7
from contracts.matchmaker.proposals import DeclineReason as ProposalDecline
from contracts.vocabulary import Level
from services.gateway.notices.choreography_rules import TOLD
from services.gateway.notices.facts_rules import Facts, facts_of
from services.gateway.notices.match_words_rules import MATCH_WORDS
from services.gateway.notices.reminder_rules import AHEAD, PREPARE
from services.gateway.notices.visit_words_rules import VISIT_WORDS
from services.gateway.notices.words_rules import (
    REASONS,
    TEMPLATES,
    Names,
    day_en,
    day_fr,
    hours_en,
    hours_fr,
    last_day_fr,
    words_of,
)
from tests.component.gateway.resources import a_company, a_job_need

REMINDERS = {
    PREPARE,
    AHEAD,
    "remind_approval",
    "remind_confirmation",
    "remind_mediation",
    "remind_partnership",
    "remind_stale",
}
TUESDAY = datetime(2026, 9, 1, 7, 30, tzinfo=UTC)
FULL = Facts(
    company_id=uuid7(),
    company="Ateliers d'essai",
    association="Sciences d'essai",
    school="Collège d'essai",
    school_uai="0310024H",
    offer="L'atelier",
    level=Level.TROISIEME,
    class_name="3e B",
    pupils=24,
    adults=1,
    starts_at=TUESDAY,
    ends_at=TUESDAY.replace(hour=9, minute=0),
    was_at=TUESDAY,
    answer_by=TUESDAY,
    reason="staff_away: grippe",
    why=Wording("Because.", "Parce que."),
    late=True,
    absent="school",
    checklist=(
        ChecklistItem(kind=ChecklistKind.ADULTS, words=Wording("Two adults.", "Deux adultes."), due=date(2026, 8, 30)),
        ChecklistItem(kind=ChecklistKind.PHOTOS, words=Wording("No photos.", "Pas de photos.")),
    ),
)


def test_every_kind_that_is_told_has_its_words_and_no_words_are_left_over():
    """The table and the words are two files that must not drift apart."""
    told = {tell.kind for rows in TOLD.values() for tell in rows} | REMINDERS

    assert told == TEMPLATES.keys()
    assert len(TEMPLATES) == len(VISIT_WORDS) + len(MATCH_WORDS)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_both_languages_say_the_same(kind):
    """The same fields in both, and no sentence with a hole, whether much is known or nothing."""
    template = TEMPLATES[kind]
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in template]

    assert fields[0] == fields[1]
    assert fields[2] == fields[3]
    for facts in (FULL, Facts()):
        words = words_of(kind, facts, Names())
        for text in (words.title.fr, words.title.en, words.text.fr, words.text.en):
            assert text == text.strip()
            assert "  " not in text
            assert "{" not in text


def test_a_title_names_fact_class_and_day():
    """In each language's own typography."""
    words = words_of("confirmed", FULL, Names())

    assert words.title.fr == "Visite confirmée : 3e B, mardi 1er septembre 2026"
    assert words.title.en == "Visit confirmed: 3e B, Tuesday 1 September 2026"
    assert words.text.fr == (
        "C'est confirmé : « L'atelier » chez Ateliers d'essai, mardi 1er septembre 2026, 9 h 30 à 11 h, "
        "pour 3e B (Troisième, 24 élèves, 1 adulte) de Collège d'essai."
    )
    assert "9:30 to 11:00" in words.text.en


def test_a_title_of_no_class_and_no_day_is_the_fact_alone():
    """Offers and partnerships have none."""
    assert (
        words_of("offer_stale", Facts(offer="L'atelier"), Names()).title.en == "Does your offer still hold? “L'atelier”"
    )


def test_reasons_and_lateness_are_said_in_words():
    """A word of a list in both languages with what follows its colon; free words as they are."""
    cancelled = words_of("cancelled", FULL, Names())
    free = words_of("cancelled", Facts(reason="La machine est en panne."), Names())

    assert (
        "Motif : personne n'est là pour recevoir la classe (grippe). Il restait moins de 14 jours." in cancelled.text.fr
    )
    assert "Reason: nobody is there to receive the class (grippe). Less than 14 days were left." in cancelled.text.en
    assert free.text.fr.endswith("Motif : La machine est en panne.")
    assert {*BookingDecline, *ProposalDecline} <= REASONS.keys()


def test_a_checklist_is_a_line_each_with_its_day():
    """What is for the day itself has none."""
    words = words_of("visit_to_prepare", FULL, Names())

    assert words.text.fr.splitlines()[1:] == ["- Deux adultes. (pour le 30/08/2026)", "- Pas de photos."]
    assert words.text.en.splitlines()[1:] == ["- Two adults. (by 2026-08-30)", "- No photos."]


def test_names_are_looked_up_where_the_event_had_none():
    """And written round where nobody knows them yet."""
    ids = [uuid7() for _ in range(3)]
    facts = Facts(
        company_id=ids[0], association_id=ids[1], visit_offer_id=ids[2], school_uai="0310024H", level=Level.CM1
    )
    names = Names(companies={ids[0]: "C"}, associations={ids[1]: "A"}, schools={"0310024H": "S"}, offers={ids[2]: "O"})

    known, unknown = (words_of("ready", facts, each).text.fr for each in (names, Names()))

    assert "« O » chez C" in known
    assert "pour CM1 de S. A animera" in known
    assert "une visite chez l'entreprise" in unknown
    assert "de l'établissement 0310024H. l'association animera" in unknown


def test_days_and_hours_are_those_of_paris():
    """A deadline at midnight belongs to the day that ends with it."""
    midnight = datetime(2026, 7, 31, 22, tzinfo=UTC)

    assert day_fr(midnight) == "samedi 1er août 2026"
    assert day_en(midnight) == "Saturday 1 August 2026"
    assert last_day_fr(midnight) == "vendredi 31 juillet 2026"
    assert (hours_fr(midnight, None), hours_en(midnight, None)) == ("0 h", "0:00")


def test_what_is_not_told_of_has_no_facts():
    """The followed events are more than those that somebody is told of."""
    assert facts_of(a_job_need(a_company())) == Facts()
