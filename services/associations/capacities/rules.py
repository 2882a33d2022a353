"""When and where an association can give mediation, and how a capacity moves.

Days are days in Europe/Paris: a capacity is given until the midnight that ends its last day there.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.associations.capacities import Capacity, CapacityChange, NewCapacity
from contracts.associations.profiles import Association
from contracts.associations.territory import department_faults
from contracts.errors import FieldError, NotFound, TransitionRefused, Wording
from contracts.faults import blank_faults, fault, refuse, repetition_faults
from contracts.local_time import local_day, start_of_day
from contracts.machines import CAPACITY, COORDINATOR, SYSTEM

SUSPENDED = Wording(
    "a suspended association gives no mediation", "une association suspendue ne propose pas de médiation"
)
# A shadow has not said a word yet: what stands on the map for it is the Region's word.
NOT_YET_APPROVED = Wording(
    "a coordinator has to approve the association first, or publish for it",
    "une personne de la Région doit d'abord approuver l'association, ou publier pour elle",
)


def new_capacity(
    new: NewCapacity, association: Association, actors: frozenset[str], capacity_id: UUID, now: datetime
) -> Capacity:
    """The capacity that an association publishes; without a territory it is given in the association's departments.

    Raises TransitionRefused for a suspended or unclaimed association, Invalid with every wrong field.
    """
    _check_may_publish(association.state, actors)
    departments = new.departments or (association.departments if new.radius_km is None else ())
    capacity = Capacity(
        id=capacity_id,
        fictional=association.fictional,
        association_id=association.id,
        association_name=association.name,
        place=association.place,
        state="published",
        created_at=now,
        **{**asdict(new), "departments": departments},
    )
    return _checked(capacity, local_day(now))


def changed_capacity(
    capacity: Capacity, change: CapacityChange, actors: frozenset[str], now: datetime, promised: int = 0
) -> Capacity:
    """The capacity with its change, itself where nothing differs; raises TransitionRefused, NotYours, Invalid.

    Departments given alone take the place of a radius, and the other way round. `promised` is how many of its
    interventions are taken.
    """
    CAPACITY.step(capacity.state, "change", actors)
    given = {field: value for field, value in asdict(change).items() if value is not UNSET}
    if given.get("departments"):
        given.setdefault("radius_km", None)
    elif given.get("radius_km") is not None:
        given.setdefault("departments", ())
    edited = _checked(replace(capacity, **given), local_day(now), promised)
    return capacity if edited == capacity else replace(edited, version=capacity.version + 1)


def withdrawn_capacity(capacity: Capacity, action: str, reason: str, actors: frozenset[str]) -> Capacity:
    """The capacity withdrawn; raises Invalid for an unknown action, NotYours, TransitionRefused."""
    state = CAPACITY.move(capacity.state, action, actors)
    return replace(capacity, version=capacity.version + 1, state=state, reason=reason.strip())


def expired_capacity(capacity: Capacity, now: datetime) -> Capacity | None:
    """The capacity once its period has passed; None where it still lasts, or is no longer given anyway."""
    if now < end_of(capacity) or "expire" not in CAPACITY.allowed(capacity.state, {SYSTEM}):
        return None
    state = CAPACITY.step(capacity.state, "expire", {SYSTEM})
    return replace(capacity, version=capacity.version + 1, state=state)


def refreshed_capacity(capacity: Capacity, association: Association) -> Capacity:
    """The capacity with its association's present name and place, itself where both are the same."""
    fresh = replace(capacity, association_name=association.name, place=association.place)
    return capacity if fresh == capacity else replace(fresh, version=capacity.version + 1)


def end_of(capacity: Capacity) -> datetime:
    """The first instant at which the capacity is no longer given."""
    return start_of_day(capacity.until_date + timedelta(days=1))


def shown_to(capacity: Capacity, association_state: str, actors: frozenset[str]) -> Capacity:
    """The capacity with what these actors may do; raises NotFound.

    One that is over, or of a suspended association, is seen by its association and the Region alone.
    """
    if not actors and (capacity.state != "published" or association_state == "suspended"):
        raise NotFound(thing="capacity", id=str(capacity.id))
    return replace(capacity, allowed_actions=CAPACITY.allowed(capacity.state, actors))


def _check_may_publish(state: str, actors: frozenset[str]) -> None:
    if state == "suspended":
        raise TransitionRefused(action="publish", state=state, rule=SUSPENDED, allowed_actions=())
    if state == "shadow" and COORDINATOR not in actors:
        raise TransitionRefused(action="publish", state=state, rule=NOT_YET_APPROVED, allowed_actions=())


def _checked(capacity: Capacity, today: date, promised: int = 0) -> Capacity:
    """The capacity, its title trimmed; raises Invalid with every wrong field."""
    refuse(
        (
            *blank_faults("title", capacity.title),
            *repetition_faults("themes", capacity.themes),
            *repetition_faults("levels", capacity.levels),
            *repetition_faults("weekdays", capacity.weekdays),
            *repetition_faults("formats", capacity.formats),
            *_date_faults(capacity, today),
            *_territory_faults(capacity),
            *_promise_faults(capacity, promised),
        )
    )
    return replace(capacity, title=capacity.title.strip())


def _date_faults(capacity: Capacity, today: date) -> Iterator[FieldError]:
    if capacity.until_date < capacity.from_date:
        yield fault(
            "until_date",
            f"{capacity.until_date} comes before from_date, {capacity.from_date}: give a later day.",
            f"Le {capacity.until_date} précède from_date, le {capacity.from_date} : indiquez un jour ultérieur.",
        )
    elif capacity.until_date < today:
        yield fault(
            "until_date",
            f"{capacity.until_date} has passed: give today or a later day.",
            f"Le {capacity.until_date} est passé : indiquez aujourd'hui ou un jour ultérieur.",
        )


def _territory_faults(capacity: Capacity) -> Iterator[FieldError]:
    if capacity.departments and capacity.radius_km is not None:
        yield fault(
            "radius_km",
            "Give departments or radius_km, not both.",
            "Indiquez departments ou radius_km, pas les deux.",
        )
    if not capacity.departments and capacity.radius_km is None:
        yield fault(
            "departments",
            "Say where: give departments, or radius_km around the association's seat.",
            "Dites où : indiquez departments, ou radius_km autour du siège de l'association.",
        )
    yield from department_faults(capacity.departments)


def _promise_faults(capacity: Capacity, promised: int) -> Iterator[FieldError]:
    if capacity.interventions < promised:
        yield fault(
            "interventions",
            f"{promised} interventions are promised already: give {promised} at least, or withdraw some of them first.",
            f"{promised} interventions sont déjà promises : indiquez-en au moins {promised}, ou retirez-en d'abord.",
        )
