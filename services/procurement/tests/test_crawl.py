"""Who crawls while others write ends with the database's content, and misses nothing that was there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]

ENTRIES = "/v1/journals/procurement/entries?limit=7"
AFTER_DEADLINE = "2026-11-26T18:00:01"
AFTER_WINDOW = "2026-12-04T00:00:01"
# Every official object with its version, as the database has it.
OBJECTS = """
SELECT 'tender', id, version FROM tenders UNION ALL SELECT 'bid', id, version FROM bids
 UNION ALL SELECT 'award', id, version FROM awards UNION ALL SELECT 'complaint', id, version FROM complaints
 UNION ALL SELECT 'contract', id, version FROM contracts UNION ALL SELECT 'plan', id, version FROM plans
"""
KINDS = {"tender", "bid", "award", "complaint", "contract", "plan"}


class Crawler:
    """Follows the journal by its cursor, and keeps the last version of every object."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.indexes: list[int] = []
        self.seen: dict[tuple[str, UUID], int] = {}

    async def follow(self, done: asyncio.Event) -> None:
        """Go on until an empty page comes after all is done."""
        while True:
            over = done.is_set()
            after = f"&after={self.indexes[-1]}" if self.indexes else ""
            answer = await self._client.get(ENTRIES + after)
            items = answer.raise_for_status().json()["items"]
            for entry in items:
                self.indexes.append(entry["index"])
                told = entry["object"]
                name = told["kind"], UUID(told["id"])
                assert told["version"] > self.seen.get(name, 0), "a version came after a later one"
                self.seen[name] = told["version"]
            if not items:
                if over:
                    return
                await asyncio.sleep(0.01)


async def test_a_crawler_of_the_journal_ends_with_the_databases_content(
    *,
    client: httpx.AsyncClient,
    people: People,
    plan: Do,
    publish: Do,
    bid: Do,
    go_to: GoTo,
    sweep: Sweep,
    look: Do,
    database: TestDatabase,
) -> None:
    done = asyncio.Event()
    crawlers = [Crawler(client) for _ in range(3)]

    async def write(n: int) -> None:
        for turn in range(3):
            if n == turn == 0:
                await plan(published=True)
            tender = await publish()
            if (n + turn) % 3 == 0:
                address = f"/v1/tenders/{tender['id']}/cancellation"
                cancelled = await client.post(address, json={"reason": "Қате"}, headers=people["buyer"])
                assert cancelled.status_code == 200, cancelled.text
                continue
            made = await bid("supplier", tender)
            await bid("rival", tender, "950000")
            if turn == 1:
                await client.delete(f"/v1/bids/{made['id']}", headers=people["supplier"])

    async def work() -> None:
        await asyncio.gather(*(write(n) for n in range(4)))
        for moment in (AFTER_DEADLINE, AFTER_WINDOW):
            go_to(moment)
            await asyncio.gather(sweep(), sweep())
        await look("nobody", "/v1/journals/procurement/entries")  # once all is sealed
        done.set()

    await asyncio.gather(work(), *(crawler.follow(done) for crawler in crawlers))
    content = await content_of(database)
    assert {kind for kind, _ in content} >= {"plan", "tender", "bid", "award"}
    for crawler in crawlers:
        assert crawler.indexes == list(range(len(crawler.indexes)))
        assert {name: version for name, version in crawler.seen.items() if name[0] in KINDS} == content


async def content_of(database: TestDatabase) -> dict[tuple[str, UUID], int]:
    """The version of every official object."""
    admin = await asyncpg.connect(database.admin_url)
    try:
        return {(kind, identity): version for kind, identity, version in await admin.fetch(OBJECTS)}
    finally:
        await admin.close()


async def test_a_crawler_of_awards_misses_nothing_that_was_there(client: httpx.AsyncClient, award: Do) -> None:
    before = {(await award())["award"]["id"] for _ in range(3)}
    done = asyncio.Event()

    async def write() -> None:
        for price in ("840000", "860000"):
            await award({"rival": price})
        done.set()

    async def crawl(sort: str) -> int:
        rounds = 0
        while not (done.is_set() and rounds):
            seen: list[str] = []
            following: str | None = f"/v1/awards?limit=1&sort={sort}"
            while following is not None:
                page = (await client.get(following)).raise_for_status().json()
                seen += [each["id"] for each in page["items"]]
                following = page["next"]
            assert len(set(seen)) == len(seen)
            assert set(seen) >= before
            rounds += 1
        return rounds

    async with asyncio.TaskGroup() as group:
        crawls = [group.create_task(crawl(sort)) for sort in ("-awarded_at", "-amount", "amount")]
        await write()
    assert min(each.result() for each in crawls) > 1
