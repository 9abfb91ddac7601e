"""The file for the court: all that was said, done and attached, which the verifier alone accepts offline."""

import asyncio
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from appeals.clients import EICAR
from appeals.schemas.archive import zipped
from appeals.schemas.court_file import member_of
from servicekit.incoming import PIECE
from stack.testing import TestDatabase
from verifier.court import CourtFile, verify_court_file
from verifier.receipts import Fault, verify_receipt
from verifier.signing import fast_verify

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]
# Longer than two pieces, and no multiple of one.
LONG = b"%PDF-1.7\n" + bytes(range(256)) * 2500


async def download(client: httpx.AsyncClient, headers: dict[str, str], appeal_id: str) -> zipfile.ZipFile:
    """The file, once all acts in it are sealed."""
    while True:
        answer = await client.get(f"/v1/appeals/{appeal_id}/court-file", headers=headers)
        if answer.status_code != 202:
            break
        assert "retry-after" in answer.headers
        await asyncio.sleep(0.02)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def checked(archive: zipfile.ZipFile, **others: bytes) -> CourtFile:
    """What the verifier finds in the file; `others` take the place of members, in a ZIP that is packed anew."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in archive.namelist():
            packed.writestr(name, others.get(name, archive.read(name)))
    made.seek(0)
    return verify_court_file(made, None, fast_verify)


async def test_everything_is_in_it_and_each_receipt_verifies_offline(
    client: httpx.AsyncClient, people: Made, sent_up: Make, take: Take
) -> None:
    complaint = await sent_up()
    assert (await take("reviewer", complaint, "ruling")).is_success
    for who in ("citizen", "officer", "reviewer"):
        archive = await download(client, people[who], complaint["appeal"])
        assert set(archive.namelist()) == {
            *("README.txt", "appeal.json", "complaints.json", "history.json", "clocks.json", "notices.json"),
            *("documents/appeal.txt", "documents/answer.txt", "documents/complaint-1.txt"),
            *("documents/challenged-answer-1.txt", "documents/opinion-1.txt", "documents/ruling-1.txt"),
            *("appeal.receipt.json", "complaint-1.receipt.json", "attachments.json"),
        }
        found = checked(archive)
        assert len(found.texts) == 6
        assert (found.attachments, found.missing, found.unproven) == ({}, (), ())
    assert "ashyq-verify" in archive.read("README.txt").decode()
    assert archive.read("documents/opinion-1.txt").decode() == "Жауап заңға сай."
    steps = [step["event"] for step in json.loads(archive.read("history.json"))]
    assert {"appeal.answered", "complaint.sent_up", "complaint.ruled", "appeal.closed"} <= set(steps)
    told = json.loads(archive.read("notices.json"))
    assert {each["event"] for each in told} == {"appeal.answered", "complaint.sent_up", "complaint.ruled"}
    assert all(each["available_at"] for each in told)
    for name, object_id in (("appeal", complaint["appeal"]), ("complaint-1", complaint["id"])):
        raw = archive.read(f"{name}.receipt.json")
        assert str(verify_receipt(raw, None).object_id) == object_id
        place = raw.index(b"complaint" if name != "appeal" else b"appeal")
        with pytest.raises(Fault):
            verify_receipt(raw[:place] + b"x" + raw[place + 1 :], None)


async def test_nobody_else_gets_it(client: httpx.AsyncClient, people: Made, complained: Make) -> None:
    complaint = await complained()
    for who, status in (("neighbour", 404), ("reviewer", 404), ("auditor", 403), ("nobody", 401)):
        answer = await client.get(f"/v1/appeals/{complaint['appeal']}/court-file", headers=people[who])
        assert answer.status_code == status, who


async def test_the_clean_files_are_in_it_and_a_byte_that_is_changed_is_found(
    client: httpx.AsyncClient, people: Made, file: Make, attach: Take, run_sweeps: RunSweeps
) -> None:
    appeal = await file()
    clean = (await attach("citizen", appeal, LONG, name="Сурет ё.pdf")).json()
    again = (await attach("officer", appeal, LONG, name="Сурет ё.pdf")).json()
    harmful = (await attach("citizen", appeal, EICAR, name="virus.txt")).json()
    assert (await run_sweeps())["scan-attachments"] == 3
    waits = (await attach("citizen", appeal, b"...", name="late.txt")).json()
    archive = await download(client, people["citizen"], appeal["id"])
    members = {each["id"]: f"attachments/{each['id']}-Сурет ё.pdf" for each in (clean, again)}
    assert [each for each in archive.namelist() if each.startswith("attachments/")] == [*members.values()]
    assert {archive.read(name) for name in members.values()} == {LONG}
    assert {archive.getinfo(name).compress_type for name in members.values()} == {zipfile.ZIP_STORED}
    listed = json.loads(archive.read("attachments.json"))
    assert [(each["id"], each["sha256"], each["state"], each["file"]) for each in listed] == [
        *((each["id"], hashlib.sha256(LONG).hexdigest(), "clean", members[each["id"]]) for each in (clean, again)),
        (harmful["id"], harmful["sha256"], "infected", None),
        (waits["id"], waits["sha256"], "quarantined", None),
    ]
    assert [each["missing"] and {*each["missing"]} for each in listed] == [None, None, *[{"kk", "ru", "en"}] * 2]
    told = archive.read("README.txt").decode()
    assert all(each in told for each in ("virus.txt", harmful["sha256"], "late.txt", waits["sha256"]))
    found = checked(archive)
    assert found.attachments == dict.fromkeys(members.values(), hashlib.sha256(LONG).hexdigest())
    assert set(found.missing) == {harmful["sha256"], waits["sha256"]}
    for name in (members[clean["id"]], "documents/appeal.txt"):
        whole = archive.read(name)
        for place in (0, len(whole) // 2, len(whole) - 1):
            with pytest.raises(Fault, match="It was changed") as caught:
                checked(archive, **{name: whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]})
            assert caught.value.place == name


async def test_a_file_that_came_with_the_whole_is_proven_in_the_part(
    client: httpx.AsyncClient, people: Made, file: Make, attach: Take, act: Take, *, run_sweeps: RunSweeps, look: Any
) -> None:
    whole = await file(points=["Шатыр.", "Жарық."])
    told = (await attach("citizen", whole, LONG, name="a.pdf")).json()
    await run_sweeps()
    assert (await act("officer", whole, "forwarding", points=[2])).is_success
    [part] = [each for each in (await look("citizen", "/v1/appeals"))["items"] if each["id"] != whole["id"]]
    archive = await download(client, people["akimat"], part["id"])
    found = checked(archive)
    assert found.attachments == {f"attachments/{told['id']}-a.pdf": told["sha256"]}
    assert found.receipts["whole-1.receipt.json"].object_id == whole["id"]
    # What else the applicant wrote to the other body is not shown.
    shown = json.loads(archive.read("whole-1.receipt.json"))["entries"]
    assert {each["private"] for each in shown} == {None}


async def test_a_byte_that_is_changed_in_the_database_is_found(
    client: httpx.AsyncClient, people: Made, file: Make, attach: Take, run_sweeps: RunSweeps, database: TestDatabase
) -> None:
    appeal = await file()
    told = (await attach("citizen", appeal, b"Photograph of 3 holes.", name="a.txt")).json()
    await run_sweeps()
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE attachment_pieces SET content = overlay(content placing 'P' from 12)")
    finally:
        await admin.close()
    archive = await download(client, people["citizen"], appeal["id"])
    with pytest.raises(Fault) as caught:
        checked(archive)
    assert (caught.value.kind, caught.value.place) == ("attachment", f"attachments/{told['id']}-a.txt")


async def test_however_much_is_attached_little_of_it_is_held() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield bytes(PIECE)
            await asyncio.sleep(0)

    size, longest = 0, 0
    tracemalloc.start()
    try:
        async for piece in zipped([("README.txt", b"..."), ("a.pdf", pieces())], datetime.now(UTC)):
            size, longest = size + len(piece), max(longest, len(piece))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 200 * PIECE
    assert longest < PIECE + 1000
    assert peak < 10 * PIECE


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a.pdf", "a.pdf"), ("Ә" * 200 + ".pdf", "Ә" * 107 + ".pdf"), ("a.b.txt", "a.b.txt"), ("😀" * 60, "😀" * 54)],
)
def test_a_file_has_a_name_that_file_systems_take(name: str, kept: str) -> None:
    found = member_of({"id": UUID(int=1), "name": name})
    assert found == f"attachments/{UUID(int=1)}-{kept}"
    assert len(found.removeprefix("attachments/").encode()) <= 255
