"""What jobs and activities are called, with and without the official lists."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.identifiers import IdentifierRefused, check_rome
from contracts.reference.code_files import load_appellations, load_naf, load_rome, save
from contracts.reference.codes import (
    FOLDER_VARIABLE,
    ActivityCode,
    CodesUnreadable,
    NafNomenclature,
    activity_label,
    check_activity_code,
    check_known_rome,
    find_list,
    nomenclature_of,
    rome_label,
)
from contracts.reference.industrial_jobs import INDUSTRIAL_JOBS

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of codes as France Travail names them."""

    def written(text: str) -> Path:
        path = tmp_path / "unix_referentiel_code_rome_v460_utf8.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of loaded lists; still empty."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lists"))
    return tmp_path / "lists"


@pytest.fixture(autouse=True)
def _no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the lists of the machine that it runs on."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


def test_an_industrial_job_has_a_title_without_any_list():
    """In both languages; another job has none yet."""
    assert rome_label("H2903") == "Tourneur-fraiseur / Tourneuse-fraiseuse"
    assert rome_label("H2903", "en") == "Machinist (turning and milling)"
    assert rome_label("A1101") is None
    assert rome_label("A1101", "en") is None


def test_without_a_list_a_job_is_judged_by_its_shape():
    """Any code of the right shape passes."""
    assert check_known_rome("h9999") == "H9999"
    assert find_list("rome") is None


def test_an_empty_folder_is_no_list(folder: Path):
    """Naming a folder before importing anything is no mistake."""
    assert not folder.exists()
    assert check_known_rome("H9999") == "H9999"


def test_a_loaded_list_names_and_judges_jobs(write: Write, folder: Path):
    """Its titles come first; the English ones stay; what it does not hold is refused."""
    rome = load_rome(write("code,libelle\nH2903,Tourneur\nA1101,Conducteur d'engins\n"))

    path = save(rome, folder)

    assert path.parent == folder
    assert find_list("rome") == rome
    assert (rome.version, rome.source) == ("460", "unix_referentiel_code_rome_v460_utf8.csv")
    assert rome_label("H2903") == "Tourneur"
    assert rome_label("H2903", "en") == "Machinist (turning and milling)"
    assert rome_label("A1101", "en") == "Conducteur d'engins"
    assert rome_label("H1203") == INDUSTRIAL_JOBS["H1203"].fr
    assert check_known_rome("a1101") == "A1101"
    with pytest.raises(IdentifierRefused, match="ROME 460 has no job H9999: look the code up"):
        check_known_rome("H9999")


def test_a_list_imported_again_is_seen_at_once(write: Write, folder: Path):
    """A running process needs no restart."""
    save(load_rome(write("code,libelle\nA1101,Before\n")), folder)
    before = rome_label("A1101")

    save(load_rome(write("code,libelle\nA1101,After\n")), folder)

    assert (before, rome_label("A1101")) == ("Before", "After")
    assert [path.name for path in folder.iterdir()] == ["rome.json"]


def test_a_damaged_list_says_so(folder: Path):
    """Rather than to judge every code wrong, or right."""
    folder.mkdir()
    (folder / "rome.json").write_text("{", encoding="utf-8")

    with pytest.raises(CodesUnreadable, match=r"rome\.json cannot be read: import the official file again"):
        check_known_rome("H2903")


@pytest.mark.parametrize(
    "text",
    [
        "Code;Libellé\nH2903;Tourneur\n\n",
        "\ufeffcode_rome\tlibelle_rome\tother\nh2903\t Tourneur \tx\n",
        'other,CODE,LIBELLE\n1,H2903,"Tourneur"\r\n',
    ],
)
def test_official_files_come_in_several_dresses(write: Write, text: str):
    """Separators, column names and order differ; blank lines do not count."""
    assert load_rome(write(text)).labels == {"H2903": "Tourneur"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no column code or code_rome: choose the official file"),
        ("code,titre\nH2903,Tourneur\n", "no column libelle"),
        ("code,libelle\n", "holds no row: choose the official file"),
        ("code,libelle\nH2903,Tourneur\nZ1,Autre\n", "line 3: 'Z1' is not a ROME code"),
        ("code,libelle\nH2903,\n", "line 2: the label is empty: fill it in"),
        ("code,libelle\nH2903\n", "line 2: the row is cut short: complete it"),
    ],
)
def test_a_wrong_file_is_refused_whole(write: Write, text: str, complaint: str):
    """With the line and the remedy; half a list would refuse right codes."""
    with pytest.raises(CodesUnreadable, match=complaint):
        load_rome(write(text))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path):
    """Because it is not there, or not in UTF-8."""
    latin = tmp_path / "latin.csv"
    latin.write_bytes("code,libellé\n".encode("latin-1"))

    with pytest.raises(CodesUnreadable, match=r"absent\.csv cannot be opened \(No such file or directory\)"):
        load_rome(tmp_path / "absent.csv")
    with pytest.raises(CodesUnreadable, match=r"latin\.csv is not UTF-8: save it as CSV in UTF-8"):
        load_rome(latin)


