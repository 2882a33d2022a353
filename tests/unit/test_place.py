"""A place from a commune and an optional point."""

import pytest

from contracts.errors import Invalid
from contracts.place import place_of

# A workshop in Toulouse, and one in Auch.
TOULOUSE, AUCH = (43.6109, 1.3656), (43.6465, 0.5855)


def test_without_a_point_the_town_hall_stands_for_it():
    """The commune says name, department and point; the address is kept without its outer spaces."""
    place = place_of(" 31555 ", None, None, "  1 rue des Ailes ")

    assert (place.commune, place.commune_name, place.department) == ("31555", "Toulouse", "31")
    assert (round(place.latitude, 1), round(place.longitude, 1)) == (43.6, 1.4)
    assert place.address == "1 rue des Ailes"


def test_a_point_near_the_town_hall_is_kept():
    """What was measured is better than the town hall."""
    place = place_of("31555", *TOULOUSE)

    assert (place.latitude, place.longitude) == TOULOUSE


@pytest.mark.parametrize(
    ("commune", "point", "field", "word"),
    [
        ("31000", (None, None), "commune", "31555"),
        ("75056", (None, None), "commune", "Occitanie"),
        ("Toulouse", (None, None), "commune", "INSEE"),
        ("31555", (43.6, None), "longitude", "both"),
        ("31555", (None, 1.4), "latitude", "both"),
        ("31555", (1.3656, 43.6109), "latitude", "exchanged"),
        ("31555", (43.6109, 43.6109), "longitude", "exchanged"),
        ("31555", AUCH, "latitude", "Toulouse"),
    ],
)
def test_what_cannot_be_a_place_names_its_field(commune, point, field, word):
    """A postal code, a commune elsewhere, half a point, two figures exchanged, a point in another commune."""
    with pytest.raises(Invalid) as refused:
        place_of(commune, *point)

    [fault] = refused.value.fields
    assert fault.field == field
    assert word in fault.message.en


@pytest.mark.parametrize(
    ("point", "field"), [((43.6, None), "site.longitude"), ((0.0, 1.4), "site.latitude"), (AUCH, "site.latitude")]
)
def test_the_fields_of_a_point_are_the_commune_s_neighbours(point, field):
    """Somebody who wrote a site inside something else finds the field by its path."""
    with pytest.raises(Invalid) as refused:
        place_of("31555", *point, field="site.commune")

    assert [fault.field for fault in refused.value.fields] == [field]
