"""`passerelle accounts`: make, list and close the accounts that people sign in to, by asking the gateway."""

from pathlib import Path
from uuid import UUID

import click
from rich.table import Table

from contracts.gateway.accounts import Account, CloseAccount, CreateAccount, ListAccounts, NewAccount
from contracts.vocabulary import Role
from deploy.commands.keys import check_exists
from deploy.commands.operating import DATA, NATS_URL, operate
from deploy.commands.speaking import console, tell
from services.bus import Bus


@click.group()
def accounts() -> None:
    """Make, list and close accounts of people."""


@accounts.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What its holder may decide."
)
@click.option("--organisation", default="", help="Id of the company or association, or UAI of the school.")
@click.option("--name", default="", help="The person's, for colleagues.")
@DATA
@NATS_URL
def add(email: str, role: str, organisation: str, name: str, data: Path, nats_url: str | None) -> None:
    """Make an account: whoever reads the mail of EMAIL may sign in to it."""
    new = NewAccount(email=email, role=Role(role), organisation_id=organisation, name=name)

    async def work(bus: Bus) -> None:
        await check_exists(bus, new.role, organisation)
        made = await bus.ask(CreateAccount(account=new))
        tell(f"Made: {made.id} {made.email}, {made.role}, {made.organisation_name}")

    operate(work, data, nats_url)


@accounts.command(name="list")
@DATA
@NATS_URL
def list_accounts(data: Path, nats_url: str | None) -> None:
    """List all accounts, newest first."""

    async def work(bus: Bus) -> None:
        console.print(table_of(await bus.ask(ListAccounts())))

    operate(work, data, nats_url)


@accounts.command()
@click.argument("account_id", type=click.UUID)
@DATA
@NATS_URL
def close(account_id: UUID, data: Path, nats_url: str | None) -> None:
    """Close an account by its id; whoever is signed in to it is signed out within seconds."""

    async def work(bus: Bus) -> None:
        closed = await bus.ask(CloseAccount(account_id=account_id))
        tell(f"Closed: {closed.email}, {closed.role}, {closed.organisation_name}")

    operate(work, data, nats_url)


def table_of(found: tuple[Account, ...]) -> Table:
    """The accounts as a table for the terminal."""
    table = Table("Account", "E-mail", "Name", "Role", "Organisation", "Last sign-in", "State")
    for account in found:
        table.add_row(
            str(account.id),
            account.email,
            account.name,
            account.role,
            account.organisation_name,
            f"{account.last_sign_in_at:%Y-%m-%d %H:%M}" if account.last_sign_in_at else "never",
            f"closed {account.closed_at:%Y-%m-%d}" if account.closed_at else "demo" if account.demo else "open",
        )
    return table
