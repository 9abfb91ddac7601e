"""The databases that Compose makes are those that the stack makes, and the command of its jobs migrates them."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from stack import databases
from stack.postgres_programs import binary

SERVICES = ("appeals", "procurement", "legal_acts", "registry")
_ROLES = "SELECT to_jsonb(r) - 'oid' FROM pg_roles r WHERE rolname IN ($1::text, $1::text || '_app') ORDER BY rolname"
_MEMBERS = """
SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m
 WHERE m.member::regrole::text IN ($1::text, $1::text || '_app')
"""
_DATABASE = """
SELECT datname, datdba::regrole::text, pg_encoding_to_char(encoding), datlocprovider, datcollate, datctype
  FROM pg_database WHERE datname = $1::text
"""
_GRANTS = """
SELECT 'database', datname, item::text FROM pg_database, unnest(datacl) AS item WHERE datname = $1::text
UNION ALL
SELECT 'schema', nspname, item::text FROM pg_namespace, unnest(nspacl) AS item WHERE nspname = 'public'
UNION ALL
SELECT defaclobjtype::text, defaclrole::regrole::text, item::text
  FROM pg_default_acl, unnest(defaclacl) AS item
 ORDER BY 1, 2, 3
"""


@pytest.fixture(scope="module")
def made(postgres_url: str, root: Path) -> str:
    """A server on which the script has run twice, by its administrator's URL."""
    admin = urlsplit(postgres_url)
    environment = {
        "PATH": f"{Path(binary('psql')).parent}:{os.environ['PATH']}",
        "PGHOST": admin.hostname or "",
        "PGPORT": str(admin.port),
        "PGPASSWORD": admin.password or "",
        "POSTGRES_USER": admin.username or "",
        "ASHYQ_OWNER_PASSWORD": 'owner\'s \\ "own"',
        **{f"ASHYQ_{service.upper()}_PASSWORD": f"{service}'s" for service in SERVICES},
    }
    for _ in range(2):
        script = [str(root / "deploy" / "postgres" / "services.sh")]
        done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr
    return postgres_url


@pytest.mark.parametrize("service", SERVICES)
def test_the_script_makes_what_the_stack_makes(made: str, service: str) -> None:
    asyncio.run(databases.prepare(made, "model", "any"))
    scripted = asyncio.run(_look(made, f"ashyq_{service}"))
    assert scripted.replace(f"ashyq_{service}", "ashyq_model") == asyncio.run(_look(made, "ashyq_model"))


def test_the_command_of_the_jobs_migrates(made: str) -> None:
    address = urlsplit(made).netloc.rpartition("@")[2]
    url = f"postgresql://ashyq_appeals@{address}/ashyq_appeals"
    command = [sys.executable, "-m", "servicekit.migrations", "appeals"]
    given = {"MIGRATION_DATABASE_URL": url, "PGPASSWORD": 'owner\'s \\ "own"'}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    asyncio.run(_expect_an_application(f"postgresql://ashyq_appeals_app@{address}/ashyq_appeals"))


async def _expect_an_application(url: str) -> None:
    connection = await asyncpg.connect(url, password="appeals's")  # noqa: S106
    try:
        assert await connection.fetchval("SELECT count(*) FROM appeals") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine ()")
        for changing in ("DELETE FROM journal", "UPDATE leaves SET hash = ''", "DELETE FROM checkpoints"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(changing)
    finally:
        await connection.close()


async def _look(admin_url: str, database: str) -> str:
    """All that is known of a database and its roles, in words."""
    connection = await asyncpg.connect(f"{admin_url.rpartition('/')[0]}/{database}")
    try:
        looks = [await connection.fetch(query, database) for query in (_ROLES, _MEMBERS, _DATABASE, _GRANTS)]
    finally:
        await connection.close()
    return "\n".join(str(tuple(row)) for look in looks for row in look)
