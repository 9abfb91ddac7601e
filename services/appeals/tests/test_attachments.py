"""Files of appeals: who may attach and read them, how large and of what types they are, and what stays of each."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from appeals.domain.attachments import MOST
from servicekit.incoming import PIECE
from servicekit.testing import serving
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Filing = Callable[..., dict[str, Any]]
Act = Callable[..., Awaitable[httpx.Response]]
Attach = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]
Download = Callable[..., Awaitable[httpx.Response]]
Receipt = Callable[..., Awaitable[dict[str, Any]]]

TEXT = "Шатырдан су ағады, суреті осында.".encode()
# Longer than two pieces, and no multiple of one.
LONG = b"%PDF-1.7\n" + bytes(range(256)) * 2500


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def counted(database: TestDatabase, table: str) -> int:
    connection = await asyncpg.connect(database.admin_url)
    try:
        found: int = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        return found
    finally:
        await connection.close()


async def test_a_file_is_attached_scanned_and_read(
    client: httpx.AsyncClient, people: People, file: File, attach: Attach, run_sweeps: RunSweeps
) -> None:
    appeal = await file()
    answer = await attach("citizen", appeal, LONG, name="Шағым.pdf", declared="application/pdf")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    place = f"/v1/appeals/{appeal['id']}/attachments/{told['id']}"
    assert answer.headers["location"] == place
    assert told.pop("at").startswith("2026-11-23T10:00:")
    assert told == {
        "id": told["id"],
        "name": "Шағым.pdf",
        "media_type": "application/pdf",
        "size": len(LONG),
        "sha256": hashlib.sha256(LONG).hexdigest(),
        "state": "quarantined",
        "finding": None,
        "by": {"role": "citizen"},
    }
    assert code(await client.get(place, headers=people["citizen"])) == (409, "file-quarantined")
    assert (await run_sweeps())["scan-attachments"] == 1
    for who in ("citizen", "officer"):
        got = await client.get(place, headers=people[who])
        assert (got.status_code, got.content) == (200, LONG)
        assert got.headers["content-type"] == "application/pdf"
        assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%A8")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"].startswith("sandbox")
        assert got.headers["content-length"] == str(len(LONG))
    copy = people["citizen"] | {"If-None-Match": got.headers["etag"]}
    assert (await client.get(place, headers=copy)).status_code == 304


async def test_the_files_of_an_appeal_are_listed_oldest_first(
    file: File, attach: Attach, look: Look, run_sweeps: RunSweeps
) -> None:
    appeal = await file()
    for who, name in (("citizen", "1.txt"), ("officer", "2.txt"), ("citizen", "3.txt")):
        assert (await attach(who, appeal, TEXT, name=name)).status_code == 201
    assert (await run_sweeps())["scan-attachments"] == 3
    for who in ("citizen", "officer"):
        page = await look(who, f"/v1/appeals/{appeal['id']}/attachments", limit=2)
        rest = await look(who, page["next"])
        shown = [(each["name"], each["by"]["role"], each["state"]) for each in page["items"] + rest["items"]]
        assert shown == [("1.txt", "citizen", "clean"), ("2.txt", "officer", "clean"), ("3.txt", "citizen", "clean")]
        assert rest["next"] is None


async def test_the_journal_has_the_files_hash_and_not_its_name(
    client: httpx.AsyncClient, file: File, attach: Attach, look: Look, run_sweeps: RunSweeps, receipt: Receipt
) -> None:
    appeal = await file()
    told = (await attach("citizen", appeal, TEXT, name="Құпия.txt")).json()
    await run_sweeps()
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"][1:]
    about = {"agency": "min-transport", "sha256": hashlib.sha256(TEXT).hexdigest()}
    assert [(each["event"], each["by"]["role"], each["object"]["version"], each["data"]) for each in entries] == [
        ("appeal.attached", "citizen", 2, about | {"size": len(TEXT)}),
        ("appeal.attachment_scanned", "system", 3, about | {"state": "clean"}),
    ]
    assert "Құпия" not in (await client.get("/v1/journals/appeals/entries")).text
    address = f"/v1/appeals/{appeal['id']}"
    steps = (await look("citizen", f"{address}/history"))["items"]
    assert [step["data"].get("name") for step in steps[1:]] == ["Құпия.txt", "Құпия.txt"]
    assert {step["data"]["attachment"] for step in steps[1:]} == {told["id"]}
    proven = [each["entry"]["event"] for each in (await receipt("citizen", address))["entries"]]
    assert proven == ["appeal.registered", "appeal.attached", "appeal.attachment_scanned"]


async def test_an_officers_looks_leave_a_trace(
    client: httpx.AsyncClient, people: People, file: File, attach: Attach, look: Look, run_sweeps: RunSweeps
) -> None:
    appeal = await file()
    address = f"/v1/appeals/{appeal['id']}"
    told = (await attach("citizen", appeal, TEXT)).json()
    place = f"{address}/attachments/{told['id']}"
    assert (await client.get(place, headers=people["officer"])).status_code == 409
    await run_sweeps()
    await look("officer", f"{address}/attachments")
    await client.get(place, headers=people["officer"])
    await client.get(place, headers=people["citizen"])
    seen = (await look("citizen", f"{address}/accesses"))["items"]
    assert [each["operation"] for each in seen] == ["read_appeal_attachment", "list_appeal_attachments"]


async def test_what_the_body_attaches_its_applicant_is_told(file: File, attach: Attach, look: Look) -> None:
    appeal = await file()
    await attach("citizen", appeal, TEXT)
    assert (await look("citizen", "/v1/me/notices"))["items"] == []
    await attach("officer", appeal, TEXT)
    assert [each["event"] for each in (await look("citizen", "/v1/me/notices"))["items"]] == ["appeal.attached"]


class TestRefusals:
    async def test_a_file_is_what_it_is_said_to_be_and_of_a_type_that_is_taken(
        self, file: File, attach: Attach, database: TestDatabase, look: Look
    ) -> None:
        appeal = await file()
        page = b"<!doctype html><script>alert(1)</script>"
        assert code(await attach("citizen", appeal, page, name="a.txt", declared="text/plain")) == (
            415, "file-type-not-allowed"
        )  # fmt: skip
        assert code(await attach("citizen", appeal, b"", name="a.txt")) == (415, "file-type-not-allowed")
        for name, declared in (("a.pdf", "text/plain"), ("a.txt", "application/pdf"), ("a.txt", "text/html")):
            refused = await attach("citizen", appeal, TEXT, name=name, declared=declared)
            assert code(refused) == (422, "file-type-mismatch")
            assert "text/plain" in refused.json()["detail"]
        for name in ("a.txt\n", "../a.txt", "", "a" * 201):
            refused = await attach("citizen", appeal, TEXT, name=name)
            assert refused.status_code == (201 if name == "a.txt\n" else 422), name
        assert len((await look("citizen", f"/v1/appeals/{appeal['id']}/attachments"))["items"]) == 1
        assert await counted(database, "attached") == 1

    async def test_a_name_is_asked_for(self, client: httpx.AsyncClient, people: People, file: File) -> None:
        address = f"/v1/appeals/{(await file())['id']}/attachments"
        answer = await client.post(address, content=TEXT, headers=people["citizen"])
        assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("invalid", "name")

    async def test_an_appeal_that_has_ended_takes_no_more_files(self, file: File, act: Act, attach: Attach) -> None:
        withdrawn, answered = await file(), await file()
        await act("citizen", withdrawn, "withdrawal")
        await act("officer", answered, "decision")
        for appeal in (withdrawn, answered):
            assert code(await attach("citizen", appeal, TEXT)) == (409, "not-allowed-now")

    async def test_an_appeal_has_so_many_files_and_no_more(
        self, file: File, attach: Attach, database: TestDatabase
    ) -> None:
        appeal = await file()
        for _ in range(MOST - 2):
            assert (await attach("citizen", appeal, TEXT)).status_code == 201
        raced = await asyncio.gather(*(attach("citizen", appeal, TEXT) for _ in range(5)))
        assert sorted(answer.status_code for answer in raced) == [201, 201, 409, 409, 409]
        assert code(await attach("officer", appeal, TEXT)) == (409, "too-many-files")
        assert await counted(database, "attached") == MOST

    async def test_who_is_no_party_learns_nothing(
        self, client: httpx.AsyncClient, people: People, file: File, attach: Attach, database: TestDatabase
    ) -> None:
        appeal = await file()
        told = (await attach("citizen", appeal, TEXT)).json()
        assert code(await attach("neighbour", appeal, TEXT)) == (404, "not-found")
        assert code(await attach("akimat", appeal, TEXT)) == (404, "not-found")
        place = f"/v1/appeals/{appeal['id']}/attachments"
        for address in (place, f"{place}/{told['id']}"):
            assert code(await client.get(address, headers=people["neighbour"])) == (404, "not-found")
        other = await file("neighbour")
        elsewhere = f"/v1/appeals/{other['id']}/attachments/{told['id']}"
        assert code(await client.get(elsewhere, headers=people["neighbour"])) == (404, "not-found")
        assert await counted(database, "attachments") == 1


class TestSize:
    @pytest.fixture
    async def client(self, app_on: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
        """A service that takes little, but of files more."""
        async with serving(app_on(database, body_limit=1000, file_limit=PIECE + 1)) as client:
            yield client

    async def test_a_file_may_be_larger_than_other_bodies_up_to_a_limit(
        self,
        client: httpx.AsyncClient,
        people: People,
        file: File,
        filing: Filing,
        attach: Attach,
        database: TestDatabase,
    ) -> None:
        appeal = await file()

        async def pieces(size: int) -> AsyncIterator[bytes]:
            for start in range(0, size, 1000):
                yield b"a" * min(1000, size - start)

        assert (await attach("citizen", appeal, b"a" * (PIECE + 1))).status_code == 201
        assert (await attach("citizen", appeal, pieces(PIECE + 1))).status_code == 201
        assert code(await attach("citizen", appeal, b"a" * (PIECE + 2))) == (413, "too-large")
        assert code(await attach("citizen", appeal, pieces(PIECE + 2))) == (413, "too-large")
        large = filing(text="a" * 1000)
        assert code(await client.post("/v1/appeals", json=large, headers=people["citizen"])) == (413, "too-large")
        address = f"/v1/appeals/{appeal['id']}/objection"
        assert code(await client.post(address, json={"text": "a" * 1000}, headers=people["citizen"])) == (
            413, "too-large"
        )  # fmt: skip
        assert await counted(database, "attached") == 2


class TestOnce:
    async def test_a_repeat_gets_the_same_answer_and_attaches_nothing(
        self, file: File, act: Act, attach: Attach, database: TestDatabase
    ) -> None:
        appeal = await file()
        key = {"Idempotency-Key": "k1"}
        first = await attach("citizen", appeal, LONG, name="a.pdf", **key)
        again = await attach("citizen", appeal, LONG, name="a.pdf", **key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        for name, content in (("a.pdf", LONG + b" "), ("b.pdf", LONG)):
            assert code(await attach("citizen", appeal, content, name=name, **key)) == (422, "key-reused")
        # Also when it is not even read any more, because the appeal has ended meanwhile.
        await act("citizen", appeal, "withdrawal")
        late = await attach("citizen", appeal, LONG, name="a.pdf", **key)
        assert (late.status_code, late.content) == (201, first.content)
        assert await counted(database, "attached") == 1

    async def test_of_equal_requests_at_a_time_one_attaches(
        self, file: File, attach: Attach, database: TestDatabase
    ) -> None:
        appeal = await file()
        key = {"Idempotency-Key": "k1"}
        answers = await asyncio.gather(*(attach("citizen", appeal, LONG, name="a.pdf", **key) for _ in range(4)))
        assert {answer.content for answer in answers} == {answers[0].content}
        assert await counted(database, "attached") == 1


async def test_a_sender_who_leaves_attaches_nothing_and_is_forgotten(
    client: httpx.AsyncClient, people: People, file: File, look: Look, run_sweeps: RunSweeps, database: TestDatabase
) -> None:
    address = f"/v1/appeals/{(await file())['id']}/attachments"

    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * (PIECE + 1)
        while await counted(database, "attachment_pieces") == 0:  # noqa: ASYNC110 - nobody says when it is there
            await asyncio.sleep(0.02)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await client.post(address, params={"name": "a.txt"}, content=broken(), headers=people["citizen"])
    assert (await look("citizen", address))["items"] == []
    assert (await run_sweeps())["forget-unfinished-files"] == 0
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE attachments SET began_at = began_at - interval '7 hours'")
    finally:
        await admin.close()
    assert (await run_sweeps())["forget-unfinished-files"] == 1
    assert [await counted(database, table) for table in ("attachments", "attachment_pieces")] == [0, 0]


async def test_a_part_that_is_split_off_has_the_files_of_its_whole(
    file: File, act: Act, attach: Attach, look: Look, download: Download, *, run_sweeps: RunSweeps
) -> None:
    whole = await file(points=["Шатыр.", "Жарық."])
    told = (await attach("citizen", whole, TEXT, name="before.txt")).json()
    assert (await act("officer", whole, "forwarding", points=[2])).status_code == 200
    await attach("citizen", whole, TEXT, name="after.txt")
    await run_sweeps()
    [part] = [each for each in (await look("citizen", "/v1/appeals"))["items"] if each["id"] != whole["id"]]
    assert [each["name"] for each in (await look("akimat", f"/v1/appeals/{part['id']}/attachments"))["items"]] == [
        "before.txt"
    ]
    assert (await download("akimat", part, told)).content == TEXT
