"""A PostgreSQL server of our own: made once, started, found again after any crash, stopped in order.

Nobody has to install or configure a database to run Ashyq. A data folder gets, beside the cluster `postgres`, five
files that only the user who runs us can read: `postgres.password`, `postgres.port`, `postgres.log` and two locks.
"""

import fcntl
import hashlib
import logging
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, CompletedProcess
from typing import IO

from stack.postgres_programs import (
    Account,
    PostgresUnusable,
    binary,
    can_enter,
    make_public,
    owner,
    run,
    unprivileged,
    version,
)

__all__ = ["PostgresUnusable", "Server", "remove", "running", "start", "stop"]

SUPERUSER = "ashyq"
HOST = "127.0.0.1"

# Durability is said aloud, so that a stray postgresql.conf cannot take it away. The log keeps neither the values of a
# violated key nor the failed statement: both may hold personal data. The rest suits a laptop with two cores.
SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# Where root keeps the cluster of a data folder that the server's account cannot enter.
CLUSTERS = Path("/var/lib/ashyq/clusters")

PATIENCE = 30.0  # seconds that whatever is left of an earlier server may stand in our way
ATTEMPTS = 6  # starts that fail although nothing stands in the way, with growing pauses: about three seconds
RECOVERY = 600  # seconds a live server may take to replay its log after a crash
SHUTDOWN = 60  # seconds a fast shutdown may take

# A stranger who listens on our port must prove that he knows the password, and does not learn it.
CLIENT = {"PGREQUIREAUTH": "scram-sha-256", "PGSSLMODE": "disable", "PGGSSENCMODE": "disable", "PGCONNECT_TIMEOUT": "2"}

_NOT_OURS = "{} belongs to another user: run as that user, or use another data folder."

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """A running server: `url` is the administrator's, `adopted` tells that it was running before we came."""

    url: str
    port: int
    cluster: Path
    adopted: bool = False


def start(data: Path, *, settings: Mapping[str, str] = {}) -> Server:
    """Start the server of the folder `data`, making the cluster when there is none; adopt it when it runs already.

    `settings` override `SETTINGS`; an adopted server keeps the ones it was started with. Calls from several processes
    wait for each other. Whatever a killed server left behind (its lock file, its orphaned processes) is cleared away.

    Raises:
        PostgresUnusable: the folder holds another major version or belongs to another user, or the server fails.
    """
    data = _folder(data)
    with _locked(data / "postgres.lock", fcntl.LOCK_EX):
        cluster = _place(data)
        if not cluster.exists():
            _create(cluster, data)
        _refuse_unsuitable(cluster)
        return _started(cluster, data, {**SETTINGS, **settings})


def stop(server: Server) -> None:
    """Shut down fast (open transactions are rolled back) and wait until it is done; a server that is down stays down.

    Raises:
        PostgresUnusable: it is still running after a minute.
    """
    _shut(server.cluster)


@contextmanager
def running(data: Path, *, settings: Mapping[str, str] = {}) -> Iterator[Server]:
    """The server for as long as the block lasts; of several users of one folder, the last to leave stops it."""
    data = _folder(data)
    with _locked(data / "postgres.users", fcntl.LOCK_SH) as users:
        try:
            yield start(data, settings=settings)
        finally:  # also when Ctrl-C comes while it starts
            if _only_user(users):
                _shut(data / "postgres")


def remove(data: Path) -> None:
    """Stop the server of `data` and delete all that `start` made, wherever it lies; the folder itself stays."""
    data = data.resolve()
    link = data / "postgres"
    cluster = link.resolve()
    if cluster.exists():
        _shut(cluster)
        _end(_processes(cluster))
        shutil.rmtree(cluster)
    if link.is_symlink():
        link.unlink()
    for name in ("password", "port", "log", "users", "lock"):
        (data / f"postgres.{name}").unlink(missing_ok=True)


def _folder(data: Path) -> Path:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresUnusable(f"The data folder {data} cannot be made ({error.strerror}): use another.") from None
    return data.resolve()


