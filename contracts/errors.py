"""The catalogue of errors: one class an error, its sentence in English and in French.

    PasserelleError
    ├── Invalid               422  the input itself is wrong
    ├── Unauthenticated       401  no key, or a wrong one
    ├── Forbidden             403  the key may not do this
    ├── NotFound              404  no such thing, or not yours to see
    ├── Conflict              409  right in itself, but not now
    │   └── TransitionRefused      names the state, the rule and the actions left
    ├── Outdated              412  somebody changed it since it was read
    ├── VersionRequired       428  a change has to say what it was read as
    ├── TooManyRequests       429
    └── Unavailable           503  a part of the system is away; try again

A service raises one; the bus carries it as a `Problem`; the gateway maps its kind to an HTTP
status in one table. The sentences may use the facts given when it is raised; a fact that is a
`Wording` speaks each sentence's language, and stands on the wire in English.
"""

from enum import StrEnum
from typing import Any, ClassVar

import msgspec


class Kind(StrEnum):
    """What sort of error it is; each has one HTTP status."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition_failed"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Wording(msgspec.Struct, frozen=True):
    """One sentence in both languages of the product."""

    en: str
    fr: str


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field (a path such as `site.commune`), and the remedy."""

    field: str
    message: Wording


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error as it crosses NATS."""

    kind: Kind
    slug: str
    title: Wording
    detail: Wording
    fields: tuple[FieldError, ...] = ()
    facts: dict[str, Any] = {}


class PasserelleError(Exception):
    """Something went wrong."""

    kind: ClassVar[Kind] = Kind.INTERNAL
    slug: ClassVar[str] = "internal"
    title: ClassVar[Wording] = Wording("Internal error", "Erreur interne")
    sentence: ClassVar[Wording] = Wording(
        "Something went wrong on our side; it has been recorded.",
        "Une erreur s'est produite de notre côté ; elle a été enregistrée.",
    )

    def __init__(self, *, fields: tuple[FieldError, ...] = (), **facts: Any) -> None:
        self.fields = fields
        self.facts = facts
        super().__init__(self.problem.detail.en)

    @property
    def problem(self) -> Problem:
        """The error as data, its sentences filled with its facts."""
        english = {name: fact.en if isinstance(fact, Wording) else fact for name, fact in self.facts.items()}
        french = {name: fact.fr if isinstance(fact, Wording) else fact for name, fact in self.facts.items()}
        return Problem(
            kind=self.kind,
            slug=self.slug,
            title=self.title,
            detail=Wording(self.sentence.en.format_map(english), self.sentence.fr.format_map(french)),
            fields=self.fields,
            facts=english,
        )


class RequestRefused(PasserelleError):
    """Another service refused the request; the problem is its own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        super().__init__(fields=problem.fields, **problem.facts)

    @property
    def problem(self) -> Problem:
        """The problem as the other service gave it."""
        return self._problem


class Malformed(PasserelleError):
    """The body cannot be read at all."""

    kind = Kind.MALFORMED
    slug = "malformed-body"
    title = Wording("Unreadable request", "Requête illisible")
    sentence = Wording("The body is not valid JSON: {reason}.", "Le corps n'est pas du JSON valide : {reason}.")


class Invalid(PasserelleError):
    """One or more fields are wrong; each is named with its remedy."""

    kind = Kind.INVALID
    slug = "invalid-input"
    title = Wording("Invalid input", "Saisie non valide")
    sentence = Wording(
        "Some fields need to be corrected; nothing was stored.",
        "Certains champs sont à corriger ; rien n'a été enregistré.",
    )

    @classmethod
    def field(cls, field: str, en: str, fr: str) -> "Invalid":
        """The error of one single field."""
        return cls(fields=(FieldError(field=field, message=Wording(en, fr)),))


class Unauthenticated(PasserelleError):
    """The request carries no key, or one that is not known."""

    kind = Kind.UNAUTHENTICATED
    slug = "unauthenticated"
    title = Wording("Key missing or unknown", "Clé absente ou inconnue")
    sentence = Wording(
        "Send a valid API key: Authorization: Bearer <key>.",
        "Envoyez une clé d'API valide : Authorization: Bearer <clé>.",
    )


class Forbidden(PasserelleError):
    """The key is known but may not do this."""

    kind = Kind.FORBIDDEN
    slug = "forbidden"
    title = Wording("Not allowed", "Action non permise")
    sentence = Wording("This key may not do this.", "Cette clé ne permet pas cette action.")


class ScopeMissing(Forbidden):
    """The key lacks the scope that the route needs."""

    slug = "scope-missing"
    sentence = Wording("This key lacks the scope {scope}.", "Il manque à cette clé la permission {scope}.")


class NotYours(Forbidden):
    """Only the organisation itself may do this."""

    slug = "not-yours"
    sentence = Wording(
        "Only the organisation that owns it may do this.",
        "Seule l'organisation concernée peut faire cela.",
    )


