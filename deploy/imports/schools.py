"""Schools from the official directory ("Annuaire de l'éducation" of data.education.gouv.fr), or an extract of it.

The header says which of the two a file is. Loaded are the schools of Occitanie that have classes from CM1 to BTS;
nursery schools, information centres (CIO), medico-social and administrative institutions are left out.

The official directory, delimiter ;             the prepared extract, delimiter ,
  Identifiant_de_l_etablissement  required        uai            required
  Nom_etablissement               required        nom            required
  Type_etablissement              required        type           required
  Code_commune                    required        commune_insee  required
  latitude, longitude                             lat, lon
  Adresse_1, Code_postal                          code_postal
  Statut_public_prive                             secteur
  Appartenance_Education_Prioritaire              ep
  Nombre_d_eleves                                 effectif
  libelle_nature                                  nature_lib
  Ecole_elementaire
  Voie_generale, Voie_technologique,              voie_generale, voie_techno,
  Voie_professionnelle                            voie_pro
"""

import unicodedata
from collections.abc import Sequence

from contracts.identifiers import check_commune, check_uai
from contracts.matchmaker.schools import ImportSchools, NewSchool
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import PriorityEducation, SchoolKind
from deploy.imports.cells import Cells, RowLeftOut, flag, identifier, made, number, required, whole_number
from deploy.imports.layout import Layout, Source

KINDS = {
    "ecole": SchoolKind.ECOLE,
    "college": SchoolKind.COLLEGE,
    "lycee": SchoolKind.LYCEE,
    "erea": SchoolKind.EREA,
    "mfr": SchoolKind.MFR,
}
NO_SCHOOLS = {
    "medico social": "a medico-social institution has no class of its own that books",
    "cio": "an information centre has no classes",
    "information et orientation": "an information centre has no classes",
    "service administratif": "an administrative office has no classes",
}
# Sections and schools of vocational training that the directory's three tracks do not always mark.
VOCATIONAL_NATURES = ("lycee professionnel", "section d enseignement professionnel")
PRIORITIES = {"": PriorityEducation.NONE, "rep": PriorityEducation.REP, "rep+": PriorityEducation.REP_PLUS}


def plain(text: str) -> str:
    """A word of the directory without case, accents and hyphens, which its editions spell in different ways."""
    bare = unicodedata.normalize("NFD", text.lower().replace("-", " ").replace("_", " "))
    return "".join(character for character in bare if not unicodedata.combining(character)).strip()


def kind_of(kind: str, nature: str, *, general: bool, technological: bool, vocational: bool) -> SchoolKind:
    """What a school is, from the directory's type, nature and tracks; RowLeftOut for what books no visit."""
    plain_kind, plain_nature = plain(kind), plain(nature)
    if plain_kind in NO_SCHOOLS:
        raise RowLeftOut(NO_SCHOOLS[plain_kind])
    if plain_nature.startswith("maison familiale"):
        return SchoolKind.MFR
    if plain_kind not in KINDS:
        raise RowLeftOut(f"the type {kind or '(empty)'} is no school that books")
    found = KINDS[plain_kind]
    only_vocational = vocational and not general and not technological
    untold = not (general or technological or vocational)
    if found is SchoolKind.LYCEE and (only_vocational or (untold and plain_nature in VOCATIONAL_NATURES)):
        return SchoolKind.LYCEE_PRO
    return found


def read_official(cells: Cells) -> NewSchool:
    """A row of the official directory."""
    commune = identifier(cells, "code_commune", check_commune)
    refuse_elsewhere(commune)
    nursery = cells.get("ecole_elementaire") == "0" and plain(cells["type_etablissement"]) == "ecole"
    if nursery:
        raise RowLeftOut("a nursery school has no class from CM1 on")
    kind = kind_of(
        cells["type_etablissement"],
        cells.get("libelle_nature", ""),
        general=flag(cells, "voie_generale"),
        technological=flag(cells, "voie_technologique"),
        vocational=flag(cells, "voie_professionnelle"),
    )
    priority = cells.get("appartenance_education_prioritaire", "")
    return made(
        NewSchool,
        {
            "uai": identifier(cells, "identifiant_de_l_etablissement", check_uai),
            "name": required(cells, "nom_etablissement"),
            "kind": kind,
            "commune": commune,
            "address": " ".join(filter(None, (cells.get("adresse_1"), cells.get("code_postal")))),
            "latitude": number(cells, "latitude"),
            "longitude": number(cells, "longitude"),
            "private": plain(cells.get("statut_public_prive", "")) == "prive",
            "priority": PRIORITIES.get(plain(priority), PriorityEducation.NONE),
            "pupils": whole_number(cells, "nombre_d_eleves"),
        },
        {"name": "nom_etablissement", "pupils": "nombre_d_eleves", "address": "adresse_1"},
    )


def read_extract(cells: Cells) -> NewSchool:
    """A row of the prepared extract."""
    commune = identifier(cells, "commune_insee", check_commune)
    refuse_elsewhere(commune)
    kind = kind_of(
        cells["type"],
        cells.get("nature_lib", ""),
        general=flag(cells, "voie_generale"),
        technological=flag(cells, "voie_techno"),
        vocational=flag(cells, "voie_pro"),
    )
    return made(
        NewSchool,
        {
            "uai": identifier(cells, "uai", check_uai),
            "name": required(cells, "nom"),
            "kind": kind,
            "commune": commune,
            "address": cells.get("code_postal", ""),
            "latitude": number(cells, "lat"),
            "longitude": number(cells, "lon"),
            "private": plain(cells.get("secteur", "")) == "prive",
            "priority": PRIORITIES.get(plain(cells.get("ep", "")), PriorityEducation.NONE),
            "pupils": whole_number(cells, "effectif"),
        },
        {"name": "nom", "pupils": "effectif", "latitude": "lat", "longitude": "lon"},
    )


def refuse_elsewhere(commune: str) -> None:
    """Leave out what lies outside Occitanie: the official file holds all of France."""
    if commune and commune[:2] not in DEPARTMENTS:
        raise RowLeftOut("outside Occitanie")


def command(schools: Sequence[NewSchool]) -> ImportSchools:
    """The command that loads some schools."""
    return ImportSchools(schools=tuple(schools))


SCHOOLS = Source(
    name="schools",
    layouts=(
        Layout(
            "the official directory",
            ("Identifiant_de_l_etablissement", "Nom_etablissement", "Type_etablissement", "Code_commune"),
            read_official,
        ),
        Layout("the prepared extract", ("uai", "nom", "type", "commune_insee"), read_extract),
    ),
    key=lambda school: school.uai,
    command=command,
    batch=500,
)
