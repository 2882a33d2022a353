"""The AsyncAPI document says what the services do, and the field's own tools can read it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest

from contracts import asyncapi, catalogue
from contracts.companies.slots import Slot
from contracts.message import Event, subject_of
from deploy.choreography import load_services
from tests.contracts.goldens import CONTRACTS, difference, expected

DOCUMENT = CONTRACTS / "asyncapi.json"
# Where `.ci/run` installs what package.json names.
NODE_MODULES = Path(__file__).parents[2] / "build" / "node" / "node_modules"
ERROR, WARNING = 0, 1


@pytest.fixture(scope="module")
def document():
    return json.loads(DOCUMENT.read_bytes())


@pytest.fixture
def node_modules():
    if not (NODE_MODULES / "@asyncapi").is_dir() or shutil.which("node") is None:
        pytest.skip("no official AsyncAPI parser: run tests/contracts/node/install.sh, which needs node and npm")
    return NODE_MODULES


def test_the_document_is_up_to_date():
    """It is generated, never edited."""
    golden, now = DOCUMENT.read_bytes(), expected()["asyncapi.json"]

    assert golden == now, f"Run `make contracts` and commit what it writes.\n{difference(golden, now)}"


def test_every_message_has_its_channel_and_its_owner(document):
    """A service receives what it answers and follows, and sends what it announces."""
    operations, channels = document["operations"], document["channels"]

    for service in load_services():
        for request in (*service.answers, *service.answers_together):
            operation = operations[f"{service.name}.answers.{request.__name__}"]
            assert operation["action"] == "receive"
            assert operation["channel"] == {"$ref": f"#/channels/{subject_of(request)}"}
            assert operation["reply"]["channel"] == {"$ref": f"#/channels/{subject_of(request)}.reply"}
        for event in service.follows:
            assert operations[f"{service.name}.follows.{event.__name__}"]["action"] == "receive"
    for event in catalogue.events():
        assert channels[subject_of(event)]["address"] == subject_of(event)
        announcers = [name for name in operations if name.endswith(f".announces.{event.__name__}")]
        assert [operations[name]["action"] for name in announcers] == ["send"]


def test_every_service_answers_about_itself(document):
    """Each under its own name."""
    for owner in catalogue.OWNERS:
        assert document["channels"][f"svc.{owner}.check-health.v1"]["address"] == f"svc.{owner}.check-health.v1"
        assert f"{owner}.answers.CheckHealth" in document["operations"]


def test_two_versions_of_a_message_stand_side_by_side(monkeypatch):
    """While some still send the first and others already the second."""

    class SlotOpened(Event, frozen=True, kw_only=True):
        """A slot is open, told in its second form."""

        message_version: ClassVar[int] = 2
        slot: Slot
        remark: str

    SlotOpened.__module__ = "contracts.companies.slots"
    name = subject_of(SlotOpened)
    both = (*catalogue.events(), SlotOpened)
    monkeypatch.setattr(asyncapi, "events", lambda: both)
    monkeypatch.setattr(asyncapi, "wire_types", lambda: catalogue.wire_types() | {name: SlotOpened})

    document = asyncapi.asyncapi({"matchmaker": [SlotOpened]})

    assert {"SlotOpened", "SlotOpenedV2"} <= document["components"]["messages"].keys()
    assert {"evt.companies.slot.opened.v1", "evt.companies.slot.opened.v2"} <= document["channels"].keys()
    assert {"companies.announces.SlotOpened", "companies.announces.SlotOpenedV2"} <= document["operations"].keys()
    assert "matchmaker.follows.SlotOpenedV2" in document["operations"]


def test_events_carry_the_headers_of_cloudevents(document):
    """CloudEvents 1.0, binary mode: the attributes that it demands are there."""
    headers = document["components"]["schemas"]["EventHeaders"]

    assert {"ce-specversion", "ce-id", "ce-type", "ce-source"} <= set(headers["required"])
    assert document["components"]["messages"]["SlotOpened"]["headers"] == {"$ref": "#/components/schemas/EventHeaders"}


def test_every_reference_leads_somewhere(document):
    """No tool should be needed to find that out."""

    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
            yield from (found for value in part.values() for found in references(value))
        if isinstance(part, list):
            yield from (found for value in part for found in references(value))

    for reference in set(references(document)):
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_the_document_fits_the_official_schema(document, node_modules):
    """AsyncAPI 3.0.0, as published with the specification."""
    schema = json.loads((node_modules / "@asyncapi/specs/schemas/3.0.0.json").read_bytes())

    complaints = [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]

    assert complaints == []


def test_the_official_schema_would_complain(document, node_modules):
    """A validator that accepts everything shows nothing."""
    schema = json.loads((node_modules / "@asyncapi/specs/schemas/3.0.0.json").read_bytes())
    operation = {**document["operations"]["companies.answers.BookSlot"], "action": "answer"}
    wrong = {**document, "operations": {"companies.answers.BookSlot": operation}}

    assert not jsonschema.Draft7Validator(schema).is_valid(wrong)


def test_the_official_parser_reads_the_document(node_modules):
    """Without an error or a warning."""
    ended = parse(DOCUMENT, node_modules)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line for line in told(ended) if line["severity"] in {ERROR, WARNING}] == []


def test_the_official_parser_would_complain(document, node_modules, tmp_path):
    """A parser that reads everything shows nothing."""
    wrong = tmp_path / "wrong.json"
    del document["channels"]["evt.companies.slot.opened.v1"]["messages"]["SlotOpened"]
    wrong.write_text(json.dumps(document))

    ended = parse(wrong, node_modules)

    assert ended.returncode == 1
    assert any(line["severity"] == ERROR for line in told(ended))


def parse(file, node_modules):
    script = Path(__file__).with_name("node") / "parse.cjs"
    environment = {**os.environ, "NODE_PATH": str(node_modules)}
    return subprocess.run(["node", script, file], env=environment, capture_output=True, text=True, check=False)


def told(ended):
    return [json.loads(line) for line in ended.stdout.splitlines()]
