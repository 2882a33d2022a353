"""The closed lists of words that every service, URL, table and page shares.

A word that has a code also has its French and English label here, once. Codes of an official
nomenclature (ROME, NAF, communes) are in `contracts/reference/`; states and who may move them
are in `contracts/machines.py`.
"""

from enum import StrEnum


class Level(StrEnum):
    """A class's level, from the last years of primary school to BTS (national education codes)."""

    CM1 = "CM1"
    CM2 = "CM2"
    SIXIEME = "6E"
    CINQUIEME = "5E"
    QUATRIEME = "4E"
    TROISIEME = "3E"
    TROISIEME_PREPA_METIERS = "3PM"
    SECONDE_GT = "2GT"
    PREMIERE_G = "1G"
    TERMINALE_G = "TG"
    PREMIERE_T = "1T"
    TERMINALE_T = "TT"
    SECONDE_PRO = "2PRO"
    PREMIERE_PRO = "1PRO"
    TERMINALE_PRO = "TPRO"
    CAP1 = "CAP1"
    CAP2 = "CAP2"
    BTS1 = "BTS1"
    BTS2 = "BTS2"


class SchoolKind(StrEnum):
    """What a school is; it decides which levels it may ask for."""

    ECOLE = "ecole"
    COLLEGE = "college"
    LYCEE = "lycee"
    LYCEE_PRO = "lycee_pro"
    EREA = "erea"
    MFR = "mfr"


class Theme(StrEnum):
    """What a visit, a capacity or a wish is about: the industries of the region, in plain words."""

    AEROSPACE = "aerospace"
    AGRI_FOOD = "agri_food"
    AUTOMOTIVE_RAIL = "automotive_rail"
    CHEMISTRY_MATERIALS = "chemistry_materials"
    CONSTRUCTION_WOOD = "construction_wood"
    DIGITAL = "digital"
    ELECTRONICS = "electronics"
    ENERGY = "energy"
    HEALTH_BIOTECH = "health_biotech"
    LOGISTICS = "logistics"
    MECHANICS_METAL = "mechanics_metal"
    ROBOTICS = "robotics"
    TEXTILE_LEATHER = "textile_leather"
    WATER_WASTE = "water_waste"


class VisitFormat(StrEnum):
    """Where a visit takes place."""

    ON_SITE = "on_site"
    IN_CLASS = "in_class"
    REMOTE = "remote"


class Weekday(StrEnum):
    """The school week's days, Monday to Friday."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"


class JobNeedKind(StrEnum):
    """What a company recruits for; the first three are for pupils, with a company's own contract."""

    OBSERVATION = "observation"
    STAGE_2DE = "stage_2de"
    PFMP = "pfmp"
    STAGE_BTS_LICENCE = "stage_bts_licence"
    ALTERNANCE = "alternance"
    CDD = "cdd"
    CDI = "cdi"


class AccessNeed(StrEnum):
    """A kind of access that a site offers, or that some pupils of a class need."""

    MOTOR = "motor"
    VISUAL = "visual"
    HEARING = "hearing"
    MENTAL = "mental"


class PriorityEducation(StrEnum):
    """Whether a school belongs to a priority education network."""

    NONE = "none"
    REP = "rep"
    REP_PLUS = "rep_plus"


class OrganisationKind(StrEnum):
    """Whom a key or an account acts for."""

    COMPANY = "company"
    ASSOCIATION = "association"
    SCHOOL = "school"
    REGION = "region"


class Role(StrEnum):
    """What the holder of a key may decide for its organisation."""

    COMPANY = "company"
    ASSOCIATION = "association"
    TEACHER = "teacher"
    HEAD = "head"
    COORDINATOR = "coordinator"


LEVEL_LABELS: dict[Level, tuple[str, str]] = {
    Level.CM1: ("CM1", "CM1 (age 9)"),
    Level.CM2: ("CM2", "CM2 (age 10)"),
    Level.SIXIEME: ("Sixième", "6e (age 11)"),
    Level.CINQUIEME: ("Cinquième", "5e (age 12)"),
    Level.QUATRIEME: ("Quatrième", "4e (age 13)"),
    Level.TROISIEME: ("Troisième", "3e (age 14)"),
    Level.TROISIEME_PREPA_METIERS: (
        "Troisième prépa-métiers",
        "3e, vocational preparation (age 14)",
    ),
    Level.SECONDE_GT: (
        "Seconde générale et technologique",
        "2de, general and technological (age 15)",
    ),
    Level.PREMIERE_G: ("Première générale", "1re, general (age 16)"),
    Level.TERMINALE_G: ("Terminale générale", "Terminale, general (age 17)"),
    Level.PREMIERE_T: ("Première technologique", "1re, technological (age 16)"),
    Level.TERMINALE_T: ("Terminale technologique", "Terminale, technological (age 17)"),
    Level.SECONDE_PRO: ("Seconde professionnelle", "2de, vocational (age 15)"),
    Level.PREMIERE_PRO: ("Première professionnelle", "1re, vocational (age 16)"),
    Level.TERMINALE_PRO: ("Terminale professionnelle", "Terminale, vocational (age 17)"),
    Level.CAP1: ("CAP, 1re année", "CAP, first year (age 15)"),
    Level.CAP2: ("CAP, 2e année", "CAP, second year (age 16)"),
    Level.BTS1: ("BTS, 1re année", "BTS, first year (age 18)"),
    Level.BTS2: ("BTS, 2e année", "BTS, second year (age 19)"),
}