@contextmanager
def _locked(file: Path, kind: int) -> Iterator[IO[str]]:
    """Hold a lock that the kernel frees when we die, however we die."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise PostgresUnusable(_NOT_OURS.format(file)) from None
    with open(descriptor, "r+") as lock:  # noqa: PTH123 - Path.open takes no descriptor
        fcntl.flock(lock, kind)
        yield lock


def _only_user(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _place(data: Path) -> Path:
    """Where the cluster lies: in the data folder, or where `postgres` in the data folder leads.

    Folders such as a root home are closed to the account that runs the server, so the cluster is kept outside. The link
    is made first: a cluster without one is what remained when somebody removed the data folder.
    """
    link = data / "postgres"
    if not os.path.lexists(link) and (account := unprivileged()) and not can_enter(data, account):
        target = CLUSTERS / hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        make_public(CLUSTERS)
        if target.exists():
            _set_aside(target)
        link.symlink_to(target)
    return link.resolve()


def _set_aside(cluster: Path) -> None:
    """Keep what a removed data folder left outside: only its owner can know that it is no longer needed."""
    _shut(cluster)
    aside = cluster.with_name(f"{cluster.name}.{time.time_ns()}")
    cluster.rename(aside)
    LOG.warning("The database of a removed data folder is kept in %s; delete it when nobody needs it.", aside)


def _create(cluster: Path, data: Path) -> None:
    """Initialise beside the final place and rename, so that an interrupted attempt never looks like a cluster."""
    fresh = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    make_public(cluster.parent)  # missing only where somebody emptied the place outside the data folder
    fresh.mkdir(mode=0o700)
    if account := unprivileged():
        os.chown(fresh, account.uid, account.gid)
    password = secrets.token_urlsafe(24)
    _keep(data / "postgres.password", password)
    done = _initdb(fresh, password, account)
    if done.returncode:
        raise PostgresUnusable(f"PostgreSQL cannot make its files in {cluster}:\n{done.stdout}")
    fresh.rename(cluster)


def _initdb(cluster: Path, password: str, account: Account | None) -> CompletedProcess[str]:
    # The builtin provider sorts and folds case alike on every machine. Full-text search, however, still asks the system
    # what a letter is: with the character type C it takes «Заң» with its quotes for one word.
    with tempfile.NamedTemporaryFile("w", dir=cluster.parent, prefix=".postgres-") as secret:
        if account:
            os.fchown(secret.fileno(), account.uid, account.gid)
        secret.write(password)
        secret.flush()
        options = (
            f"--username={SUPERUSER} --auth-host=scram-sha-256 --auth-local=reject --data-checksums --encoding=UTF8"
        )
        locale = "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --lc-ctype=C.UTF-8 --no-instructions"
        command = [
            binary("initdb"),
            *options.split(),
            *locale.split(),
            f"--pwfile={secret.name}",
            f"--pgdata={cluster}",
        ]
        return run(command, account)


def _keep(file: Path, text: str) -> None:
    """Write a small secret file that is whole or absent."""
    fresh = file.with_name(f"{file.name}.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:  # noqa: PTH123 - as above
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)


def _refuse_unsuitable(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
        holder = cluster.stat().st_uid
    except PermissionError:
        raise PostgresUnusable(_NOT_OURS.format(cluster)) from None
    except FileNotFoundError:
        raise PostgresUnusable(
            f"{cluster} is not a PostgreSQL cluster: remove it, or use another data folder."
        ) from None
    if found != (ours := version().partition(".")[0]):
        raise PostgresUnusable(
            f"{cluster} was made by PostgreSQL {found}, this is {ours}. Use another data folder, or carry the data "
            f"over: pg_dumpall with PostgreSQL {found}, then psql into the new server."
        )
    if holder == 0:
        raise PostgresUnusable(
            f"{cluster} belongs to root, whom PostgreSQL refuses to serve: give it back to its user."
        )
    if not can_enter(cluster, owner(cluster)):
        raise PostgresUnusable(
            f"The user {pwd.getpwuid(holder).pw_name}, who runs the server, cannot enter {cluster}: "
            "open the folders above it to him (chmod o+x), or use another data folder."
        )


def _started(cluster: Path, data: Path, settings: Mapping[str, str]) -> Server:
    """Launch the server, or find it; only an answer to our password counts as running.

    A server that starts up or shuts down is waited for. When the postmaster is dead, its children are ended, because
    they keep the shared memory that a new server needs; its lock file is removed, because its number may by now belong
    to a stranger or to a zombie, and PostgreSQL would take either for a running server.
    """
    password, log = _password(data), data / "postgres.log"
    complaint, launched, failures = "", False, 0
    until = time.monotonic() + PATIENCE
    while failures < ATTEMPTS and time.monotonic() < until:
        pid, port = _postmaster(cluster)
        alive = _processes(cluster)
        if pid in alive:
            if not (complaint := _complaint(cluster, port, password)):
                url = f"postgresql://{SUPERUSER}:{password}@{HOST}:{port}/postgres"
                return Server(url, port, cluster, adopted=not launched)
            time.sleep(0.1)
        elif alive:
            complaint = f"processes {sorted(alive)} of an earlier server do not end"
            _end(alive)
            time.sleep(0.1)
        elif _launch(cluster, _free_port(data), settings, log):
            launched, until = True, time.monotonic() + PATIENCE
        else:
            complaint = "it ended at once"
            time.sleep(0.05 * 2**failures)
            failures += 1
    if launched:
        _shut(cluster)
    raise PostgresUnusable(f"PostgreSQL does not start: {complaint}. The last lines of {log}:\n{_tail(log)}")


def _password(data: Path) -> str:
    file = data / "postgres.password"
    try:
        return file.read_text()
    except PermissionError:
        raise PostgresUnusable(_NOT_OURS.format(file)) from None
    except FileNotFoundError:
        raise PostgresUnusable(f"{file} is missing: put it back, or use another data folder.") from None


def _postmaster(cluster: Path) -> tuple[int, int]:
    """The process number and port that the last postmaster wrote down, zeros when it ended in order."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return 0, 0


