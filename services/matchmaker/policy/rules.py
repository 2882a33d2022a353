"""Which policies are refused, and what becomes of one that is not.

Only what cannot be meant is refused: what contradicts itself whatever the region asks and gives. A floor that no choice
can reach today is no contradiction (another slot may open tomorrow): a dry run and every run say how much lacks.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from contracts.caller import Caller
from contracts.errors import FieldError
from contracts.faults import blank_faults, fault, refuse, repetition_faults
from contracts.matchmaker.policies import NewPolicy, Policy, PolicySettings
from contracts.reference.places import DEPARTMENTS

# What a visit of any class, and a partnership of any two, can score by. Were all of these 0, those that no bonus
# favours would be worth nothing, and never be proposed.
VISIT_WEIGHTS: Final = ("theme", "travel", "fill", "freshness", "first_visit")
PARTNERSHIP_WEIGHTS: Final = (
    "theme",
    "level",
    "closeness",
    "availability",
    "answers",
    "first_partner_company",
    "first_partner_association",
)


def check_settings(settings: PolicySettings) -> None:
    """Raise Invalid with everything in the settings that cannot be meant."""
    refuse(_settings_faults(settings))


def change_policy(known: Policy, new: NewPolicy, caller: Caller, now: datetime) -> Policy:
    """The next version of the policy, or the known one where nothing differs; raises Invalid with every wrong field."""
    refuse((*_settings_faults(new.settings), *blank_faults("reason", new.reason)))
    if new.settings == known.settings:
        return known
    return Policy(
        id=known.id,
        version=known.version + 1,
        settings=new.settings,
        reason=new.reason.strip(),
        changed_by=caller.key_id,
        changed_at=now,
    )


def shown_to(policy: Policy, caller: Caller) -> Policy:
    """The policy as the caller may see it: which key made it is for the Region to know."""
    return policy if caller.is_coordinator else replace(policy, changed_by="")


def _settings_faults(settings: PolicySettings) -> Iterator[FieldError]:
    yield from _weight_faults(settings)
    yield from _floor_faults(settings)
    yield from repetition_faults("settings.under_reached_by", settings.under_reached_by)


def _weight_faults(settings: PolicySettings) -> Iterator[FieldError]:
    for en, fr, names in (
        ("visit", "visite", VISIT_WEIGHTS),
        ("partnership", "partenariat", PARTNERSHIP_WEIGHTS),
    ):
        if not any(getattr(settings.weights, name) for name in names):
            words = ", ".join(names)
            yield fault(
                "settings.weights",
                f"Every weight that any {en} can score by is 0, so that most would be worth nothing: give one of these"
                f" more than 0: {words}.",
                f"Tous les poids qui comptent pour chaque {fr} sont à 0, la plupart ne vaudraient rien : donnez plus de"
                f" 0 à l'un de ceux-ci : {words}.",
            )


def _floor_faults(settings: PolicySettings) -> Iterator[FieldError]:
    rates: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for place, floor in enumerate(settings.floors):
        field = f"settings.floors[{place}]"
        if floor.territory not in DEPARTMENTS:
            codes = ", ".join(DEPARTMENTS)
            yield fault(
                f"{field}.territory",
                f"«{floor.territory}» is no department of Occitanie: give one of {codes}.",
                f"« {floor.territory} » n'est pas un département d'Occitanie : donnez l'un de {codes}.",
            )
        told = rates[floor.territory, floor.under_reached]
        if floor.lowest_rate in told:
            yield fault(
                field,
                f"The floor of this cell stands here already, {floor.lowest_rate:g} too: leave one of the two out.",
                f"Le plancher de ce groupe figure déjà, à {floor.lowest_rate:g} aussi : retirez l'un des deux.",
            )
        elif told:
            yield fault(
                f"{field}.lowest_rate",
                f"This cell has the floor {told[0]:g} already, and now {floor.lowest_rate:g}: they contradict each"
                " other, keep one.",
                f"Ce groupe a déjà le plancher {told[0]:g}, et maintenant {floor.lowest_rate:g} : ils se contredisent,"
                " gardez-en un.",
            )
        told.append(floor.lowest_rate)