# The youngest age usual in each level, in years: what a site's minimum age is held against.
LEVEL_AGES: dict[Level, int] = {
    Level.CM1: 9,
    Level.CM2: 10,
    Level.SIXIEME: 11,
    Level.CINQUIEME: 12,
    Level.QUATRIEME: 13,
    Level.TROISIEME: 14,
    Level.TROISIEME_PREPA_METIERS: 14,
    Level.SECONDE_GT: 15,
    Level.PREMIERE_G: 16,
    Level.TERMINALE_G: 17,
    Level.PREMIERE_T: 16,
    Level.TERMINALE_T: 17,
    Level.SECONDE_PRO: 15,
    Level.PREMIERE_PRO: 16,
    Level.TERMINALE_PRO: 17,
    Level.CAP1: 15,
    Level.CAP2: 16,
    Level.BTS1: 18,
    Level.BTS2: 19,
}

_LYCEE_GT = (
    Level.SECONDE_GT,
    Level.PREMIERE_G,
    Level.TERMINALE_G,
    Level.PREMIERE_T,
    Level.TERMINALE_T,
    Level.BTS1,
    Level.BTS2,
)
_LYCEE_PRO = (
    Level.TROISIEME_PREPA_METIERS,
    Level.SECONDE_PRO,
    Level.PREMIERE_PRO,
    Level.TERMINALE_PRO,
    Level.CAP1,
    Level.CAP2,
    Level.BTS1,
    Level.BTS2,
)
_COLLEGE = (
    Level.SIXIEME,
    Level.CINQUIEME,
    Level.QUATRIEME,
    Level.TROISIEME,
    Level.TROISIEME_PREPA_METIERS,
)

# Many lycées are "polyvalent": a lycée may therefore ask for vocational levels too.
LEVELS_OF_SCHOOL: dict[SchoolKind, tuple[Level, ...]] = {
    SchoolKind.ECOLE: (Level.CM1, Level.CM2),
    SchoolKind.COLLEGE: _COLLEGE,
    SchoolKind.LYCEE: tuple(dict.fromkeys(_LYCEE_GT + _LYCEE_PRO)),
    SchoolKind.LYCEE_PRO: _LYCEE_PRO,
    SchoolKind.EREA: tuple(dict.fromkeys(_COLLEGE + _LYCEE_PRO)),
    SchoolKind.MFR: tuple(dict.fromkeys((Level.QUATRIEME, Level.TROISIEME, *_LYCEE_PRO))),
}

THEME_LABELS: dict[Theme, tuple[str, str]] = {
    Theme.AEROSPACE: ("Aéronautique et espace", "Aerospace"),
    Theme.AGRI_FOOD: ("Agroalimentaire", "Food industry"),
    Theme.AUTOMOTIVE_RAIL: ("Automobile et ferroviaire", "Automotive and rail"),
    Theme.CHEMISTRY_MATERIALS: ("Chimie et matériaux", "Chemistry and materials"),
    Theme.CONSTRUCTION_WOOD: ("Construction et bois", "Construction and wood"),
    Theme.DIGITAL: ("Numérique", "Digital"),
    Theme.ELECTRONICS: ("Électronique", "Electronics"),
    Theme.ENERGY: ("Énergie", "Energy"),
    Theme.HEALTH_BIOTECH: ("Santé et biotechnologies", "Health and biotechnology"),
    Theme.LOGISTICS: ("Logistique", "Logistics"),
    Theme.MECHANICS_METAL: ("Mécanique et métallurgie", "Mechanics and metalworking"),
    Theme.ROBOTICS: ("Robotique", "Robotics"),
    Theme.TEXTILE_LEATHER: ("Textile et cuir", "Textile and leather"),
    Theme.WATER_WASTE: ("Eau et recyclage", "Water and recycling"),
}
