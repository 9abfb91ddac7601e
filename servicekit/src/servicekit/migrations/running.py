"""Bringing a service's database to the schema that its code expects."""

import asyncio
import os
from collections.abc import Sequence

from alembic import command, context
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

from servicekit import tables

# One number for all: two processes that start on one database take turns.
_LOCK = 7_276_412_853
ischema_names["xid8"] = tables.Xid8  # a schema is compared with the models by the types that it is read back with


class SchemaIsNewer(Exception):
    """The database was migrated by newer code than this; run that code, or a newer one."""


def configuration(package: str, url: str) -> Config:
    """Alembic's configuration for a service: its own migrations, and the kit's beside them."""
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    packages = sorted({"servicekit", package})
    config.set_main_option("version_locations", " ".join(f"{each}:migrations/versions" for each in packages))
    config.set_main_option("path_separator", "space")
    config.attributes["url"] = url
    return config


def upgrade(package: str, url: str) -> None:
    """Run the migrations that the database has not seen, under a lock; call it outside an event loop.

    Raises:
        SchemaIsNewer: the database knows a migration that this code does not.
    """
    try:
        command.upgrade(configuration(package, url), "heads")
    except CommandError as error:
        if "Can't locate revision" in str(error):
            raise SchemaIsNewer(f"the database of {package} was migrated by newer code; update this code") from error
        raise


def run_environment(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls: its tables and the kit's, on the database that owns them."""
    url = context.config.attributes.get("url") or os.environ["MIGRATION_DATABASE_URL"]
    asyncio.run(_migrate(url, [tables.metadata, metadata]))


async def _migrate(url: str, metadata: Sequence[MetaData]) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, metadata: Sequence[MetaData]) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
    context.run_migrations()
