"""Reading request bodies: straight into the contract's own input struct, strictly, or a refusal that names the field.

The framework would first make a dict of a body and then convert it leniently (a text "3" would pass as a number), and
name wrong fields in its own way.
"""

from collections.abc import Generator
from typing import Any

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from contracts.errors import Invalid, Malformed, Wording
from contracts.message import decoder_of
from services.gateway.input_words import field_error, json_reason


class BodyUnreadable(Malformed):
    """The body is no JSON; the reason is known in both languages."""

    sentence = Wording("The body is not valid JSON: {reason}.", "Le corps n'est pas du JSON valide : {raison}.")


class BodyMissing(Malformed):
    """The address wants a body."""

    slug = "body-missing"
    title = Wording("Body missing", "Corps absent")
    sentence = Wording(
        "Send the fields as a JSON object in the body.", "Envoyez les champs en objet JSON dans le corps."
    )


def read_body(body: bytes, kind: Any) -> Any:
    """A body as its struct; raises BodyUnreadable (400), or Invalid (422) naming the field."""
    try:
        return decoder_of(kind).decode(body)
    except msgspec.ValidationError as error:
        # What is wrong may stand before the place where the body breaks off: then it is no JSON first of all.
        _check_json(body)
        raise Invalid(fields=(field_error(kind, str(error)),)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(error) from error


def _check_json(body: bytes) -> None:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> BodyUnreadable:
    reason = json_reason(error)
    return BodyUnreadable(reason=reason.en, raison=reason.fr)


class StrictBody(AbstractDTO[Any]):
    """Puts `read_body` where the framework reads a body; the OpenAPI document shows the struct itself."""

    def decode_bytes(self, value: bytes) -> Any:
        """The handler's `data`."""
        field = self.asgi_connection.route_handler.parsed_data_field
        return read_body(value, field.annotation if field else Any)

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Nothing to prepare: no transfer model stands between the body and the struct."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        """The struct's own schema."""
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        """None: see create_for_field_definition."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """None: see create_for_field_definition."""
        return False
