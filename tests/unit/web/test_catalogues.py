"""Every text of the pages is there in French and in English, and every word of contracts has its label."""

from enum import StrEnum

import pytest

from contracts import machines
from contracts.machines import Machine
from contracts.vocabulary import Level, Theme
from services.gateway.web import catalogues, labels, language, words
from services.gateway.web.catalogues import missing_in, read, texts_by_area
from services.gateway.web.language import ENGLISH, FRENCH, ROOT, reading

TEXTS = texts_by_area()
# What the machines call things, and what the table of states does.
ORGANISATIONS = {"company": "organisation", "association": "organisation"}


@pytest.mark.parametrize("area", sorted(TEXTS))
def test_every_text_has_its_english(area: str) -> None:
    """As `python -m services.gateway.web.catalogues` lists them; and no English is left of texts that are gone."""
    catalogue = read(ROOT / area / "en.po")
    known = {tuple(message.id) if isinstance(message.id, tuple | list) else message.id for message in catalogue}

    assert TEXTS[area] - known == set()
    assert known - TEXTS[area] - {""} == set()
    assert missing_in(catalogue) == []


def test_a_text_has_one_english() -> None:
    """In whatever area it stands: the catalogues are read as one."""
    said: dict[str, set[str]] = {}
    for file in language.catalogues():
        for message in read(file):
            if message.string and isinstance(message.id, str):
                said.setdefault(message.id, set()).add(str(message.string))

    assert {text: english for text, english in said.items() if len(english) > 1} == {}


def test_a_missing_text_is_told() -> None:
    """By the very text."""
    renewed = catalogues.renewed(catalogues.Catalog(locale=ENGLISH), {"Bonjour", ("un", "plusieurs")})

    assert sorted(missing_in(renewed)) == ["('un', 'plusieurs')", "Bonjour"]


def test_words_with_other_facts_are_told() -> None:
    """A fact that the French does not give would break the page."""
    catalogue = catalogues.Catalog(locale=ENGLISH)
    catalogue.add("Il reste %(num)s places", "There are %(number)s places left")

    assert missing_in(catalogue) == ["Il reste %(num)s places"]


@pytest.mark.parametrize("machine", [each for each in vars(machines).values() if isinstance(each, Machine)])
def test_every_state_and_action_has_its_words(machine: Machine) -> None:
    """In both languages; what only the system does needs no button."""
    thing = ORGANISATIONS.get(machine.thing, machine.thing)
    states = {move.target for move in machine.moves if move.target}.union(*(move.sources for move in machine.moves))
    actions = {move.action for move in machine.moves if move.actors != {machines.SYSTEM}}
    for chosen in (FRENCH, ENGLISH):
        with reading(chosen):
            assert all(labels.label(state, thing) for state in states)
            assert all(labels.label(action) for action in actions)


@pytest.mark.parametrize("kind", [*words.WORDS, Level, Theme])
def test_every_word_of_a_list_has_its_label(kind: type[StrEnum]) -> None:
    """None is forgotten."""
    for chosen in (FRENCH, ENGLISH):
        with reading(chosen):
            assert all(words for _, words in labels.options(kind))
            assert len(labels.options(kind)) == len(kind)


def test_a_job_is_named() -> None:
    """A code never stands without its title; one that nobody knows says so."""
    with reading(FRENCH):
        assert labels.job("H2903").endswith("(H2903)")
        assert labels.job("H2903") != "H2903"
        assert "Z9999" in labels.job("Z9999")


def test_looks_are_of_their_kind() -> None:
    """An approved organisation is well, an approved booking waits for its company."""
    assert labels.look("approved") == "good"
    assert labels.look("approved", "booking") == "warn"
    assert labels.look("draft") == "quiet"
