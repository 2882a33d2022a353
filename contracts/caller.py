"""Who asks: the organisation, role and scopes that the gateway established from a key.

It travels in a header beside every request, so that the owner of a thing, not the gateway,
decides who may see and change it.
"""

from enum import StrEnum
from typing import Any

import msgspec

from contracts.vocabulary import OrganisationKind, Role


class Scope(StrEnum):
    """What a key may be used for; a route names the scope that it needs."""

    READ = "read"
    PROFILE = "profile:write"
    OFFERS = "offers:write"
    CAPACITIES = "capacities:write"
    REQUESTS = "requests:write"
    PROPOSALS = "proposals:answer"
    BOOKINGS = "bookings:write"
    IMPORTS = "imports:write"
    MATCHING = "matching:run"
    KEYS = "keys:manage"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The holder of a key: acts in one role for one organisation.

    `organisation_id` is a company's or association's UUID, a school's UAI, or `occitanie`.
    """

    key_id: str
    role: Role
    organisation: OrganisationKind
    organisation_id: str
    scopes: tuple[Scope, ...] = ()

    @property
    def is_coordinator(self) -> bool:
        """Whether the caller acts for the Region."""
        return self.role is Role.COORDINATOR

    @property
    def party(self) -> str:
        """The caller as a party of a resource: `company:0190…`, `school:0310001A`."""
        return party(self.organisation, self.organisation_id)

    def acts_for(self, organisation: OrganisationKind, organisation_id: object) -> bool:
        """Whether the caller acts for this very organisation."""
        return self.organisation is organisation and self.organisation_id == str(organisation_id)


def party(organisation: OrganisationKind, organisation_id: Any) -> str:
    """An organisation as one word, for lists of those who may see a thing."""
    return f"{organisation}:{organisation_id}"


ALL_SCOPES = tuple(Scope)

# What the system does by itself (timers, events) is done in the Region's name.
SYSTEM = Caller(
    key_id="system",
    role=Role.COORDINATOR,
    organisation=OrganisationKind.REGION,
    organisation_id="occitanie",
    scopes=ALL_SCOPES,
)

# Organisations make keys for their own software; a teacher, who is not the school, does not.
SCOPES_OF_ROLE: dict[Role, tuple[Scope, ...]] = {
    Role.COMPANY: (Scope.READ, Scope.PROFILE, Scope.OFFERS, Scope.PROPOSALS, Scope.BOOKINGS, Scope.KEYS),
    Role.ASSOCIATION: (Scope.READ, Scope.PROFILE, Scope.CAPACITIES, Scope.PROPOSALS, Scope.KEYS),
    Role.TEACHER: (Scope.READ, Scope.REQUESTS, Scope.PROPOSALS, Scope.BOOKINGS),
    Role.HEAD: (Scope.READ, Scope.PROFILE, Scope.REQUESTS, Scope.PROPOSALS, Scope.BOOKINGS, Scope.KEYS),
    Role.COORDINATOR: ALL_SCOPES,
}
