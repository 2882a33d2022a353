"""Commands for servers that are not embedded: one service, its migrations, roles, streams and consumers.

Their settings come from the environment, as a container's do.
"""

import asyncio
import os
import sys

import click

from deploy.choreography import durables_of, load_services
from deploy.permissions import SERVICES
from deploy.postgres.provision import DATABASE, provision_database
from deploy.provision import provision_streams

NAME = click.argument("name", type=click.Choice(SERVICES))


@click.command()
@NAME
def service(name: str) -> None:
    """Run one service, with its settings in PASSERELLE_... variables."""
    become(f"services.{name}")


@click.command()
@NAME
def migrate(name: str) -> None:
    """Bring one service's schema up to date (PASSERELLE_DATABASE_DSN)."""
    become(f"services.{name}", "migrate")


def become(*module: str) -> None:
    """Turn into a Python module: its process id, signals and exit code are then this command's."""
    os.execv(sys.executable, [sys.executable, "-m", *module])  # noqa: S606  no shell is wanted


@click.command()
@click.option(
    "--admin-dsn", envvar="PASSERELLE_ADMIN_DSN", help="PostgreSQL, as a role that makes databases and roles."
)
@click.option("--database", default=DATABASE, show_default=True, help="Name of the database.")
@click.option("--nats-url", envvar="PASSERELLE_PROVISION_NATS_URL", help="NATS, as the user `provision`.")
@click.option("--replicas", type=click.IntRange(1, 5), default=1, show_default=True, help="Copies of each stream.")
def provision(admin_dsn: str | None, database: str, nats_url: str | None, replicas: int) -> None:
    """Make the roles and schemas in PostgreSQL, the streams and consumers in NATS; harmless when repeated.

    The roles' passwords are read from PASSERELLE_DATABASE_PASSWORD_<SERVICE>.
    """
    if admin_dsn is None and nats_url is None:
        raise click.UsageError("Give --admin-dsn, --nats-url or both.")
    if admin_dsn is not None:
        asyncio.run(provision_database(admin_dsn, read_passwords(), database))
    if nats_url is not None:
        asyncio.run(provision_streams(nats_url, durables_of(load_services()), replicas))


def read_passwords() -> dict[str, str]:
    """The passwords of the roles by service; UsageError names a missing variable."""
    variables = {service: f"PASSERELLE_DATABASE_PASSWORD_{service.upper()}" for service in SERVICES}
    missing = [variable for variable in variables.values() if not os.environ.get(variable)]
    if missing:
        raise click.UsageError(f"Set {', '.join(missing)}.")
    return {service: os.environ[variable] for service, variable in variables.items()}
