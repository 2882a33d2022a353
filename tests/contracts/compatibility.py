"""What a change of a message would break, read from its two schemas alone.

Within a version only fields with a default are added (contracts/message.py). Looser bounds, more words in an
enumeration and new descriptions do no harm either: whatever was valid stays valid.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

Schema = dict[str, Any]

# What may be said anew without touching a single message.
WORDS = frozenset({"title", "description", "default"})
# A bound may be loosened, never tightened; without one anything goes.
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
COMPARED_BY_RULE = frozenset({"properties", "required", "additionalProperties", "enum", "anyOf", "items"})


class Breach(msgspec.Struct, frozen=True, order=True):
    """One field (a path such as `association.place.commune`) and what the change would break there."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field or 'the whole message'}: {self.reason}"


def breaches(old: Schema, new: Schema) -> list[Breach]:
    """What of the old schema the new one breaks; nothing where the change is compatible."""
    return list(_compare(_inlined(old, old), _inlined(new, new), ""))


def _inlined(schema: Any, root: Schema, within: tuple[str, ...] = ()) -> Any:
    """The schema with every reference replaced by what it means, so that renaming a type is no change."""
    if isinstance(schema, list):
        return [_inlined(one, root, within) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        if reference in within:
            # A type that holds itself: its fields are compared where it is first met.
            return {"type": f"{len(within) - within.index(reference)} levels up"}
        return _inlined(root["$defs"][reference.rpartition("/")[2]], root, (*within, reference))
    return {key: _inlined(value, root, within) for key, value in schema.items() if key != "$defs"}


def _compare(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    if _kind(was) != _kind(now):
        yield Breach(path, f"type changed from {_kind(was)} to {_kind(now)}")
        return
    yield from _compare_values(was, now, path)
    yield from _compare_properties(was, now, path)
    if isinstance(was.get("items"), dict) and isinstance(now.get("items"), dict):
        yield from _compare(was["items"], now["items"], f"{path}[]")
    after = {_kind(one): one for one in now.get("anyOf", ())}
    for one in was.get("anyOf", ()):
        yield from _compare(one, after[_kind(one)], path)


def _kind(schema: Schema) -> str:
    """The type in a few words; an enumeration is one whatever its values, and may hold more of them later."""
    if "anyOf" in schema:
        return " or ".join(sorted(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return "enumeration"
    return " ".join(filter(None, (str(schema.get("type", "anything")), schema.get("format"))))


def _compare_values(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    for word in was.get("enum", ()):
        if word not in now["enum"]:
            yield Breach(path, f"enum value {word!r} removed")
    for bound in LOWER_BOUNDS:
        if bound in now and now[bound] > was.get(bound, float("-inf")):
            yield Breach(path, f"{bound} tightened from {was.get(bound, 'none')} to {now[bound]}")
    for bound in UPPER_BOUNDS:
        if bound in now and now[bound] < was.get(bound, float("inf")):
            yield Breach(path, f"{bound} tightened from {was.get(bound, 'none')} to {now[bound]}")
    for keyword in sorted((was.keys() | now.keys()) - WORDS - COMPARED_BY_RULE - {*LOWER_BOUNDS, *UPPER_BOUNDS}):
        if keyword in now and was.get(keyword) != now[keyword]:
            yield Breach(path, f"{keyword} changed from {was.get(keyword, 'none')} to {now[keyword]}")


def _compare_properties(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    before, after = was.get("properties", {}), now.get("properties", {})
    for name, schema in before.items():
        if name not in after:
            yield Breach(_inside(path, name), "field removed")
        else:
            yield from _compare(schema, after[name], _inside(path, name))
    for name in now.get("required", ()):
        if name not in was.get("required", ()):
            yield Breach(_inside(path, name), "no longer optional" if name in before else "new field without a default")
    closed, closes = was.get("additionalProperties", True), now.get("additionalProperties", True)
    if isinstance(closed, dict) and isinstance(closes, dict):
        yield from _compare(closed, closes, f"{path}{{}}")
    elif closes is not True and closes != closed:
        yield Breach(path, "unknown fields are no longer accepted")


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
