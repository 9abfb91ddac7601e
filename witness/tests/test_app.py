"""Every answer of the protocol, over real HTTP."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest

from servicekit.testing import serving
from verifier.notes import LOG, WITNESS, Checkpoint, checkpoint_text, parse_note, signature_by
from verifier.signing import Signer
from verifier.tree import EMPTY_ROOT, leaf_hash
from witness import app as witness_app
from witness.app import BODY_LIMIT, create_app
from witness.testing import SmallLog, body

Started = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


async def add(client: httpx.AsyncClient, sent: bytes) -> httpx.Response:
    return await client.post("/add-checkpoint", content=sent)


async def grow(client: httpx.AsyncClient, log: SmallLog, old: int, size: int) -> str:
    """Have a checkpoint cosigned, and return the cosignature."""
    answer = await add(client, log.submission(old, size))
    assert answer.status_code == 200, answer.text
    return answer.text


def refused(answer: httpx.Response, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8"), answer.text
    assert "— " not in answer.text
    return answer.text


def conflict(answer: httpx.Response, size: int) -> None:
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (
        409,
        "text/x.tlog.size",
        f"{size}\n".encode(),
    )


async def test_a_log_that_grows_is_cosigned_step_by_step(
    client: httpx.AsyncClient, log: SmallLog, signer: Signer
) -> None:
    for old, size in [(0, 1), (1, 2), (2, 3), (3, 7), (7, 8), (8, 20)]:
        answer = await add(client, log.submission(old, size))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        note = parse_note(log.note(size) + answer.text)
        cosignature = signature_by(note, signer.key)
        assert cosignature is not None
        assert note.signatures == (signature_by(note, log.signer.key), cosignature)
        latest = await client.get("/latest", params={"origin": log.origin})
        assert (latest.status_code, latest.text) == (200, log.note(size) + answer.text)


async def test_an_old_size_that_is_not_the_last_is_told_the_last(client: httpx.AsyncClient, log: SmallLog) -> None:
    conflict(await add(client, log.submission(1, 3)), 0)
    await grow(client, log, 0, 5)
    conflict(await add(client, log.submission(0, 9)), 5)
    conflict(await add(client, log.submission(3, 9)), 5)
    conflict(await add(client, log.submission(7, 9)), 5)
    conflict(await add(client, log.submission(0, 5)), 5)
    await grow(client, log, 5, 9)


async def test_a_log_that_was_rolled_back_is_told_the_last(client: httpx.AsyncClient, log: SmallLog) -> None:
    await grow(client, log, 0, 9)
    for old, size in [(0, 5), (5, 5), (3, 5), (0, 0)]:
        conflict(await add(client, log.submission(old, size)), 9)


async def test_a_rewritten_tail_has_no_proof(client: httpx.AsyncClient, log: SmallLog) -> None:
    await grow(client, log, 0, 6)
    for first in range(6):
        refused(await add(client, log.rewritten(first).submission(6, 11)), 422)
    await grow(client, log.rewritten(6), 6, 11)  # what was not cosigned yet may still be any


async def test_two_roots_of_one_size_are_a_fork(
    client: httpx.AsyncClient, log: SmallLog, caplog: pytest.LogCaptureFixture
) -> None:
    seen = log.note(6) + await grow(client, log, 0, 6)
    forged = log.rewritten(5)
    for old in (6, 0):
        caplog.clear()
        conflict(await add(client, forged.submission(old, 6)), 6)
        [record] = [one for one in caplog.records if one.name == "witness.watching"]
        assert record.levelname == "ERROR"
        assert record.getMessage() == f"FORKED: {log.origin} signed {seen!r} and {forged.note(6)!r}"


async def test_a_proof_that_does_not_belong_is_refused(client: httpx.AsyncClient, log: SmallLog) -> None:
    stray = leaf_hash(b"stray")
    refused(await add(client, body(0, [stray], log.note(4))), 422)
    await grow(client, log, 0, 4)
    refused(await add(client, body(4, [], log.note(7))), 422)
    refused(await add(client, body(4, [stray], log.note(7))), 422)
    refused(await add(client, body(4, [stray], log.note(4))), 422)
    lines = log.submission(4, 7).split(b"\n")
    refused(await add(client, b"\n".join([lines[0], *lines[2:]])), 422)
    refused(await add(client, b"\n".join([lines[0], lines[1], *lines[1:]])), 422)
    await grow(client, log, 4, 7)


async def test_the_last_checkpoint_is_cosigned_again(tmp_path: Path, signer: Signer, log: SmallLog) -> None:
    now = [1_800_000_000.9]
    async with serving(create_app(tmp_path, signer, [log.signer.key], clock=lambda: now[0])) as client:
        first = await grow(client, log, 0, 4)
        before = notes_in(tmp_path)
        assert await grow(client, log, 4, 4) == first
        assert notes_in(tmp_path) == before  # within a second nothing is new, so nothing is written
        now[0] += 60
        later = await grow(client, log, 4, 4)
        assert time_of(log.note(4) + later, signer) == 1_800_000_060
        assert (await client.get("/latest", params={"origin": log.origin})).text == log.note(4) + later


def notes_in(folder: Path) -> list[int]:
    return [file.stat().st_ino for file in folder.glob("*.note")]


async def test_the_time_never_goes_back(tmp_path: Path, signer: Signer, log: SmallLog) -> None:
    at = [0.0]
    for now, size, told in [(2_000, 1, 2_000), (1_000, 2, 2_000), (500, 3, 2_000), (2_001, 4, 2_001)]:
        at[0] = float(now)
        # A witness that is started again remembers it as well.
        async with serving(create_app(tmp_path, signer, [log.signer.key], clock=lambda: at[0])) as client:
            assert time_of(log.note(size) + await grow(client, log, size - 1, size), signer) == told


def time_of(note: str, signer: Signer) -> int | None:
    found = signature_by(parse_note(note), signer.key)
    assert found is not None
    return found.time


async def test_the_time_is_now(client: httpx.AsyncClient, log: SmallLog, signer: Signer) -> None:
    before = int(time.time())
    told = time_of(log.note(4) + await grow(client, log, 0, 4), signer)
    assert told is not None
    assert before <= told <= time.time()


async def test_an_empty_log_is_cosigned(client: httpx.AsyncClient, log: SmallLog) -> None:
    assert checkpoint_text(Checkpoint(log.origin, 0, EMPTY_ROOT)) == log.text(0)
    for _ in range(2):
        await grow(client, log, 0, 0)
    text = checkpoint_text(Checkpoint(log.origin, 0, leaf_hash(b"")))
    refused(await add(client, body(0, [], f"{text}\n{log.signer.sign(text)}")), 422)
    await grow(client, log, 0, 3)


async def test_only_the_key_that_is_known_counts(client: httpx.AsyncClient, log: SmallLog, signer: Signer) -> None:
    other = Signer.new(log.origin, LOG)
    text = log.text(3)
    unsigned = [
        f"{text}\n{other.sign(text)}",  # another key of the same name
        f"{text}\n{signer.cosign(text, 5)}",  # the witness's own word for it
        f"{text}\n{log.signer.sign(log.text(4))}",  # a signature of something else
        f"{text}\n{log.signer.sign(text)}{log.signer.sign(log.text(4))}",  # one holds and one does not
    ]
    for note in unsigned:
        refused(await add(client, body(0, [], note)), 403)
    assert (await client.get("/latest", params={"origin": log.origin})).status_code == 404


async def test_other_signatures_are_ignored_and_not_kept(
    client: httpx.AsyncClient, log: SmallLog, signer: Signer
) -> None:
    text = log.text(3)
    others = [Signer.new(log.origin, LOG).sign(text), Signer.new("w2.example", WITNESS).cosign(text, 7)]
    forged = signer.cosign(text, 2**40)
    answer = await add(client, body(0, [], f"{text}\n{others[0]}{forged}{log.signer.sign(text)}{others[1]}"))
    assert answer.status_code == 200
    assert (await client.get("/latest", params={"origin": log.origin})).text == log.note(3) + answer.text


async def test_a_log_that_is_not_watched_is_unknown(client: httpx.AsyncClient) -> None:
    stranger = SmallLog(signer=Signer.new("log.example/other", LOG)).grown(3)
    assert "log.example/other" in refused(await add(client, stranger.submission(0, 3)), 404)
    assert "log.example/other" in refused(await client.get("/latest", params={"origin": stranger.origin}), 404)


async def test_a_known_key_does_not_speak_for_another_log(tmp_path: Path, signer: Signer, log: SmallLog) -> None:
    other = SmallLog(signer=Signer.new("log.example/other", LOG)).grown(3)
    async with serving(create_app(tmp_path, signer, [log.signer.key, other.signer.key])) as client:
        text = other.text(3)
        refused(await add(client, body(0, [], f"{text}\n{log.signer.sign(text)}")), 403)
        await grow(client, other, 0, 3)
        conflict(await add(client, log.submission(3, 5)), 0)  # each log has its own story


async def test_a_log_may_change_its_key(tmp_path: Path, signer: Signer, log: SmallLog) -> None:
    new = SmallLog(log.leaves, Signer.new(log.origin, LOG))
    old_key, new_key = log.signer.key, new.signer.key
    async with serving(create_app(tmp_path, signer, [old_key])) as client:
        await grow(client, log, 0, 3)
    async with serving(create_app(tmp_path, signer, [old_key, new_key])) as client:
        await grow(client, new, 3, 5)
        text = log.text(6)
        both = f"{text}\n{new.signer.sign(text)}{log.signer.sign(text)}"
        sent = log.submission(5, 6).replace(log.note(6).encode(), both.encode())
        assert (await add(client, sent)).status_code == 200
    async with serving(create_app(tmp_path, signer, [new_key, old_key])) as client:  # in either order
        await grow(client, new, 6, 7)
    async with serving(create_app(tmp_path, signer, [new_key])) as client:
        await grow(client, new, 7, 9)


async def send_raw(client: httpx.AsyncClient, sent: bytes) -> bytes:
    """Send a request that does not come to its end, and read the answer until the witness hangs up."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


