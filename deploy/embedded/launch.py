"""Becomes a server that cannot outlive whoever started it; run as a script, never imported.

The process started here locks the server's folder, forks a small watcher, drops root's rights where asked, and turns
into the server by exec: its process id and exit code are the server's own. The starter holds the other end of the
watcher's pipe (stdin), so its death, even by kill -9, closes the pipe and ends the server; on Linux the kernel says so
too (PR_SET_PDEATHSIG), which also covers the death of the watcher.

Imports little, because it runs before every server: how to start and stop one is said in process.py.
"""

import ctypes
import fcntl
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def main(arguments: list[str]) -> None:
    """Arguments: parent pid, stop signal, grace in seconds, lock file or -, account or -, then the server's own."""
    parent, stop_signal, grace_s, lock, account, *command = arguments
    server = os.getpid()
    watched = os.dup(0)
    replace_stdin()
    lock_fd = take_lock(lock) if lock != "-" else None
    if account != "-":
        become(account)
    if os.fork() == 0:
        if lock_fd is not None:
            os.close(lock_fd)
        watch(watched, server, signal.Signals(int(stop_signal)), float(grace_s))
    os.close(watched)
    # After the change of account, which would clear it.
    if sys.platform == "linux":
        libc().prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(0)
    os.execv(command[0], command)  # noqa: S606  no shell is wanted


def replace_stdin() -> None:
    """Give the server an empty stdin: the real one is the watcher's pipe."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def take_lock(path: str) -> int:
    """Lock a file for as long as the server lives: it inherits the descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"{path} is locked: another server uses these files")
    return descriptor


def become(account: str) -> None:
    """Drop root for `uid:gid`, or for `uid:gid:enter` keeping the one right to pass through folders closed to others.

    A checkout under /root is such a folder: without CAP_DAC_OVERRIDE (capabilities(7)) the server could reach neither
    its program nor its data.
    """
    user, group, *enter = account.split(":")
    try:
        if enter:
            keep_capabilities()
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
        if enter:
            keep_dac_override_alone()
    except OSError as error:
        sys.exit(f"cannot run as account {account} ({error}); choose folders that others may enter, or do not be root")


def keep_capabilities() -> None:
    """Let the change of account drop no capability, nor access(2) ignore those of an account that is not root.

    PostgreSQL asks access(2) whether it may execute its own programs.
    """
    require(libc().prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))


def keep_dac_override_alone() -> None:
    """Carry CAP_DAC_OVERRIDE, and nothing else, through exec."""
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    wanted = 1 << CAP_DAC_OVERRIDE
    data = (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)  # effective, permitted, inheritable, twice 32 bits
    require(libc().capset(header, data))
    require(libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def libc() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def require(result: int) -> None:
    """Turn a failed call of the C library into its OSError."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def watch(pipe: int, server: int, stop_signal: signal.Signals, grace_s: float) -> None:
    """Wait for the starter's end of the pipe to close, then see to it that the server ends; never returns."""
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    while os.read(pipe, 1):
        pass
    # On Linux the kernel has told the server already; a second signal could cut its orderly stop short.
    if sys.platform != "linux" and os.getppid() == server:
        os.kill(server, stop_signal)
    deadline = time.monotonic() + grace_s
    while os.getppid() == server and time.monotonic() < deadline:
        time.sleep(0.05)
    if os.getppid() == server:
        os.kill(server, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
