"""Jobs and communes are found by what people call them."""

import msgspec
import pytest

from contracts.reference.codes import FOLDER_VARIABLE, Nomenclature, file_of
from services.gateway.web.offers.communes import MOST_FOUND, find_communes
from services.gateway.web.offers.jobs import find_jobs


@pytest.mark.parametrize("text", ["Menuisier", "  menuisière ", "joiner", "H2206", "h2206"])
def test_a_job_is_found_by_its_title_in_either_language_or_by_its_code(text):
    """Whatever its case and accents."""
    assert find_jobs(text)[0] == "H2206"


def test_titles_that_begin_so_come_first():
    """Of those that have all the words."""
    found = find_jobs("technicien")

    assert len(found) > 2
    assert found[0] in {"H1210", "H1404", "H1503"}
    assert find_jobs("laboratoire analyse") == ("H1503",)


@pytest.mark.parametrize("text", ["", "   ", "licorne"])
def test_no_job_is_found_for_no_words_or_unknown_ones(text):
    """Nothing is guessed."""
    assert find_jobs(text) == ()


def test_the_official_lists_are_searched_where_they_are_loaded(tmp_path, monkeypatch):
    """The names that they give a job lead to it; one of no job leads nowhere."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    lists = (
        Nomenclature(name="rome", version="4", source="", labels={"D1101": "Boucher"}),
        Nomenclature(
            name="appellations",
            version="4",
            source="",
            labels={"1": "Désosseur de licornes", "2": "Dresseur de licornes"},
            parents={"1": "D1101"},
        ),
    )
    for each in lists:
        file_of(tmp_path, each.name).write_bytes(msgspec.json.encode(each))

    assert find_jobs("boucher") == ("D1101",)
    assert find_jobs("licornes") == ("D1101",)


@pytest.mark.parametrize("text", ["L'Isle-Jourdain", "l’isle jourdain (32)", "ISLE JOURDAIN", "32600", "32160"])
def test_a_commune_is_found_however_it_is_written(text):
    """With another apostrophe, without hyphens, by its postal code, by its INSEE code."""
    assert "L'Isle-Jourdain" in [commune.name for commune in find_communes(text)]


def test_a_commune_that_is_called_just_so_is_found_alone():
    """Although others have its name within theirs."""
    assert [commune.code for commune in find_communes("Toulouse")] == ["31555"]
    assert [commune.name for commune in find_communes("St Gaudens")] == ["Saint-Gaudens"]


def test_of_many_the_likeliest_come_first():
    """Those that begin so, the largest first; a dozen at most."""
    found = find_communes("saint")

    assert len(found) == MOST_FOUND
    assert all(commune.name.startswith("Saint") for commune in found)
    assert [commune.population for commune in found] == sorted((c.population for c in found), reverse=True)


def test_namesakes_are_told_apart_by_their_department():
    """Otherwise each is found."""
    assert len(find_communes("Montaut")) > 1
    assert {commune.department for commune in find_communes("Montaut (32)")} == {"32"}


@pytest.mark.parametrize("text", ["", " ( ", "Lutèce", "Toulouse (32)"])
def test_no_commune_is_found_where_there_is_none(text):
    """Nothing is guessed."""
    assert find_communes(text) == ()
