"""A full example of any wire type, always the same one: every field filled, optional ones too."""

import re
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

AN_INSTANT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
A_DAY = date(2026, 3, 2)
AN_HOUR = time(9, 0)
# Where a pattern or a check stands behind a text; all other texts say their field's name.
TEXTS = {
    "commune": "31555",
    "commune_name": "Toulouse",
    "department": "31",
    "email": "camille@exemple.fr",
    "website": "https://exemple.fr",
    "link": "https://exemple.fr",
    "uai": "0310024H",
    "school_uai": "0310024H",
    "siren": "552081317",
    "siret": "55208131766522",
    "rna": "W313012345",
    "rome": "H2903",
    "departments": "31",
}
NUMBERS = {"latitude": 43.6045, "longitude": 1.444}


def sample_of(kind: Any, path: str = "") -> Any:
    """A value of the type, the same one every time; `path` tells equal fields of one message apart."""
    described = inspect.type_info(kind)
    return _value(described, path)


def _value(described: inspect.Type, path: str) -> Any:
    if isinstance(described, inspect.Metadata):
        return _value(described.type, path)
    builder = BUILDERS.get(type(described))
    if builder is None:
        raise NotImplementedError(f"{path}: no sample of {described}")
    return builder(described, path)


def _struct(described: inspect.StructType, path: str) -> Any:
    fields = {field.name: _value(field.type, f"{path}.{field.name}".lstrip(".")) for field in described.fields}
    return described.cls(**fields)


def _union(described: inspect.UnionType, path: str) -> Any:
    """The first alternative that says something: not null."""
    told = [one for one in described.types if not isinstance(one, inspect.NoneType)]
    return _value(told[0], path)


def _text(described: inspect.StrType, path: str) -> str:
    name = path.rpartition(".")[2]
    text = TEXTS.get(name, name.replace("_", " "))[: described.max_length]
    if described.pattern and not re.search(described.pattern, text):
        raise NotImplementedError(f"{path}: no sample fits {described.pattern}; give TEXTS one")
    return text


def _whole(described: inspect.IntType, _path: str) -> int:
    return max(1, described.ge or 0)


def _decimal(described: inspect.FloatType, path: str) -> float:
    return NUMBERS.get(path.rpartition(".")[2], max(0.5, described.ge or 0.0))


def _uuid(_described: inspect.UUIDType, path: str) -> UUID:
    """A UUIDv7 of one moment; the random part is the field's name."""
    return UUID(int=0x0195_5683_9C80_7000_8000_0000_0000_0000 | zlib.crc32(path.encode()))


def _list(described: inspect.VarTupleType, path: str) -> tuple[Any, ...]:
    return (_value(described.item_type, path),)


def _mapping(described: inspect.DictType, path: str) -> dict[Any, Any]:
    return {_value(described.key_type, f"{path}.key"): _value(described.value_type, f"{path}.value")}


BUILDERS: dict[type[inspect.Type], Callable[[Any, str], Any]] = {
    inspect.AnyType: lambda _, __: "anything",
    inspect.BoolType: lambda _, __: True,
    inspect.DateTimeType: lambda _, __: AN_INSTANT,
    inspect.DateType: lambda _, __: A_DAY,
    inspect.TimeType: lambda _, __: AN_HOUR,
    inspect.DictType: _mapping,
    inspect.EnumType: lambda described, _: next(iter(described.cls)),
    inspect.FloatType: _decimal,
    inspect.IntType: _whole,
    inspect.LiteralType: lambda described, _: described.values[0],
    inspect.StrType: _text,
    inspect.StructType: _struct,
    inspect.UnionType: _union,
    inspect.UUIDType: _uuid,
    inspect.VarTupleType: _list,
}


def encode(value: Any) -> bytes:
    """JSON as the goldens hold it: for people to read, one final line feed."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
