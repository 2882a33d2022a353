"""The invented schools: every department by its population, many of them rural, some in priority education."""

from collections.abc import Iterator
from random import Random

from contracts.fields import Contact
from contracts.matchmaker.schools import NewSchool, SchoolSettings
from contracts.reference.places import DEPARTMENTS, Commune, communes_of, is_rural
from contracts.vocabulary import PriorityEducation, SchoolKind
from deploy.demo.chance import stream
from deploy.demo.companies import SPREAD
from deploy.demo.identities import uai
from deploy.demo.sources import school_names

KINDS = (
    *(SchoolKind.ECOLE,) * 50,
    *(SchoolKind.COLLEGE,) * 41,
    *(SchoolKind.LYCEE,) * 20,
    *(SchoolKind.LYCEE_PRO,) * 8,
)
WORDS = {
    SchoolKind.ECOLE: "École",
    SchoolKind.COLLEGE: "Collège",
    SchoolKind.LYCEE: "Lycée",
    SchoolKind.LYCEE_PRO: "Lycée professionnel",
}
# A town of fewer inhabitants has no such school.
SMALLEST = {SchoolKind.ECOLE: 200, SchoolKind.COLLEGE: 1_200, SchoolKind.LYCEE: 5_000, SchoolKind.LYCEE_PRO: 4_000}
PUPILS = {
    SchoolKind.ECOLE: (24, 240),
    SchoolKind.COLLEGE: (180, 700),
    SchoolKind.LYCEE: (350, 1_500),
    SchoolKind.LYCEE_PRO: (180, 600),
}
# Three primary schools of five stand where fewer than 2 000 people live.
RURAL_PRIMARY = 0.6
# Priority networks are found in the larger towns.
TOWN = 9_000
FEWEST_IN_A_DEPARTMENT = 4
# One head of so many wants to approve every booking.
HEADS_WHO_APPROVE = 4


def make_schools(seed: int) -> tuple[NewSchool, ...]:
    """The schools, department by department."""
    chance = stream(seed, "schools")
    kinds = chance.sample(KINDS, len(KINDS))
    names = {kind: iter(chance.sample(pool, len(pool))) for kind, pool in _pools().items()}
    made: list[NewSchool] = []
    for department, number in zip(_departments(len(kinds)), range(1, len(kinds) + 1), strict=True):
        kind = kinds[number - 1]
        name = f"{WORDS[kind]} {next(names[kind])}"
        taken = {school.commune for school in made if school.kind is kind}
        made.append(make_school(department, number, kind, name, taken, chance))
    return tuple(made)


def make_school(
    department: str, number: int, kind: SchoolKind, name: str, taken: set[str], chance: Random
) -> NewSchool:
    """One school in a commune that has none of its kind yet, where there is such a commune."""
    fitting = [one for one in communes_of(department) if one.population >= SMALLEST[kind]]
    if kind is SchoolKind.ECOLE:
        rural = chance.random() < RURAL_PRIMARY
        fitting = [one for one in fitting if is_rural(one) == rural]
    free = [one for one in fitting if one.code not in taken] or fitting
    # The square root, so that small places get their share.
    commune = chance.choices(free, [one.population**0.5 for one in free])[0]
    fewest, most = PUPILS[kind]
    return NewSchool(
        uai=uai(department, number),
        name=name,
        kind=kind,
        commune=commune.code,
        address=f"{commune.postal_codes[0]} {commune.name}",
        latitude=round(commune.latitude + chance.uniform(-SPREAD, SPREAD), 5),
        longitude=round(commune.longitude + chance.uniform(-SPREAD, SPREAD), 5),
        private=chance.random() < 0.15,
        priority=make_priority(kind, commune, chance),
        pupils=chance.randint(fewest, most),
        fictional=True,
    )


def make_settings(school: NewSchool, *, head_approves: bool) -> SchoolSettings:
    """What a school decides for itself: where its mails go, and whether its head approves every booking."""
    return SchoolSettings(
        head_approves=head_approves,
        contact=Contact(name=school.name, email=f"ce.{school.uai.lower()}@ecoles.example"),
        head_contact=Contact(name=f"Direction, {school.name}", email=f"direction.{school.uai.lower()}@ecoles.example"),
    )


def make_priority(kind: SchoolKind, commune: Commune, chance: Random) -> PriorityEducation:
    """The priority network of a school, which lycées have no more."""
    draw = chance.random()
    if kind not in (SchoolKind.ECOLE, SchoolKind.COLLEGE) or commune.population < TOWN:
        return PriorityEducation.NONE
    if draw < 0.2:
        return PriorityEducation.REP_PLUS
    return PriorityEducation.REP if draw < 0.6 else PriorityEducation.NONE


def _pools() -> dict[SchoolKind, tuple[str, ...]]:
    names = school_names()
    return {
        SchoolKind.ECOLE: names.primary,
        SchoolKind.COLLEGE: names.college,
        SchoolKind.LYCEE: names.lycee,
        SchoolKind.LYCEE_PRO: names.lycee_pro,
    }


def _departments(schools: int) -> Iterator[str]:
    """Each department as often as it gets a school: a few for all, the rest by population (largest remainders)."""
    people = {code: sum(one.population for one in communes_of(code)) for code in DEPARTMENTS}
    left = schools - FEWEST_IN_A_DEPARTMENT * len(DEPARTMENTS)
    shares = {code: left * people[code] / sum(people.values()) for code in DEPARTMENTS}
    whole = {code: int(share) for code, share in shares.items()}
    by_rest = sorted(DEPARTMENTS, key=lambda code: whole[code] - shares[code])
    for code in by_rest[: left - sum(whole.values())]:
        whole[code] += 1
    for code in DEPARTMENTS:
        yield from [code] * (FEWEST_IN_A_DEPARTMENT + whole[code])
