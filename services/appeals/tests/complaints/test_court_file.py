"""The file for the court: all that was said and done, and receipts that the verifier alone accepts offline."""

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from verifier.receipts import Fault, verify_receipt

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]


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
            *("appeal.receipt.json", "complaint-1.receipt.json"),
        }
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
