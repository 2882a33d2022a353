"""Makes the database, and in it one role and one schema per service, each without any right on the others'.

Tables are not made here: every service migrates its own schema under its own role.
"""

from collections.abc import Mapping
from pathlib import Path

import asyncpg

from deploy.permissions import SERVICES

DATABASE = "passerelle"


async def provision_database(admin_dsn: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Create what is missing and set the passwords (by service name); harmless when repeated.

    `admin_dsn` leads to any database of the server, as a role that may create databases and roles.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("select exists (select from pg_database where datname = $1)", database):
            quoted = await connection.fetchval("select quote_ident($1)", database)
            await connection.execute(f"create database {quoted}")
    finally:
        await connection.close()

    connection = await asyncpg.connect(admin_dsn, database=database)
    try:
        folder = Path(__file__).parent
        await connection.execute((folder / "database.sql").read_text())
        statement = (folder / "service.sql").read_text()
        for service in SERVICES:
            settings = {"passerelle.service": service, "passerelle.password": passwords[service]}
            for name, value in settings.items():
                await connection.execute("select set_config($1, $2, false)", name, value)
            await connection.execute(statement)
    finally:
        await connection.close()
