"""The migrations make the schema that the code describes, and can be taken back."""

import asyncio
from typing import Any

import asyncpg
import pytest
from alembic import command

from servicekit.migrations.running import configuration
from stack.testing import TestDatabase

_LEFT = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
 UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1
"""


# SQLAlchemy has no word for this type of PostgreSQL's; ours is compared by its name.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_they_go_up_down_and_up_again(own_database: TestDatabase) -> None:
    settings = configuration("legal_acts", own_database.owner_url)
    command.upgrade(settings, "heads")
    command.check(settings)
    made = what_is_there(own_database)
    assert {"drafts", "versions", "comments", "opinions", "reports", "draft_number", "journal"} <= set(made)
    command.downgrade(settings, "base")
    assert what_is_there(own_database) == ["alembic_version", "alembic_version_pkc"]
    command.upgrade(settings, "heads")
    command.check(settings)
    assert what_is_there(own_database) == made


def what_is_there(database: TestDatabase) -> list[str]:
    return [row[0] for row in asyncio.run(_ask(database.admin_url, _LEFT))]


async def _ask(url: str, question: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        found: list[Any] = await connection.fetch(question)
        return found
    finally:
        await connection.close()
