"""The AsyncAPI 3.0 document of everything on NATS, made from the catalogue and from who follows what.

It says in the field's own format what `message.py` and ARCHITECTURE.md say in ours; nobody edits it by hand.
"""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from contracts.caller import Caller
from contracts.catalogue import OWNERS, events, operation_requests, requests, wire_types
from contracts.errors import Problem
from contracts.message import Command, Event, Message, Request, owner_of, subject_of

Document = dict[str, Any]

_SUMMARY = """Requests travel on `svc.<service>.<name>.v<version>` with a reply subject (NATS request/reply, one queue
group a service); the header `status: problem` marks a reply that is a Problem. Events travel on
`evt.<service>.<aggregate>.<verb>.v<version>`, one JetStream stream a service, as CloudEvents 1.0 in binary mode."""

_EVENT_HEADERS: Document = {
    "type": "object",
    "properties": {
        "ce-specversion": {"type": "string", "const": "1.0"},
        "ce-id": {"type": "string", "format": "uuid", "description": "Also Nats-Msg-Id: an event twice is one event."},
        "ce-type": {"type": "string", "description": "The subject."},
        "ce-source": {"type": "string", "description": "/services/<service>"},
        "ce-subject": {"type": "string", "description": "The id of the aggregate."},
        "ce-time": {"type": "string", "format": "date-time"},
        "ce-actor": {"type": "string", "description": "Who did it: a party such as company:0190..., or system."},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
    "required": ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time"],
}
_REQUEST_HEADERS: Document = {
    "type": "object",
    "properties": {
        "caller": {"type": "string", "description": "Who asks: a Caller as JSON."},
        "deadline": {"type": "string", "description": "Unix time in seconds after which nobody waits any more."},
        "idempotency-key": {"type": "string", "description": "Sent again with it, a command has one effect."},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
    "required": ["deadline"],
}
_REPLY_HEADERS: Document = {
    "type": "object",
    "properties": {"status": {"type": "string", "enum": ["ok", "problem"]}},
    "required": ["status"],
}


def asyncapi(follows: Mapping[str, Iterable[type[Event]]]) -> Document:
    """The document; `follows` says which events each service follows."""
    bodies = {**wire_types(), "problem": Problem, "caller": Caller}
    payloads, schemas = msgspec.json.schema_components(bodies.values(), ref_template="#/components/schemas/{name}")
    payload_of = dict(zip(bodies, payloads, strict=True))
    operations = [(owner, kind) for kind in operation_requests() for owner in OWNERS]
    answered = [(owner_of(kind), kind) for kind in requests() if kind not in operation_requests()]
    channels: Document = {}
    messages: Document = {
        "Problem": {
            "name": "Problem",
            "summary": "Why a request was refused.",
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/ReplyHeaders"},
            "payload": payload_of["problem"],
        }
    }
    for kind in requests():
        name, subject = _name(kind), subject_of(kind)
        messages[name] = _message(kind, "RequestHeaders", payload_of[subject])
        messages[f"{name}Answer"] = {
            "name": f"{name}Answer",
            "summary": f"The answer to {name}.",
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/ReplyHeaders"},
            "payload": payload_of[f"{subject}.answer"],
        }
    for event in events():
        messages[_name(event)] = _message(event, "EventHeaders", payload_of[subject_of(event)])
        channels[subject_of(event)] = _channel(subject_of(event), _name(event))
    for owner, kind in (*answered, *operations):
        subject = _subject_at(owner, kind)
        channels[subject] = _channel(subject, _name(kind))
        channels[f"{subject}.reply"] = _channel(None, f"{_name(kind)}Answer", "Problem")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Passerelle",
            "version": "1.0.0",
            "description": _SUMMARY.replace("\n", " "),
            "license": {"name": "MIT"},
            "tags": [{"name": owner} for owner in OWNERS],
        },
        "defaultContentType": "application/json",
        "servers": {"nats": {"host": "localhost:4222", "protocol": "nats", "description": "NATS with JetStream."}},
        "channels": dict(sorted(channels.items())),
        "operations": dict(
            sorted(
                (
                    *(_answers(owner, kind) for owner, kind in (*answered, *operations)),
                    *(_announces(event) for event in events()),
                    *(_follows(service, event) for service, followed in follows.items() for event in followed),
                )
            )
        ),
        "components": {
            "messages": messages,
            "schemas": {
                **schemas,
                "EventHeaders": _EVENT_HEADERS,
                "RequestHeaders": _REQUEST_HEADERS,
                "ReplyHeaders": _REPLY_HEADERS,
            },
        },
    }


def _subject_at(owner: str, request: type[Request[Any]]) -> str:
    """Where a service answers a request; the operations are answered by each under its own name."""
    return ".".join(("svc", owner, *subject_of(request).split(".")[2:]))


def _name(kind: type[Message]) -> str:
    """A message's name in the document, where two versions of one may stand side by side."""
    version = kind.message_version
    return kind.__name__ if version == 1 else f"{kind.__name__}V{version}"


def _message(kind: type[Message], headers: str, payload: Document) -> Document:
    return {
        "name": _name(kind),
        "summary": inspect.cleandoc(kind.__doc__ or "").split("\n")[0],
        "contentType": "application/json",
        "headers": {"$ref": f"#/components/schemas/{headers}"},
        "payload": payload,
        "tags": [{"name": "event" if issubclass(kind, Event) else "command" if issubclass(kind, Command) else "query"}],
    }


def _channel(address: str | None, *messages: str) -> Document:
    """A subject and what travels on it; the address of a reply is known only once somebody asks."""
    return {"address": address, "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages}}


def _reference(channel: str, *messages: str) -> Document:
    pointer = f"#/channels/{channel}"
    return {
        "channel": {"$ref": pointer},
        "messages": [{"$ref": f"{pointer}/messages/{name}"} for name in messages],
    }


def _answers(owner: str, request: type[Request[Any]]) -> tuple[str, Document]:
    subject, name = _subject_at(owner, request), _name(request)
    return f"{owner}.answers.{name}", {
        "action": "receive",
        **_reference(subject, name),
        "reply": _reference(f"{subject}.reply", f"{name}Answer", "Problem"),
        "tags": [{"name": owner}],
    }


def _announces(event: type[Event]) -> tuple[str, Document]:
    owner = owner_of(event)
    return f"{owner}.announces.{_name(event)}", {
        "action": "send",
        **_reference(subject_of(event), _name(event)),
        "tags": [{"name": owner}],
    }


def _follows(service: str, event: type[Event]) -> tuple[str, Document]:
    return f"{service}.follows.{_name(event)}", {
        "action": "receive",
        **_reference(subject_of(event), _name(event)),
        "tags": [{"name": service}],
    }