UNENDING = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000000000\r\n\r\nold 0\n"


async def test_a_body_is_limited_while_it_is_read(client: httpx.AsyncClient, log: SmallLog) -> None:
    good = log.submission(0, 3)
    refused(await add(client, good + b"x" * (BODY_LIMIT - len(good))), 400)
    assert str(BODY_LIMIT) in refused(await add(client, good + b"x" * (BODY_LIMIT - len(good) + 1)), 413)
    answer = await send_raw(client, UNENDING + b"x" * BODY_LIMIT)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer
    await grow(client, log, 0, 3)


async def test_a_body_that_does_not_end_is_given_up(
    client: httpx.AsyncClient, log: SmallLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_app, "_READ_SECONDS", 0.2)
    answer = await send_raw(client, UNENDING)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in answer
    await grow(client, log, 0, 3)


async def test_who_goes_away_harms_nobody(
    client: httpx.AsyncClient, log: SmallLog, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(UNENDING)
    await writer.drain()
    writer.close()
    await grow(client, log, 0, 3)
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_of_many_continuations_exactly_one_is_cosigned(client: httpx.AsyncClient, log: SmallLog) -> None:
    last = 0
    for step in range(5, 20, 5):
        branches = [log.rewritten(last, by=f"branch {number} of") for number in range(24)]
        answers = await asyncio.gather(*(add(client, one.submission(last, step)) for one in branches))
        won = [branch for branch, answer in zip(branches, answers, strict=True) if answer.status_code == 200]
        assert len(won) == 1
        for branch, answer in zip(branches, answers, strict=True):
            if branch is not won[0]:
                conflict(answer, step)
        log, last = won[0], step


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_asked_what_was_cosigned_is_one_story(started: Started, log: SmallLog, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    branches = [log, *(log.rewritten(first, by=f"branch {first} of") for first in (0, 2, 5, 9, 14))]
    cosigned: list[tuple[SmallLog, int]] = []

    async def ask(client: httpx.AsyncClient) -> None:
        log, old = chance.choice(branches), 0
        for _ in range(12):
            size = chance.randint(old, 20)
            answer = await add(client, log.submission(old, size))
            if answer.status_code == 200:
                cosigned.append((log, size))
                old = size
            elif answer.status_code == 409:
                log, old = chance.choice(branches), int(answer.text)
            else:
                assert answer.status_code == 422
                log = chance.choice(branches)

    for _ in range(3):
        async with started() as client:
            await asyncio.gather(*(ask(client) for _ in range(6)))
    assert cosigned
    whole, longest = max(cosigned, key=lambda one: one[1])
    assert all(one.leaves[:size] == whole.leaves[:size] for one, size in cosigned), longest


async def test_the_pages_of_a_witness(client: httpx.AsyncClient, log: SmallLog, signer: Signer) -> None:
    key = await client.get("/key")
    assert (key.text, key.headers["content-type"]) == (f"{signer.key.text}\n", "text/plain; charset=utf-8")
    assert (await client.get("/health/live")).json() == {"status": "live"}
    refused(await client.get("/latest"), 400)
    refused(await client.get("/latest", params={"origin": log.origin}), 404)
    await grow(client, log, 0, 3)
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "sizes": {log.origin: 3}, "refused": {}})
    assert (await client.get("/add-checkpoint")).status_code == 405
    assert (await client.get("/")).status_code == 404


@pytest.mark.parametrize("wrong", ["key of a log", "log with a witness's key", "no log"])
def test_keys_of_the_wrong_kind_are_refused(tmp_path: Path, signer: Signer, log: SmallLog, wrong: str) -> None:
    given = {
        "key of a log": (log.signer, [log.signer.key]),
        "log with a witness's key": (signer, [log.signer.key, signer.key]),
        "no log": (signer, []),
    }
    with pytest.raises(ValueError, match="at least one log"):
        create_app(tmp_path, *given[wrong])
