"""The `passerelle` command: its subcommands, one file each in deploy/commands/."""

import click

from deploy.commands.accounts import accounts
from deploy.commands.dead_letters import dead_letters
from deploy.commands.demo import demo
from deploy.commands.health import health
from deploy.commands.imports import imports
from deploy.commands.keys import keys
from deploy.commands.match import match
from deploy.commands.production import migrate, provision, service
from deploy.commands.run import run
from deploy.commands.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def passerelle() -> None:
    """A bridge between industry, science mediation and schools in Occitanie."""


for command in (run, demo, imports, keys, accounts, match, health, verify, dead_letters, service, provision, migrate):
    passerelle.add_command(command)