def test_appellations_stand_below_their_job(write: Write):
    """By OGR number, with the ROME code above."""
    appellations = load_appellations(write("ogr,rome,libelle\n10260,F1106,Acousticien\n"))

    assert appellations.labels == {"10260": "Acousticien"}
    assert appellations.parents == {"10260": "F1106"}
    with pytest.raises(CodesUnreadable, match="line 2: 'x' is no OGR number: write its digits"):
        load_appellations(write("ogr,rome,libelle\nx,F1106,Acousticien\n"))


@pytest.mark.parametrize(
    ("code", "nomenclature", "normal"),
    [
        ("2562b", "naf_rev2", ActivityCode("25.62B", NafNomenclature.REV2)),
        ("01.11Y", "naf_2025", ActivityCode("01.11Y", NafNomenclature.NAF_2025)),
    ],
)
def test_an_activity_keeps_its_nomenclature(code: str, nomenclature: str, normal: ActivityCode):
    """Without a list the shape and the last letter are judged, and there is no label."""
    activity = check_activity_code(code, nomenclature)

    assert activity == normal
    assert nomenclature_of(activity.code) is activity.nomenclature
    assert activity_label(activity) is None


@pytest.mark.parametrize(
    ("code", "nomenclature", "remedy"),
    [
        ("25.62B", "naf", "write naf_rev2 or naf_2025"),
        ("25.62B", "naf_2025", "25.62B is a code of NAF rév. 2, not of NAF 2025: write naf_rev2"),
        ("01.11Y", "naf_rev2", "01.11Y is a code of NAF 2025, not of NAF rév. 2: write naf_2025"),
        ("usinage", "naf_rev2", "4 digits and a letter"),
    ],
)
def test_an_activity_of_another_nomenclature_is_refused(code: str, nomenclature: str, remedy: str):
    """The sentence says which one the code belongs to."""
    with pytest.raises(IdentifierRefused, match=remedy) as refused:
        check_activity_code(code, nomenclature)

    assert " : " in refused.value.fr


def test_a_loaded_list_names_and_judges_activities(write: Write, folder: Path):
    """Each nomenclature has its own list."""
    save(load_naf(write("code,libelle\n2562B,Mécanique industrielle\n"), NafNomenclature.REV2), folder)

    assert activity_label(check_activity_code("25.62B", "naf_rev2")) == "Mécanique industrielle"
    assert activity_label(check_activity_code("01.11Y", "naf_2025")) is None
    with pytest.raises(IdentifierRefused, match=r"NAF rév\. 2 has no activity 99\.99Z: look the code up"):
        check_activity_code("99.99Z", "naf_rev2")


def test_the_file_of_the_other_nomenclature_is_refused(write: Write):
    """NAF 2025 must not be loaded as NAF rév. 2."""
    with pytest.raises(CodesUnreadable, match=r"line 2: 01\.11Y does not belong to NAF rév\. 2: choose the file"):
        load_naf(write("code,libelle\n01.11Y,Culture de céréales\n"), NafNomenclature.REV2)


def test_about_forty_industrial_jobs_are_named_in_both_languages():
    """Each with a code of the right shape."""
    assert len(INDUSTRIAL_JOBS) >= 40
    for code, title in INDUSTRIAL_JOBS.items():
        assert check_rome(code) == code
        assert title.fr
        assert title.en


def test_every_industrial_job_stands_in_the_official_list(real_data: Callable[[str], Path]):
    """With the very same French title."""
    rome = load_rome(real_data("rome_v460.csv"))

    assert rome.version == "460"
    assert len(rome.labels) == 1_584
    assert {code: title.fr for code, title in INDUSTRIAL_JOBS.items()} == {
        code: rome.labels[code] for code in INDUSTRIAL_JOBS
    }


def test_the_official_lists_load_whole(real_data: Callable[[str], Path]):
    """Both NAF without a common code, told apart by the last letter, and the appellations of known jobs."""
    rev2 = load_naf(real_data("naf_rev2.csv"), NafNomenclature.REV2)
    naf_2025 = load_naf(real_data("naf_2025.csv"), NafNomenclature.NAF_2025)
    appellations = load_appellations(real_data("rome_appellations_industrie.csv"))
    jobs = load_rome(real_data("rome_v460.csv"))

    assert (len(rev2.labels), len(naf_2025.labels), len(appellations.labels)) == (732, 747, 3_797)
    assert set(appellations.parents.values()) <= jobs.labels.keys()


def test_the_activities_of_real_sites_exist(real_data: Callable[[str], Path], folder: Path):
    """All 234 industrial sites have a code of NAF rév. 2."""
    save(load_naf(real_data("naf_rev2.csv"), NafNomenclature.REV2), folder)
    with real_data("etablissements_reels.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["naf"] for row in csv.DictReader(file)]

    assert all(activity_label(check_activity_code(code, "naf_rev2")) for code in codes)
