"""What the three documented files say, row by row: loaded, left out, or refused with line and reason."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.associations.profiles import NewAssociation
from contracts.companies.profiles import CompanyRow
from contracts.fields import Contact
from contracts.matchmaker.schools import NewSchool
from contracts.vocabulary import PriorityEducation, SchoolKind, Theme
from deploy.imports.associations import ASSOCIATIONS
from deploy.imports.companies import COMPANIES
from deploy.imports.layout import Loadable, Remark, Source, read_items, recognise
from deploy.imports.schools import SCHOOLS
from deploy.imports.table import FileRefused, open_table

SAMPLES = Path(__file__).parents[3] / "deploy" / "imports" / "samples"
OFFICIAL = (
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;"
    "Code_commune;Ecole_elementaire;Voie_generale;Voie_technologique;Voie_professionnelle;"
    "Appartenance_Education_Prioritaire;Nombre_d_eleves;latitude;longitude;libelle_nature"
)
EXTRACT = (
    "uai,nom,type,nature_lib,secteur,commune_insee,code_postal,lat,lon,ep,voie_generale,voie_techno,voie_pro,effectif"
)


def read(source: Source[Any], folder: Path, *lines: str) -> list[Any]:
    """What a file of these lines holds."""
    path = folder / "file.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_file(source, path)


def read_file(source: Source[Any], path: Path) -> list[Any]:
    table = open_table(path)
    return list(read_items(source, recognise(source, table), table))


def test_a_school_of_the_official_directory(tmp_path: Path):
    """Every column that matters arrives in its field."""
    row = "0310024h;Collège Jean Exemple;Collège;Privé;1 rue Haute;31000;31555;;;;;REP+;412;43.6;1.44;COLLEGE"

    (loaded,) = read(SCHOOLS, tmp_path, OFFICIAL, row)

    assert loaded == Loadable(
        2,
        NewSchool(
            uai="0310024H",
            name="Collège Jean Exemple",
            kind=SchoolKind.COLLEGE,
            commune="31555",
            address="1 rue Haute 31000",
            latitude=43.6,
            longitude=1.44,
            private=True,
            priority=PriorityEducation.REP_PLUS,
            pupils=412,
        ),
    )


@pytest.mark.parametrize(
    ("kind", "nature", "tracks", "expected"),
    [
        ("lycee", "LYCEE POLYVALENT", "1,1,1", SchoolKind.LYCEE),
        ("lycee", "LYCEE PROFESSIONNEL", "0,0,1", SchoolKind.LYCEE_PRO),
        ("lycee", "LYCEE PROFESSIONNEL", "0,0,0", SchoolKind.LYCEE_PRO),
        ("lycee", "SECTION D ENSEIGNEMENT PROFESSIONNEL", "0,0,0", SchoolKind.LYCEE_PRO),
        ("lycee", "LYCEE D ENSEIGNEMENT GENERAL", "0,0,0", SchoolKind.LYCEE),
        ("ecole", "ECOLE DE NIVEAU ELEMENTAIRE", "0,0,0", SchoolKind.ECOLE),
        ("mfr", "MAISON FAMILIALE RURALE EDUCATION ORIENT", "0,0,0", SchoolKind.MFR),
        ("erea", "", "0,0,0", SchoolKind.EREA),
    ],
)
def test_what_a_school_is(tmp_path: Path, kind: str, nature: str, tracks: str, expected: SchoolKind):
    """Type, nature and tracks decide together; a lycée with the vocational track alone is a vocational one."""
    (loaded,) = read(SCHOOLS, tmp_path, EXTRACT, f"0310024H,Nom,{kind},{nature},public,31555,31000,,,,{tracks},")

    assert loaded.item.kind is expected


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0310024H,IME,medico_social,,public,31555,31000,,,,0,0,0,", "medico-social"),
        ("0310024H,CIO,cio,,public,31555,31000,,,,0,0,0,", "information centre"),
        ("0310024H,Nom,college,,public,75056,75000,,,,0,0,0,", "outside Occitanie"),
        ("0310024H,Nom,cfa,,public,31555,31000,,,,0,0,0,", "the type cfa"),
    ],
)
def test_what_books_no_visit_is_left_out(tmp_path: Path, row: str, reason: str):
    """Left out is not refused: the row is right, but of no use here."""
    (remark,) = read(SCHOOLS, tmp_path, EXTRACT, row)

    assert isinstance(remark, Remark)
    assert not remark.refused
    assert reason in remark.reason


def test_a_nursery_school_of_the_official_directory_is_left_out(tmp_path: Path):
    """It has no class from CM1 on."""
    row = "0310024H;Maternelle;Ecole;Public;;31000;31555;0;;;;;80;;;ECOLE MATERNELLE"

    (remark,) = read(SCHOOLS, tmp_path, OFFICIAL, row)

    assert remark == Remark(2, False, "a nursery school has no class from CM1 on")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0310024A,Nom,college,,public,31555,31000,,,,0,0,0,", "column uai: UAI 0310024A fails its check letter"),
        ("0310024H,,college,,public,31555,31000,,,,0,0,0,", "column nom is empty"),
        ("0310024H,Nom,college,,public,toulouse,31000,,,,0,0,0,", "column commune_insee: 'toulouse' is not an INSEE"),
        ("0310024H,Nom,college,,public,31555,31000,north,1.4,,0,0,0,", "column lat: 'north' is not a number"),
        ("0310024H,Nom,college,,public,31555,31000,143,1.4,,0,0,0,", "column lat must be 90.0 at most"),
        ("0310024H,Nom,college,,public,31555,31000,,,,0,0,0,-3", "column effectif must be 0 at least"),
        ("0310024H,Nom,college,,public,31555,31000,,,,0,0,0,2.5", "column effectif: '2.5' is not a whole number"),
        ("0310024H,Nom,college,,public,31555,31000,,,,x,0,0,", "column voie_generale: 'x' is neither yes nor no"),
        (f"0310024H,{'N' * 201},college,,public,31555,31000,,,,0,0,0,", "column nom is too long: 200 at most"),
        ("0310024H,Nom", "2 cells where the header has 14"),
    ],
)
def test_a_wrong_row_is_refused_and_the_rest_is_read(tmp_path: Path, row: str, reason: str):
    """The reason names the column; the line is the one that an editor shows."""
    right = "0310025J,Nom,college,,public,31555,31000,,,,0,0,0,"

    remark, loaded = read(SCHOOLS, tmp_path, EXTRACT, row, right)

    assert (remark.line, remark.refused) == (2, True)
    assert reason in remark.reason
    assert (loaded.line, loaded.item.uai) == (3, "0310025J")


def test_a_file_cannot_say_two_things_of_one_school(tmp_path: Path):
    """The first row counts, so that loading the file again changes nothing."""
    row = "0310024H,{},college,,public,31555,31000,,,,0,0,0,"

    first, second = read(SCHOOLS, tmp_path, EXTRACT, row.format("Un"), row.format("Deux"))

    assert first.item.name == "Un"
    assert second == Remark(3, True, "0310024H stands already in line 2")


def test_the_sample_of_companies_is_read_whole():
    """What the documentation offers as an example works."""
    rows = read_file(COMPANIES, SAMPLES / "companies.csv")

    assert all(isinstance(row, Loadable) and row.item.fictional for row in rows)
    assert rows[0].item == CompanyRow(
        siret="00099901100018",
        name="Atelier d'exemple Garonne-Nord",
        commune="31555",
        activity_code="28.22Z",
        activity_nomenclature="naf_rev2",
        site_name="Siège",
        address="1 rue de l'Exemple",
        latitude=43.6045,
        longitude=1.444,
        description="Entreprise inventée : assemble des convoyeurs pour l'agroalimentaire.",
        website="https://example.org",
        contact=Contact(name="Camille Exemple", email="contact@example.org"),
        fictional=True,
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("00099901100018,,31555,,,", "column name is empty"),
        ("00099901100019,Nom,31555,,,", "column siret: SIRET 00099901100019 fails its check digit"),
        ("00099901100018,Nom,,,,", "column commune is empty"),
        ("00099901100018,Nom,31555,28.22Z,,", "column activity_code: '' is no nomenclature"),
        ("00099901100018,Nom,31555,28.22Z,naf_2025,", "column activity_code: 28.22Z is a code of NAF rév. 2"),
        ("00099901100018,Nom,31555,,,a@example.org", "a contact needs contact_name and contact_email"),
    ],
)
def test_a_wrong_company_is_refused(tmp_path: Path, cells: str, reason: str):
    """One row is one site; each complaint names its column."""
    header = "siret,name,commune,activity_code,activity_nomenclature,contact_email"

    (remark,) = read(COMPANIES, tmp_path, header, cells)

    assert remark.refused
    assert reason in remark.reason


def test_the_sample_of_associations_is_read_whole():
    """What the documentation offers as an example works."""
    rows = read_file(ASSOCIATIONS, SAMPLES / "associations.csv")

    assert all(isinstance(row, Loadable) and row.item.fictional for row in rows)
    assert rows[0].item.themes == (Theme.AEROSPACE, Theme.ROBOTICS)
    assert rows[1].item == NewAssociation(
        name="Sciences d'exemple en Lozère",
        commune="48095",
        siren="000999037",
        themes=(Theme.WATER_WASTE, Theme.ENERGY),
        departments=("48", "12"),
        partners_wanted=2,
        description="Association inventée : itinérance scientifique en montagne.",
        fictional=True,
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("Nom,31555,,,", "columns rna and siren are both empty"),
        ("Nom,31555,X31,,", "column rna: 'X31' is not a RNA number"),
        ("Nom,31555,W313012345,magic,", "column themes may not hold 'magic'"),
        ("Nom,31555,W313012345,,21", "column partners_wanted must be 20 at most"),
    ],
)
def test_a_wrong_association_is_refused(tmp_path: Path, cells: str, reason: str):
    """Each complaint names its column."""
    (remark,) = read(ASSOCIATIONS, tmp_path, "name,commune,rna,themes,partners_wanted", cells)

    assert remark.refused
    assert reason in remark.reason


def test_a_file_without_its_columns_is_refused(tmp_path: Path):
    """The sentence names the columns of the layout that comes nearest."""
    with pytest.raises(FileRefused, match="lacks the columns commune_insee of the prepared extract"):
        read(SCHOOLS, tmp_path, "uai,nom,type", "0310024H,Nom,college")


def test_the_real_schools_are_all_understood(real_data: Callable[[str], Path]):
    """Of 4 908 rows none is refused: 231 institutions book no visit, all others are loaded."""
    rows = read_file(SCHOOLS, real_data("ecoles.csv"))

    outcomes = Counter("loaded" if isinstance(row, Loadable) else "refused" if row.refused else "out" for row in rows)
    assert outcomes == {"loaded": 4677, "out": 231}
