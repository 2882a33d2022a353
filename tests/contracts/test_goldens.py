"""No message changes its form unnoticed: schemas and samples are held against their golden files."""

import jsonschema
import msgspec
import pytest

from contracts.catalogue import wire_types
from contracts.companies.slots import NewSlot, SlotOpened
from tests.contracts import goldens
from tests.contracts.goldens import CONTRACTS, breaks, difference, expected, goldens_in, losses, schema_of, write
from tests.contracts.samples import encode, sample_of

BODIES = pytest.mark.parametrize("name", wire_types())
REGENERATE = "The change is compatible: run `make contracts` and commit what it writes."


@BODIES
def test_no_message_changes_incompatibly(name):
    """Within a version only fields with a default are added."""
    assert [*breaks(name, wire_types()[name])] == []


def test_no_message_is_lost():
    """Somebody may still send it."""
    assert [*losses()] == []


@BODIES
def test_the_golden_schema_is_up_to_date(name):
    """It is what others read, who have no Python."""
    file = CONTRACTS / "schemas" / f"{name}.json"
    golden, now = file.read_bytes() if file.exists() else b"", encode(schema_of(wire_types()[name]))

    assert golden == now, f"{REGENERATE}\n{difference(golden, now)}"


@BODIES
def test_the_golden_sample_is_understood(name):
    """What was once written down is read as the very same value, and written the same way again."""
    kind = wire_types()[name]
    file = CONTRACTS / "samples" / f"{name}.json"
    golden = file.read_bytes() if file.exists() else b""
    assert golden == encode(sample_of(kind)), f"{REGENERATE}\n{difference(golden, encode(sample_of(kind)))}"

    read = msgspec.json.decode(golden, type=kind)

    assert read == sample_of(kind)
    assert encode(read) == golden


@BODIES
def test_the_golden_sample_fits_its_golden_schema(name):
    """By an independent validator, formats included."""
    schema = msgspec.json.decode((CONTRACTS / "schemas" / f"{name}.json").read_bytes())
    sample = msgspec.json.decode((CONTRACTS / "samples" / f"{name}.json").read_bytes())

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(sample)


def test_no_golden_file_is_left_over():
    """Each belongs to a message that there is."""
    assert goldens_in() <= expected().keys()


def test_goldens_are_written_where_nothing_breaks(tmp_path):
    """Twice the same, and a stranger among them goes."""
    assert write(tmp_path) == []
    first = {name: (tmp_path / name).read_bytes() for name in goldens_in(tmp_path)}
    (tmp_path / "samples" / "evt.nobody.thing.happened.v1.json").write_bytes(b"{}")

    assert write(tmp_path) == []

    assert {name: (tmp_path / name).read_bytes() for name in goldens_in(tmp_path)} == first


def test_an_incompatible_change_is_refused_by_message_and_field(tmp_path, monkeypatch):
    """With the remedy; nothing is written unless somebody insists."""
    name = "evt.companies.slot.opened.v1"
    write(tmp_path)
    golden = (tmp_path / "schemas" / f"{name}.json").read_bytes()
    # The event loses its slot: as if SlotOpened had been declared so.
    changed = msgspec.defstruct("SlotOpened", [("opening", NewSlot)], kw_only=True)
    monkeypatch.setattr(goldens, "wire_types", lambda: wire_types() | {name: changed})

    refusals = write(tmp_path)

    assert any(sentence.startswith(f"{name}, slot: field removed.") for sentence in refusals)
    assert any(sentence.startswith(f"{name}, opening: new field without a default.") for sentence in refusals)
    assert all("A new version" in sentence for sentence in refusals)
    assert (tmp_path / "schemas" / f"{name}.json").read_bytes() == golden
    assert write(tmp_path, breaking=True) == []
    assert (tmp_path / "schemas" / f"{name}.json").read_bytes() != golden


def test_a_lost_message_is_refused(tmp_path, monkeypatch):
    """A golden schema without its message."""
    write(tmp_path)
    left = {name: kind for name, kind in wire_types().items() if kind is not SlotOpened}
    monkeypatch.setattr(goldens, "wire_types", lambda: left)

    [refusal] = write(tmp_path)

    assert refusal.startswith("evt.companies.slot.opened.v1 is declared no more.")
