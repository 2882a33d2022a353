"""The import of official lists: kept in the data folder, taken whole or not at all."""

from pathlib import Path

import pytest

from contracts.reference.codes import CodesUnreadable
from deploy.imports.codes import import_list


def test_a_list_is_kept_and_kept_again(tmp_path: Path):
    """Loading the same file again changes nothing, and says so."""
    file = tmp_path / "naf.csv"
    file.write_text("code;libelle\n28.22Z;Levage\n")

    first, second = (import_list("naf_rev2", file, tmp_path / "reference") for _ in range(2))

    assert [first[1], second[1]] == ["loaded", "unchanged"]
    assert second[0].labels == {"28.22Z": "Levage"}


def test_half_a_list_is_not_taken(tmp_path: Path):
    """Half a nomenclature would refuse right codes, so the one before stays."""
    file = tmp_path / "rome.csv"
    file.write_text("code,libelle\nH2903,Tournage\nnonsense,x\n")

    with pytest.raises(CodesUnreadable, match="line 3"):
        import_list("rome", file, tmp_path / "reference")

    assert not (tmp_path / "reference").exists()
