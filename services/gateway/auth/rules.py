"""What a key is made of and what it may be given; pure, the random bytes come in as an argument."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

import msgspec

from contracts.caller import SCOPES_OF_ROLE, Caller, Scope
from contracts.errors import Forbidden, Invalid, ScopeMissing
from contracts.gateway.keys import NewApiKey
from contracts.identifiers import IdentifierRefused, check_uai
from contracts.vocabulary import OrganisationKind, Role

REGION = "occitanie"
SECRET_BYTES = 32
# Lets scanners of published code know a key of ours when they see one.
PREFIX = "psl"

ORGANISATION_OF_ROLE: dict[Role, OrganisationKind] = {
    Role.COMPANY: OrganisationKind.COMPANY,
    Role.ASSOCIATION: OrganisationKind.ASSOCIATION,
    Role.TEACHER: OrganisationKind.SCHOOL,
    Role.HEAD: OrganisationKind.SCHOOL,
    Role.COORDINATOR: OrganisationKind.REGION,
}

# Which roles somebody may make keys and accounts for in its own organisation: a teacher does not make a head of school.
ROLES_GRANTED: dict[Role, frozenset[Role]] = {
    Role.COMPANY: frozenset({Role.COMPANY}),
    Role.ASSOCIATION: frozenset({Role.ASSOCIATION}),
    Role.TEACHER: frozenset({Role.TEACHER}),
    Role.HEAD: frozenset({Role.HEAD, Role.TEACHER}),
}


def write_secret(key_id: UUID, random: bytes) -> str:
    """The key as its holder keeps it: `psl_<id>_<32 random bytes in base64url>`."""
    return f"{PREFIX}_{key_id.hex}_{urlsafe_b64encode(random).rstrip(b'=').decode()}"


def derive_random(own_secret: str, salt: bytes) -> bytes:
    """The random part of a new key, from its maker's secret and 32 random bytes: neither alone gives it away."""
    return hmac.digest(own_secret.encode(), salt, "sha256")


def read_key_id(secret: str) -> UUID | None:
    """The id inside a key, None where the text is no key at all."""
    prefix, _, rest = secret.partition("_")
    hexadecimal, _, random = rest.partition("_")
    if prefix != PREFIX or len(hexadecimal) != 32 or not random:
        return None
    try:
        return UUID(hex=hexadecimal)
    except ValueError:
        return None


def hash_secret(secret: str) -> bytes:
    """What is stored of a key: 32 bytes.

    A slow hash protects passwords, which can be guessed. This secret is 256 random bits, which cannot; SHA-256 is
    enough then, and keeps a request from costing a tenth of a second.
    """
    return hashlib.sha256(secret.encode()).digest()


def name_organisation(new: NewApiKey) -> str:
    """The checked, normalised id of the organisation that a key is for; raises Invalid naming `organisation_id`."""
    kind = ORGANISATION_OF_ROLE[new.role]
    given = new.organisation_id.strip()
    if kind is OrganisationKind.REGION:
        if given not in ("", REGION):
            raise Invalid.field(
                "organisation_id",
                "A coordinator acts for the Region: leave organisation_id out.",
                "La coordination agit pour la Région : laissez organisation_id vide.",
            )
        return REGION
    if kind is OrganisationKind.SCHOOL:
        try:
            return check_uai(given)
        except IdentifierRefused as refused:
            raise Invalid.field("organisation_id", refused.en, refused.fr) from refused
    try:
        return str(UUID(given))
    except ValueError as error:
        raise Invalid.field(
            "organisation_id",
            f"Give the id of the {kind} as the API returned it, a UUID.",
            "Donnez l'identifiant de l'organisation tel que l'API l'a renvoyé, un UUID.",
        ) from error


def choose_scopes(new: NewApiKey) -> tuple[Scope, ...]:
    """The scopes asked for, or all of the role; raises Invalid where the role may not have one of them.

    Any role may be given `keys:manage`, but only on demand.
    """
    usual = SCOPES_OF_ROLE[new.role]
    too_many = [scope for scope in new.scopes if scope not in (*usual, Scope.KEYS)]
    if too_many:
        raise Invalid.field(
            "scopes",
            f"A key of the role {new.role} cannot have {', '.join(too_many)}; choose among {', '.join(usual)}.",
            f"Une clé du rôle {new.role} ne peut pas avoir {', '.join(too_many)} ; choisissez parmi "
            f"{', '.join(usual)}.",
        )
    return tuple(dict.fromkeys(new.scopes)) or usual


class Grant(msgspec.Struct, frozen=True):
    """What a new key will allow, and for whom."""

    role: Role
    organisation: OrganisationKind
    organisation_id: str
    scopes: tuple[Scope, ...]


def decide_grant(new: NewApiKey, caller: Caller) -> Grant:
    """Coordinators make keys for anybody; others for their own organisation, with at most their own scopes.

    Raises Invalid naming the field, Forbidden, or ScopeMissing naming what the caller lacks.
    """
    organisation = ORGANISATION_OF_ROLE[new.role]
    grant = Grant(new.role, organisation, name_organisation(new), choose_scopes(new))
    if caller.is_coordinator:
        return grant
    if not caller.acts_for(organisation, grant.organisation_id) or new.role not in ROLES_GRANTED[caller.role]:
        raise Forbidden()
    for scope in grant.scopes:
        if scope not in caller.scopes:
            raise ScopeMissing(scope=scope.value)
    return grant
