"""The OpenAPI document as its pages show it: subjects, operations, types and their fields, each with links.

Nothing here knows of a particular route: whatever the document says is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TYPES = "#/components/schemas/"
_RESPONSES = "#/components/responses/"
# What limits a value, in the document's own words.
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")


@dataclass(frozen=True)
class Kind:
    """What a value is: words such as «list of», then the name of a type, "" where it is none of the document's."""

    words: str
    type_name: str = ""


@dataclass(frozen=True)
class Field:
    """One parameter, or one field of a body; `place` is path, query or header, "" in a body."""

    name: str
    kind: Kind
    required: bool
    description: str
    limits: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """What comes back with a status; `kind` has no words where there is no body."""

    status: str
    description: str
    kind: Kind


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    fields: tuple[Field, ...]
    body: Kind
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Subject:
    """The operations of one tag; `slug` is its name in an address."""

    name: str
    slug: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Type:
    """A type of the document: its fields, or the values that it may have."""

    name: str
    description: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]


def subjects(document: dict[str, Any]) -> tuple[Subject, ...]:
    """All operations by subject, in the document's order."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ("Passerelle",)):
                found.setdefault(tag, []).append(_operation(document, path, method, operation))
    return tuple(Subject(name, name.lower().replace(" ", "-"), tuple(each)) for name, each in found.items())


def read_type(document: dict[str, Any], name: str) -> Type | None:
    """A type by its name, None where the document has none of that name."""
    schema = document["components"]["schemas"].get(name)
    if schema is None:
        return None
    return Type(
        name=name,
        description=schema.get("description", ""),
        fields=tuple(_fields(schema)),
        values=tuple(str(each) for each in schema.get("enum", ())),
    )


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=operation.get("x-scope", ""),
        fields=tuple(_parameter(each) for each in operation.get("parameters", ())),
        body=_kind_of_content(operation.get("requestBody", {})),
        answers=tuple(_answer(document, status, each) for status, each in operation["responses"].items()),
    )


def _parameter(parameter: dict[str, Any]) -> Field:
    return Field(
        name=parameter["name"],
        kind=kind_of(parameter["schema"]),
        required=parameter.get("required", False),
        description=parameter.get("description", ""),
        limits=_limits(parameter["schema"]),
        place=parameter["in"],
    )


def _answer(document: dict[str, Any], status: str, response: dict[str, Any]) -> Answer:
    if reference := response.get("$ref"):
        response = document["components"]["responses"][reference.removeprefix(_RESPONSES)]
    return Answer(status, response.get("description", ""), _kind_of_content(response))


def _kind_of_content(body: dict[str, Any]) -> Kind:
    """The kind of a body's first form; without words where there is no body."""
    for media, content in body.get("content", {}).items():
        kind = kind_of(content.get("schema", {}))
        return kind if kind.words or kind.type_name else Kind(media)
    return Kind("")


def _fields(schema: dict[str, Any]) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        yield Field(name, kind_of(field), name in required, field.get("description", ""), _limits(field))


def kind_of(schema: dict[str, Any]) -> Kind:
    """What values a schema describes."""
    if reference := schema.get("$ref"):
        return Kind("", reference.removeprefix(_TYPES))
    if choices := schema.get("oneOf"):
        return _one_of(choices)
    if "const" in schema:
        return Kind(f"“{schema['const']}”")
    if "enum" in schema:
        return Kind(" | ".join(str(each) for each in schema["enum"]))
    kind = schema.get("type", "")
    if kind == "array":
        return _prefixed("list of", kind_of(schema.get("items", {})))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return _prefixed("object of", kind_of(schema["additionalProperties"]))
    return Kind(schema.get("format") or kind)


def _one_of(choices: list[dict[str, Any]]) -> Kind:
    """What is left beside null, which is said first."""
    kinds = [kind_of(each) for each in choices if each.get("type") != "null"]
    nullable = len(kinds) < len(choices)
    if len(kinds) == 1:
        return _prefixed("null or", kinds[0]) if nullable else kinds[0]
    words = " or ".join(each.words or each.type_name for each in kinds)
    return Kind(f"null or {words}" if nullable else words)


def _prefixed(words: str, kind: Kind) -> Kind:
    return Kind(f"{words} {kind.words}".strip(), kind.type_name)


def _limits(schema: dict[str, Any]) -> str:
    """`minimum 1, maximum 100, default 20`."""
    told = [f"{name} {_number(schema[name])}" for name in _LIMITS if name in schema]
    default = schema.get("default")
    if default not in (None, "", [], {}):
        told.append(f"default {default}")
    return ", ".join(told)


def _number(value: object) -> object:
    """Without the «.0» that the framework puts behind whole numbers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
