"""Counting what classes asked for in vain: against a count pair by pair, and in small cases that can be seen."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.companies.profiles import Site
from contracts.matchmaker.unmet_demand import Unanswered
from contracts.place import Place, place_of
from contracts.vocabulary import Level, Theme
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.travel import coach_minutes, is_mountain, straight_km
from services.matchmaker.unmet.measuring import Figures, measure
from tests.unit.matching.facts import a_wish, number

COMMUNES = ("32013", "31555", "81004", "09122", "34172")
PLACES = {commune: place_of(commune, None, None) for commune in COMMUNES}


def a_site(value: int, commune: str) -> Site:
    return Site(id=number(value), company_id=number(1000 + value), name="Usine", place=PLACES[commune])


def a_class(value: int, commune: str, **given: Any) -> Wish:
    place = PLACES[commune]
    here = {"latitude": place.latitude, "longitude": place.longitude, "department": place.department}
    return a_wish(id=number(value), **(here | given))


def test_near_a_site_each_class_is_counted_once_and_for_each_of_its_themes():
    """Two of Auch ask there, one of them for two themes; one of Montpellier is too far."""
    wishes = [
        a_class(1, "32013", themes=frozenset({Theme.DIGITAL, Theme.ENERGY}), priority_education=True),
        a_class(2, "32013", themes=frozenset({Theme.DIGITAL})),
        a_class(3, "34172"),
    ]

    measured = measure(wishes, ["32013", "32013", "34172"], [a_site(1, "32013")])

    assert measured.sites == {
        number(1): Figures(
            classes=2,
            under_reached=1,
            rows=(
                Unanswered(theme=Theme.DIGITAL, level=Level.TROISIEME, classes=2, under_reached=1),
                Unanswered(theme=Theme.ENERGY, level=Level.TROISIEME, classes=1, under_reached=1),
            ),
        )
    }


def test_classes_that_can_reach_no_site_are_counted_in_their_commune():
    """For any theme where they named none."""
    wishes = [a_class(1, "34172"), a_class(2, "34172", level=Level.QUATRIEME)]

    measured = measure(wishes, ["34172", "34172"], [a_site(1, "32013")])

    assert not measured.sites
    assert measured.communes["34172"].classes == 2
    assert {(row.theme, row.level, row.classes) for row in measured.communes["34172"].rows} == {
        (None, Level.QUATRIEME, 1),
        (None, Level.TROISIEME, 1),
    }


def test_where_all_are_served_nothing_is_counted():
    """Nor where there is no site at all is anybody in reach of one."""
    assert measure([], [], [a_site(1, "32013")]).sites == {}
    assert set(measure([a_class(1, "32013")], ["32013"], []).communes) == {"32013"}


classes = st.lists(
    st.tuples(
        st.sampled_from(COMMUNES),
        st.sampled_from((Level.TROISIEME, Level.CM1)),
        st.frozensets(st.sampled_from((Theme.DIGITAL, Theme.ENERGY, Theme.ROBOTICS))),
        st.integers(0, 120),
        st.booleans(),
    ),
    max_size=12,
)


@given(classes, st.lists(st.sampled_from(COMMUNES), max_size=4))
def test_it_counts_as_one_would_pair_by_pair(asked, works):
    """Whatever the places and journeys."""
    wishes = [
        a_class(row, commune, level=level, themes=themes, max_travel_minutes=minutes, rural=rural)
        for row, (commune, level, themes, minutes, rural) in enumerate(asked, 1)
    ]
    communes = [commune for commune, *_ in asked]
    sites = [a_site(row, commune) for row, commune in enumerate(works, 1)]

    measured = measure(wishes, communes, sites)

    reaching = {site.id: [wish for wish in wishes if reaches(wish, site.place)] for site in sites}
    stranded: dict[str, list[Wish]] = {}
    for wish, commune in zip(wishes, communes, strict=True):
        if not any(wish in near for near in reaching.values()):
            stranded.setdefault(commune, []).append(wish)
    assert measured.sites == {site_id: Like(near) for site_id, near in reaching.items() if near}
    assert measured.communes == {commune: Like(there) for commune, there in stranded.items()}


def reaches(wish: Wish, place: Place) -> bool:
    km = straight_km(wish.latitude, wish.longitude, [place.latitude], [place.longitude])
    mountain = is_mountain(wish.department) or is_mountain(place.department)
    return bool(coach_minutes(km, mountain)[0] <= wish.max_travel_minutes)  # type: ignore[arg-type]


class Like:
    """Equal to the figures of these classes, counted one by one."""

    def __init__(self, wishes: list[Wish]) -> None:
        self.wishes = wishes

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Figures)
        asked = [(theme, wish.level, wish) for wish in self.wishes for theme in wish.themes or (None,)]
        rows = {(row.theme, row.level): (row.classes, row.under_reached) for row in other.rows}
        counted = {
            (theme, level): (
                sum(pair[:2] == (theme, level) for pair in asked),
                sum(pair[:2] == (theme, level) and bool(pair[2].under_reached) for pair in asked),
            )
            for theme, level, _ in asked
        }
        sizes = [row.classes for row in other.rows]
        return (
            rows == counted
            and sizes == sorted(sizes, reverse=True)
            and other.classes == len(self.wishes)
            and other.under_reached == sum(bool(wish.under_reached) for wish in self.wishes)
        )

    __hash__ = None  # type: ignore[assignment]
