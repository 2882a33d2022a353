"""The body of every refusal: problem details (RFC 9457), `application/problem+json`."""

import msgspec


class ProblemField(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field, and the remedy, in the reader's language."""

    field: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused. `slug` is stable; the sentences follow Accept-Language (en, fr).

    Further members carry the facts of the refusal, such as the `scope` that is missing.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    slug: str
    trace_id: str
    fields: tuple[ProblemField, ...] = ()
    state: str = ""
    rule: str = ""
    allowed_actions: tuple[str, ...] = ()
