"""What a form carries: read into the contract's own input, and shown again as it was typed where it is refused.

Flat names stand for paths: `needs.motor`, `fees.0.label`. Everything is text on the way in, and becomes what the
contract's field is; all wrong fields are named at once.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, cast, get_type_hints

import msgspec
from msgspec import inspect

from contracts.errors import FieldError, Invalid, Kind, PasserelleError, Problem, Wording
from contracts.identifiers import uuid7
from contracts.local_time import PARIS, local
from contracts.message import Input, Resource
from services.gateway.input_words import field_error, words_for
from services.gateway.web.language import say

InputT = TypeVar("InputT", bound=Input)

ONCE, VERSION, SEEN = "_once", "_version", "_seen"
_WRONG_EUROS = Wording("Write an amount in euros, such as 12.50.", "Écrivez un montant en euros, comme 12,50.")
_NONE_CHOSEN = Wording("Choose at least one.", "Faites au moins un choix.")
_TOO_FEW = "Expected `array` of length >= 1"
_REQUIRED = "Object missing required field `{}`"


class Form:
    """One form: what was typed or is there to begin with, and what is wrong with it."""

    def __init__(self, typed: Mapping[str, list[str]] | None = None) -> None:
        self._typed = dict(typed) if typed else {}
        self.submitted = typed is not None
        self.problem: Problem | None = None
        self.errors: dict[str, str] = {}
        self.now: dict[str, list[str]] = {}
        self.csrf = ""
        # Of each list of things, the rows that were not left blank.
        self._kept: dict[str, list[int]] = {}
        # The same for each time that this very form is sent: whoever clicks twice acts once.
        self.once = self.text(ONCE) or str(uuid7())

    @classmethod
    def filled(cls, thing: Any) -> "Form":
        """A form that begins with what a thing says now."""
        form = cls()
        form._typed = flatten(thing)
        return form

    @property
    def version(self) -> int | None:
        """The version of the thing that the reader saw, None where the form carries none."""
        text = self.text(VERSION)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    @property
    def seen(self) -> dict[str, list[str]]:
        """What the thing said when the reader opened the form."""
        try:
            return msgspec.json.decode(self.text(SEEN) or b"{}", type=dict[str, list[str]])
        except msgspec.DecodeError:
            return {}

    def text(self, name: str) -> str:
        """What was typed, without the space around it; empty where nothing was."""
        values = self._typed.get(name)
        return values[-1].strip() if values else ""

    def texts(self, name: str) -> list[str]:
        """Everything that was typed or ticked under one name."""
        return [value.strip() for value in self._typed.get(name, ()) if value.strip()]

    def rows(self, name: str) -> list[int]:
        """The numbers of the rows of a list of things that the form has: `fees.0.label` is of row 0."""
        begins = re.compile(rf"{re.escape(name)}\.(\d{{1,3}})\.")
        return sorted({int(found[1]) for each in self._typed if (found := begins.match(each))})

    def changed(self, name: str) -> bool:
        """Whether the thing says something else there than when the reader opened the form."""
        return bool(self.now) and self.now.get(name, []) != self.seen.get(name, [])

    def snapshot(self) -> str:
        """What the thing says now, to be sent along: only so can a stale form say what changed."""
        return msgspec.json.encode(self.now or self.seen or self._typed).decode()

    def read(self, kind: type[InputT], **given: Any) -> InputT:
        """The form as an input; `given` are values that the page, not the person, gives.

        Raises Invalid naming every wrong field.
        """
        info = cast("inspect.StructType", inspect.type_info(kind))
        told = self._struct(info, "") | given
        try:
            return msgspec.convert(told, kind, strict=False)
        except msgspec.ValidationError as error:
            raise Invalid(fields=self._wrong(kind, info, told) or (field_error(kind, str(error)),)) from error

    def refuse(self, error: PasserelleError, now: Any = None, within: str = "") -> None:
        """Show the form again with what is wrong; `now` is the thing as it has become, where it has.

        `within` is what the owner calls the form as a whole: `recurrence` where it names `recurrence.from_date`.
        """
        self.problem = error.problem
        begin = f"{within}." if within else ""
        self.errors = {self._place(each.field.removeprefix(begin)): say(each.message) for each in error.problem.fields}
        if now is not None and error.problem.kind is Kind.PRECONDITION_FAILED:
            self.now = flatten(now)
        if error.problem.slug == "idempotency-key-reused":
            # It went through once already, with other words: what is sent next is another request.
            self.once = str(uuid7())

    def _struct(self, info: inspect.StructType, prefix: str) -> dict[str, Any]:
        told = {}
        for field in info.fields:
            value = self._value(field.type, prefix + field.encode_name)
            if value is not msgspec.UNSET:
                told[field.encode_name] = value
        return told

    def _value(self, kind: Any, name: str) -> Any:
        """The plain value of one field, UNSET where the form says nothing of it."""
        kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
        may_be_null = any(isinstance(each, inspect.NoneType) for each in kinds)
        bare = next(bare for each in kinds if not isinstance(bare := _bare(each), inspect.NoneType))
        if isinstance(bare, inspect.StructType):
            return self._struct(bare, f"{name}.") or msgspec.UNSET
        if isinstance(bare, inspect.VarTupleType | inspect.ListType):
            return self._list(_bare(bare.item_type), name)
        if name not in self._typed:
            return msgspec.UNSET
        text = self.text(name)
        if text or isinstance(bare, inspect.StrType):
            return _plain(bare, name, text)
        return None if may_be_null else msgspec.UNSET

    def _list(self, item: Any, name: str) -> Any:
        if isinstance(item, inspect.StructType):
            rows = {row: self._struct(item, f"{name}.{row}.") for row in self.rows(name)}
            # A row that was left blank is no row.
            kept = {row: told for row, told in rows.items() if any(value not in ("", None) for value in told.values())}
            self._kept[name] = list(kept)
            return list(kept.values()) if rows or name in self._typed else msgspec.UNSET
        if name not in self._typed:
            return msgspec.UNSET
        texts = self.texts(name)
        # Free words are typed one a line.
        return [line.strip() for text in texts for line in text.splitlines() if line.strip()]

    def _wrong(self, kind: Any, info: inspect.StructType, told: dict[str, Any]) -> tuple[FieldError, ...]:
        hints = get_type_hints(kind, include_extras=True)
        wrong = []
        for field in info.fields:
            name = field.encode_name
            if name not in told:
                if field.required:
                    wrong.append(FieldError(field=name, message=words_for(_REQUIRED.format(name))))
                continue
            try:
                msgspec.convert(told[name], hints[field.name], strict=False)
            except msgspec.ValidationError as error:
                found = field_error(hints[field.name], str(error))
                inner = "" if found.field == "body" else found.field
                path = self._place(f"{name}{inner}" if not inner or inner.startswith("[") else f"{name}.{inner}")
                words = _WRONG_EUROS if path.endswith("_cents") else _words_for(str(error))
                wrong.append(FieldError(field=path, message=words))
        return tuple(wrong)

    def _place(self, field: str) -> str:
        """Which of its fields a path means: `fees[0].label` is of the first row that was not left blank.

        Single words of a list (`rome_codes[2]`) stand in one field.
        """

        def row(found: re.Match[str]) -> str:
            number, kept = int(found[2]), self._kept.get(found[1], [])
            return f"{found[1]}.{kept[number] if number < len(kept) else number}."

        return re.sub(r"\[\d+\]$", "", re.sub(r"^([\w.]+)\[(\d+)\]\.", row, field))


def flatten(thing: Any, prefix: str = "") -> dict[str, list[str]]:
    """A thing as a form's texts, by flat name."""
    flat: dict[str, list[str]] = {}
    for field in msgspec.structs.fields(thing):
        name, value = prefix + field.encode_name, getattr(thing, field.name)
        if value is msgspec.UNSET or (isinstance(thing, Resource) and field.name == "allowed_actions"):
            continue
        if isinstance(value, msgspec.Struct):
            flat |= flatten(value, f"{name}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            for row, each in enumerate(value):
                flat |= flatten(each, f"{name}.{row}.")
        elif isinstance(value, tuple):
            flat[name] = [str(each) for each in value]
        else:
            flat[name] = [write(value, name)]
    return flat


def write(value: Any, name: str = "") -> str:
    """One value as its form field shows it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if name.endswith("_cents"):
            return f"{value / 100:.2f}".replace(".", ",") if value % 100 else str(value // 100)
        case datetime():
            return local(value).strftime("%Y-%m-%dT%H:%M")
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
    return str(value)


def _words_for(error: str) -> Wording:
    """What is wrong, without the words that the machine takes: the page itself shows what there is to choose."""
    message = error.partition(" - at `")[0]
    return _NONE_CHOSEN if message.startswith(_TOO_FEW) else words_for(message)


def _bare(kind: Any) -> Any:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def _plain(bare: Any, name: str, text: str) -> Any:
    """One text as its field takes it; what cannot be read stays as it is, and is refused by its type."""
    if isinstance(bare, inspect.IntType) and name.endswith("_cents"):
        try:
            cents = Decimal(re.sub(r"[\s€]", "", text).replace(",", ".")) * 100
        except InvalidOperation:
            return text
        return int(cents) if cents.is_finite() and cents == cents.to_integral_value() else text
    if isinstance(bare, inspect.IntType | inspect.FloatType):
        return re.sub(r"\s", "", text).replace(",", ".")
    if isinstance(bare, inspect.DateTimeType):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return (at if at.tzinfo else at.replace(tzinfo=PARIS)).isoformat()
    if isinstance(bare, inspect.TimeType):
        return f"{text}:00" if re.fullmatch(r"\d\d:\d\d", text) else text
    return text