def _processes(cluster: Path) -> set[int]:
    """The living server processes that work in the cluster; a zombie works nowhere.

    Asked as the server's account: in a container, root may not look at the processes of others.
    """
    if not Path("/proc/self").exists():
        return _assumed_process(cluster)
    script = """for home in /proc/[0-9]*; do
        [ "$home/cwd" -ef "$1" ] && read -r name <"$home/comm" && [ "$name" = postgres ] && echo "${home#/proc/}"
    done"""
    found = run(["/bin/sh", "-c", script, "sh", str(cluster)], owner(cluster), errors=DEVNULL)
    return {int(pid) for pid in found.stdout.split()}


def _assumed_process(cluster: Path) -> set[int]:
    """Without /proc (macOS): whoever has the postmaster's number is taken for it."""
    pid, _ = _postmaster(cluster)
    with suppress(ProcessLookupError, PermissionError):
        if pid:
            os.kill(pid, 0)
            return {pid}
    return set()


def _complaint(cluster: Path, port: int, password: str) -> str:
    """What a real client hears from the server; nothing when it is ours and answers."""
    options = ["-XAt", "-h", HOST, "-p", str(port), "-U", SUPERUSER, "-d", "postgres", "-c", "SHOW data_directory"]
    answer = run([binary("psql"), *options], None, more={**CLIENT, "PGPASSWORD": password}).stdout.strip()
    return "" if answer == str(cluster) else answer or "it does not answer"


def _end(processes: set[int]) -> None:
    """End processes that no postmaster leads any more; like the crash before, it costs no committed data."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _free_port(data: Path) -> int:
    """The port of last time, or another when somebody else has taken it."""
    file = data / "postgres.port"
    last = 0
    with suppress(OSError, ValueError):
        last = int(file.read_text())
    for wanted in (last, 0):
        with suppress(OSError), socket.create_server((HOST, wanted)) as probe:
            port: int = probe.getsockname()[1]
            if port != last:
                _keep(file, str(port))
            return port
    raise PostgresUnusable(f"No port of {HOST} can be opened for PostgreSQL.")


def _launch(cluster: Path, port: int, settings: Mapping[str, str], log: Path) -> bool:
    """Whether a new postmaster came up. It gets a session of its own: Ctrl-C in the terminal reaches only us."""
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    all_settings = {**settings, "port": str(port), "listen_addresses": HOST, "unix_socket_directories": ""}
    options = shlex.join(part for name, value in all_settings.items() for part in ("-c", f"{name}={value}"))
    command = [binary("pg_ctl"), "start", "--silent", "--wait", f"--timeout={RECOVERY}"]
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as output:  # noqa: PTH123 - as above
        done = run([*command, f"--pgdata={cluster}", "-o", options], owner(cluster), output=output)
    return done.returncode == 0


def _shut(cluster: Path) -> None:
    pid, _ = _postmaster(cluster)
    if not pid or pid not in _processes(cluster):
        return
    command = [binary("pg_ctl"), "stop", "--silent", "--wait", "--mode=fast", f"--timeout={SHUTDOWN}"]
    done = run([*command, f"--pgdata={cluster}"], owner(cluster))
    if done.returncode and pid in _processes(cluster):
        raise PostgresUnusable(f"PostgreSQL (process {pid}) does not stop: {done.stdout.strip()}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:]) if log.exists() else "(no log)"
