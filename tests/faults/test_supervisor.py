"""Children never outlive who started them, and come back while it lives."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.embedded.nats import start_nats
from deploy.embedded.postgres import start_postgres
from deploy.embedded.process import Process, Program, StartError, start
from deploy.embedded.supervisor import Supervisor

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.faults

# Starts both servers and a child that ignores SIGTERM, then tells their process ids and where the database is.
STARTER = """
    import asyncio, sys, textwrap
    from pathlib import Path
    from deploy.embedded.nats import start_nats
    from deploy.embedded.postgres import start_postgres
    from deploy.embedded.process import Program, start

    DEAF = '''
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(600)
    '''

    async def main(folder):
        postgres, nats = await start_postgres(folder), await start_nats(folder)
        deaf = await start(Program("deaf", (sys.executable, "-c", textwrap.dedent(DEAF)), ready="deaf", grace_s=0.5))
        await deaf.wait_ready()
        print(postgres.process.pid, nats.process.pid, deaf.pid, postgres.admin_dsn(), flush=True)
        await asyncio.Event().wait()

    asyncio.run(main(Path(sys.argv[1])))
"""


def child(script: str, environment: Mapping[str, str] | None = None, grace_s: float = 20.0) -> Program:
    """A program of a few lines of Python, ready when it says so."""
    command = (sys.executable, "-c", textwrap.dedent(script))
    return Program("child", command, ready="ready", environment=environment or {}, grace_s=grace_s)


async def start_ready(program: Program) -> Process:
    """Start a program and wait until it is ready."""
    process = await start(program)
    await process.wait_ready()
    return process


def lives(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def until_ended(*pids: int) -> None:
    """Wait until none of the processes lives."""
    async with asyncio.timeout(60):
        while any(lives(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def test_killed_starter_leaves_no_child_and_loses_no_row(tmp_path: Path) -> None:
    """After a kill -9 of the starter its servers stop by themselves, and the next start finds what was committed."""
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(STARTER), str(tmp_path), stdout=subprocess.PIPE, cwd=ROOT
    )
    told = await starter.stdout.readline()
    *pids, dsn = told.decode().split()
    descendants = [process.pid for process in psutil.Process(starter.pid).children(recursive=True)]
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table kept as select 7 as value")

    starter.kill()
    await starter.wait()
    await until_ended(*descendants)
    postgres, nats = await start_postgres(tmp_path), await start_nats(tmp_path)
    connection.terminate()
    connection = await asyncpg.connect(postgres.admin_dsn())
    value = await connection.fetchval("select value from kept")
    await connection.close()
    await nats.stop()
    await postgres.stop()

    assert {int(pid) for pid in pids} <= set(descendants)
    assert value == 7


async def test_dead_child_is_reported_and_started_again() -> None:
    """A kill of the child is told with its last words, and a new one takes its place."""
    program = child("import time; print('I was here', flush=True); print('ready', flush=True); time.sleep(600)")
    told: asyncio.Queue[str] = asyncio.Queue()

    async with Supervisor(told.put_nowait) as supervisor:
        first = await start_ready(program)
        supervisor.keep(first, lambda: start_ready(program))
        first_pid = supervisor.pid("child")
        os.kill(first_pid, signal.SIGKILL)
        report, recovery = await told.get(), await told.get()
        second_pid = supervisor.pid("child")
        alive = lives(second_pid)

    assert "child died (signal SIGKILL)" in report
    assert "I was here" in report
    assert recovery == "child is ready again."
    assert alive
    assert second_pid != first_pid
    assert not lives(second_pid)


async def test_child_that_cannot_start_again_is_tried_ever_more_slowly(tmp_path: Path) -> None:
    """Each failed attempt is told, with the pause before the next, until one succeeds."""
    broken = tmp_path / "broken"
    program = child(
        """
        import os, sys, time
        if os.path.exists(os.environ["BROKEN"]):
            sys.exit("out of order")
        print("ready", flush=True)
        time.sleep(600)
        """,
        {"BROKEN": str(broken)},
    )
    told: asyncio.Queue[str] = asyncio.Queue()

    async with Supervisor(told.put_nowait) as supervisor:
        supervisor.keep(await start_ready(program), lambda: start_ready(program))
        broken.touch()
        os.kill(supervisor.pid("child"), signal.SIGKILL)
        reports = [await told.get() for _ in range(3)]
        broken.unlink()
        recovery = await told.get()

    assert "is started again in 0.25 s" in reports[0]
    assert "out of order" in reports[1]
    assert "next attempt is in 0.5 s" in reports[1]
    assert "next attempt is in 1 s" in reports[2]
    assert recovery == "child is ready again."


async def test_orderly_stop_is_no_death() -> None:
    """Leaving the supervisor's block ends the child by SIGTERM and tells nothing."""
    program = child(
        """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print("ready", flush=True)
        time.sleep(600)
        """
    )
    told: list[str] = []

    async with Supervisor(told.append) as supervisor:
        process = await start_ready(program)
        supervisor.keep(process, lambda: start_ready(program))

    assert await process.wait() == 0
    assert told == []


async def test_deaf_child_is_killed_after_its_grace() -> None:
    """A child that ignores SIGTERM does not hold up the stop for ever."""
    deaf = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(600)
    """
    process = await start_ready(child(deaf, grace_s=0.2))

    code = await process.stop()

    assert code == -signal.SIGKILL


async def test_child_survives_the_death_of_its_watcher() -> None:
    """The watcher is no single point of failure: without it the child goes on, and stops when asked."""
    process = await start_ready(child("import time; print('ready', flush=True); time.sleep(600)"))
    [watcher] = psutil.Process(process.pid).children()
    watcher.kill()
    await until_ended(watcher.pid)

    alive = lives(process.pid)
    code = await process.stop()

    assert alive
    assert code == -signal.SIGTERM


async def test_child_that_never_gets_ready_is_an_error_with_its_last_words() -> None:
    """Whoever waits for a child is told how it ended and what it said."""
    program = child("print('no such database'); raise SystemExit(3)")

    with pytest.raises(StartError, match=r"(?s)child ended with exit code 3 before it was ready.*no such database"):
        await start_ready(program)


async def test_cancelled_start_leaves_nothing_behind() -> None:
    """Ctrl-C while a child starts ends the child."""
    process = await start(child("import time; time.sleep(600)"))
    waiting = asyncio.create_task(process.wait_ready())
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.wait({waiting})

    assert waiting.cancelled()
    assert not lives(process.pid)


async def test_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A talkative child fills two files of limited size, the last lines in the newer one."""
    monkeypatch.setattr("deploy.embedded.process.LOG_BYTES", 10_000)
    log = tmp_path / "child.log"
    script = "[print('x' * 99) for _ in range(1000)]; print('the end')"

    process = await start(Program("child", (sys.executable, "-c", script), log=log))
    await process.wait()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}

    assert sizes.keys() == {"child.log", "child.log.1"}
    assert all(size <= 10_200 for size in sizes.values())
    assert process.last_words.endswith("the end")
