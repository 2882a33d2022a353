"""`passerelle keys`: make, list and revoke API keys of a running Passerelle, by asking its gateway."""

from pathlib import Path
from uuid import UUID

import click
from rich.table import Table

from contracts.associations.profiles import GetAssociation
from contracts.caller import Scope
from contracts.companies.profiles import GetCompany
from contracts.gateway.keys import ApiKey, IssueApiKey, ListApiKeys, NewApiKey, RevokeApiKey
from contracts.matchmaker.schools import GetSchool
from contracts.vocabulary import Role
from deploy.commands.operating import DATA, NATS_URL, operate
from deploy.commands.speaking import console, tell
from services.bus import Bus


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What its holder may decide."
)
@click.option("--organisation", default="", help="Id of the company or association, or UAI of the school.")
@click.option("--label", default="", help="A name to know it by.")
@click.option(
    "--scope", "scopes", type=click.Choice([scope.value for scope in Scope]), multiple=True, help="May be repeated."
)
@DATA
@NATS_URL
def create(role: str, organisation: str, label: str, scopes: tuple[str, ...], data: Path, nats_url: str | None) -> None:
    """Make a key and print it: the only time that it is shown."""
    chosen = tuple(Scope(scope) for scope in scopes)
    new = NewApiKey(role=Role(role), organisation_id=organisation, label=label, scopes=chosen)

    async def work(bus: Bus) -> None:
        await check_exists(bus, new.role, organisation)
        # Alone on its line and unstyled, so that a script can take it.
        click.echo((await bus.ask(IssueApiKey(api_key=new))).secret)

    operate(work, data, nats_url)


@keys.command(name="list")
@DATA
@NATS_URL
def list_keys(data: Path, nats_url: str | None) -> None:
    """List all keys, newest first, without their secrets."""

    async def work(bus: Bus) -> None:
        console.print(table_of(await bus.ask(ListApiKeys())))

    operate(work, data, nats_url)


@keys.command()
@click.argument("key_id", type=click.UUID)
@DATA
@NATS_URL
def revoke(key_id: UUID, data: Path, nats_url: str | None) -> None:
    """Revoke a key by its id; it stops working within seconds."""

    async def work(bus: Bus) -> None:
        revoked = await bus.ask(RevokeApiKey(api_key_id=key_id))
        tell(f"Revoked: {revoked.role} {revoked.organisation_id} {revoked.label}".rstrip())

    operate(work, data, nats_url)


async def check_exists(bus: Bus, role: Role, organisation: str) -> None:
    """A key for nobody would only puzzle its holder; raises the owner's NotFound.

    An id of the wrong form is left to the gateway, which says what is wrong with it.
    """
    if role in (Role.TEACHER, Role.HEAD):
        await bus.ask(GetSchool(uai=organisation.strip().upper()))
    elif role is not Role.COORDINATOR and is_uuid(organisation):
        company = GetCompany(company_id=UUID(organisation))
        association = GetAssociation(association_id=UUID(organisation))
        await (bus.ask(company) if role is Role.COMPANY else bus.ask(association))


def is_uuid(text: str) -> bool:
    """Whether the text has the form of one of our ids."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def table_of(found: tuple[ApiKey, ...]) -> Table:
    """The keys as a table for the terminal."""
    table = Table("Key", "Role", "Organisation", "Label", "Last used", "State")
    for key in found:
        table.add_row(
            str(key.id),
            key.role,
            key.organisation_id,
            key.label,
            f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never",
            f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "active",
        )
    return table