class HeadOnly(NotYours):
    """Only the head of the school may do this: its teachers wait for it."""

    sentence = Wording("Only the head of the school may do this.", "Seule la direction de l'école peut faire cela.")


class NotFound(PasserelleError):
    """No such thing, or nothing that the caller may see."""

    kind = Kind.NOT_FOUND
    slug = "not-found"
    title = Wording("Not found", "Introuvable")
    sentence = Wording(
        "There is no {thing} {id}, or it is not yours to see.",
        "{thing} {id} n'existe pas, ou vous n'y avez pas accès.",
    )


class Conflict(PasserelleError):
    """Right in itself, but at odds with what is already there."""

    kind = Kind.CONFLICT
    slug = "conflict"
    title = Wording("Not possible now", "Impossible pour l'instant")
    sentence = Wording("This is at odds with what is already there.", "Cela contredit ce qui existe déjà.")


class TransitionRefused(Conflict):
    """The thing's state, or a rule, does not let it move so."""

    slug = "transition-refused"
    sentence = Wording(
        "«{action}» is not possible while the state is «{state}»: {rule}.",
        "« {action} » n'est pas possible dans l'état « {state} » : {rule}.",
    )


class TooLate(Conflict):
    """The last day on which it was possible is over."""

    slug = "too-late"
    sentence = Wording("«{action}» was possible until {deadline}.", "« {action} » était possible jusqu'au {deadline}.")


class AlreadyExists(Conflict):
    """The same thing is already registered."""

    slug = "already-exists"
    sentence = Wording("A {thing} with {key} already exists.", "{thing} : {key} est déjà enregistré.")


class SlotFull(Conflict):
    """No group is left in the slot."""

    slug = "slot-full"
    sentence = Wording("All groups of this slot are taken.", "Tous les groupes de ce créneau sont pris.")


class AlreadyBooked(Conflict):
    """The class already has a live booking of this slot, or a visit that day."""

    slug = "already-booked"
    sentence = Wording(
        "This class already has a live booking: {rule}.",
        "Cette classe a déjà une réservation en cours : {rule}.",
    )


class Outdated(PasserelleError):
    """The thing changed after the caller had read it."""

    kind = Kind.PRECONDITION_FAILED
    slug = "outdated"
    title = Wording("Changed in the meantime", "Modifié entre-temps")
    sentence = Wording(
        "It is at version {version} now, no longer at {expected}: read it again, then decide anew.",
        "C'est maintenant la version {version}, non plus la {expected} : relisez avant de décider.",
    )


class VersionRequired(PasserelleError):
    """A change did not say on which version of the thing it rests."""

    kind = Kind.PRECONDITION_REQUIRED
    slug = "version-required"
    title = Wording("Version missing", "Version absente")
    sentence = Wording(
        "Send If-Match with the ETag that you read, or If-Match: * to change it whatever it has become.",
        "Envoyez If-Match avec l'ETag que vous avez lu, ou If-Match: * pour modifier quoi qu'il en soit.",
    )


class RetryFailed(Conflict):
    """A dead letter failed once more; it is kept."""

    slug = "retry-failed"
    sentence = Wording("It failed again, and is kept: {error}.", "Nouvel échec, elle est conservée : {error}.")


class KeyReused(Invalid):
    """The same idempotency key was sent with another body."""

    slug = "idempotency-key-reused"
    title = Wording("Idempotency key reused", "Clé d'idempotence réutilisée")
    sentence = Wording(
        "This idempotency key was already used for another request; take a new one.",
        "Cette clé d'idempotence a déjà servi pour une autre requête ; prenez-en une nouvelle.",
    )


class TooLarge(PasserelleError):
    """The body is larger than accepted."""

    kind = Kind.TOO_LARGE
    slug = "body-too-large"
    title = Wording("Body too large", "Corps trop volumineux")
    sentence = Wording("The body may hold {limit} bytes at most.", "Le corps est limité à {limit} octets.")


class TooManyRequests(PasserelleError):
    """More requests are waiting than the service takes."""

    kind = Kind.TOO_MANY
    slug = "too-many-requests"
    title = Wording("Too many requests", "Trop de requêtes")
    sentence = Wording("Try again in a moment.", "Réessayez dans un instant.")


class Unavailable(PasserelleError):
    """A part of the system does not answer; nothing is lost, the request may be sent again."""

    kind = Kind.UNAVAILABLE
    slug = "unavailable"
    title = Wording("Momentarily unavailable", "Momentanément indisponible")
    sentence = Wording(
        "{part} does not answer just now. Send the same request again, with the same idempotency key.",
        "{part} ne répond pas pour l'instant. Renvoyez la même requête, avec la même clé d'idempotence.",
    )
