"""The two roles of a service can do what they are for, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from stack.databases import ServiceUrls, prepare

PASSWORD = "p@ss/word'%:é"  # noqa: S105 - every sign that a URL or a literal must escape


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def prepared(admin_url: str, *services: str) -> AsyncIterator[list[ServiceUrls]]:
    """Prepare services, and leave the server as it was."""
    try:
        yield [await prepare(admin_url, service, PASSWORD) for service in services]
    finally:
        async with connected(admin_url) as admin:
            for service in services:
                name = f"ashyq_{service.replace('-', '_')}"
                await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                await admin.execute(f"DROP ROLE IF EXISTS {name}, {name}_app")


async def test_the_application_works_with_rows_of_the_owners_tables(postgres_url: str) -> None:
    async with prepared(postgres_url, "rows") as [urls]:
        async with connected(urls.migration_database_url) as owner:
            await owner.execute("CREATE TABLE fact (id serial PRIMARY KEY, said text)")
            await owner.execute("CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42'")
            await owner.execute("REVOKE EXECUTE ON FUNCTION answer() FROM PUBLIC")
        async with connected(urls.database_url) as app:
            await app.execute("INSERT INTO fact (said) VALUES ('жоқ'), ('бар')")
            await app.execute("UPDATE fact SET said = 'иә' WHERE id = 1")
            await app.execute("DELETE FROM fact WHERE id = 2")
            assert await app.fetchval("SELECT array_agg(said) FROM fact") == ["иә"]
            assert await app.fetchval("SELECT answer()") == 42


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
        "CREATE SCHEMA mine",
        "DROP TABLE fact",
        "ALTER TABLE fact ADD said text",
        "TRUNCATE fact",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SET ROLE ashyq_forbidden",
        "COPY fact FROM PROGRAM 'true'",
    ],
)
async def test_the_application_has_no_ddl(postgres_url: str, forbidden: str) -> None:
    async with prepared(postgres_url, "forbidden") as [urls]:
        async with connected(urls.migration_database_url) as owner:
            await owner.execute("CREATE TABLE fact (id integer)")
        async with connected(urls.database_url) as app:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(forbidden)


@pytest.mark.parametrize("role", ["database_url", "migration_database_url"])
async def test_no_role_enters_the_database_of_another_service(postgres_url: str, role: str) -> None:
    async with prepared(postgres_url, "town-hall", "library") as [acts, _]:
        intruding = urlsplit(getattr(acts, role))._replace(path="/ashyq_library").geturl()
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
            await asyncpg.connect(intruding)


async def test_a_hyphen_becomes_an_underscore(postgres_url: str) -> None:
    async with prepared(postgres_url, "town-hall") as [urls], connected(urls.database_url) as app:
        names = await app.fetchrow("SELECT current_user::text, current_database()::text")
    assert tuple(names) == ("ashyq_town_hall_app", "ashyq_town_hall")


@pytest.mark.parametrize("name", ["", "Appeals", 'a"; DROP DATABASE postgres', "a--b", "-a", "a_b", "a\n"])
async def test_other_names_are_refused(postgres_url: str, name: str) -> None:
    with pytest.raises(ValueError, match="Not a service name"):
        await prepare(postgres_url, name, PASSWORD)


async def test_preparing_again_keeps_rows_and_rights_taken_back_and_changes_the_password(postgres_url: str) -> None:
    async with prepared(postgres_url, "again") as [first]:
        async with connected(first.migration_database_url) as owner:
            await owner.execute("CREATE TABLE entry (id integer)")
            await owner.execute("REVOKE UPDATE, DELETE ON entry FROM ashyq_again_app")
            await owner.execute("INSERT INTO entry VALUES (1)")
        second = await prepare(postgres_url, "again", "another")
        async with connected(second.database_url) as app:
            assert await app.fetchval("SELECT id FROM entry") == 1
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute("DELETE FROM entry")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(first.database_url)


async def test_many_stacks_prepare_at_the_same_time(postgres_url: str) -> None:
    async with prepared(postgres_url):
        results = await asyncio.gather(*(prepare(postgres_url, "crowd", PASSWORD) for _ in range(8)))
    async with prepared(postgres_url, "crowd") as [urls], connected(urls.database_url) as app:
        assert set(results) == {urls}
        assert await app.fetchval("SELECT 1") == 1


async def test_only_a_function_of_the_owner_sees_the_sessions_of_other_databases(postgres_url: str) -> None:
    waiting = "SELECT count(backend_xid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    function = "CREATE FUNCTION waiting() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN ({})"
    async with prepared(postgres_url, "gate", "other") as [urls, other]:
        async with connected(urls.migration_database_url) as owner:
            await owner.execute(function.format(waiting))
        async with (
            connected(urls.database_url) as app,
            connected(other.migration_database_url) as writer,
            writer.transaction(),
        ):
            assert await app.fetchval("SELECT waiting()") == 0
            await writer.execute("CREATE TABLE writing (id integer)")
            assert await app.fetchval("SELECT waiting()") == 1
            assert await app.fetchval(waiting) == 0
