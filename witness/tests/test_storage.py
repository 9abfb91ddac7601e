"""What is kept: written before it is answered, known again after a start, and refused loudly when it is damaged."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest

from servicekit.testing import serving
from verifier.notes import LOG, WITNESS
from verifier.signing import Signer
from witness.app import create_app
from witness.storage import Damaged, Unusable, locked, read_seen
from witness.testing import SmallLog

Started = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def note(tmp_path: Path, log: SmallLog) -> Path:
    """Where the witness keeps the note."""
    return tmp_path / "data" / f"{hashlib.sha256(log.origin.encode()).hexdigest()}.note"


@pytest.fixture
async def kept(started: Started, log: SmallLog, note: Path) -> bytes:
    """What a witness that has ended keeps of a log of seven entries."""
    async with started() as client:
        assert (await client.post("/add-checkpoint", content=log.submission(0, 7))).status_code == 200
    return content(note) or b""


def content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def put(file: Path, data: bytes) -> None:
    file.write_bytes(data)


async def test_what_was_cosigned_is_known_after_a_start(started: Started, log: SmallLog, kept: bytes) -> None:
    async with started() as client:
        assert (await client.get("/latest", params={"origin": log.origin})).content == kept
        assert (await client.post("/add-checkpoint", content=log.submission(0, 7))).text == "7\n"
        assert (await client.post("/add-checkpoint", content=log.submission(7, 20))).status_code == 200


def test_files_are_readable_by_their_owner_only(tmp_path: Path, kept: bytes) -> None:
    assert kept
    files = [*(tmp_path / "data").iterdir()]
    assert sorted(file.suffix for file in files) == ["", ".note", ".origin"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "kind", ["emptied", "cut", "lost", "a line more", "another log's", "another key's", "unreadable"]
)
async def test_a_damaged_file_stops_its_log_and_no_other(
    signer: Signer, log: SmallLog, note: Path, kept: bytes, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = SmallLog(signer=Signer.new("log.example/registry", LOG)).grown(3)
    ours = Signer.new("w2.example", WITNESS) if kind == "another key's" else signer
    damage(note, kept, kind, log, signer)
    harmed = content(note)
    async with serving(create_app(note.parent, ours, [log.signer.key, other.signer.key])) as client:
        [record] = [one for one in caplog.records if one.name == "witness.watching"]
        assert record.levelname == "ERROR"
        told = [
            await client.post("/add-checkpoint", content=log.submission(0, 7)),
            await client.post("/add-checkpoint", content=log.submission(7, 9)),
            await client.get("/latest", params={"origin": log.origin}),
        ]
        for answer in told:
            assert answer.status_code == 503
            assert f"{log.origin} in {note}" in answer.text
            assert "an older copy of the file must never be used" in answer.text
            assert "— " not in answer.text
        assert (await client.post("/add-checkpoint", content=other.submission(0, 3))).status_code == 200
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["sizes"], [*ready.json()["refused"]]) == (
            200,
            {other.origin: 3},
            [log.origin],
        )
    assert content(note) == harmed


def damage(note: Path, kept: bytes, kind: str, log: SmallLog, signer: Signer) -> None:
    if kind in {"lost", "unreadable"}:
        note.unlink()
    if kind == "unreadable":
        note.mkdir()
    if kind == "emptied":
        note.write_bytes(b"")
    if kind == "cut":
        note.write_bytes(kept[:-1])
    if kind == "another log's":
        text = log.text(7).replace(log.origin, "log.example/elsewhere")
        note.write_text(f"{text}\n{log.signer.sign(text)}{signer.cosign(text, 5)}")
    if kind == "a line more":
        text = log.text(7)
        stranger = Signer.new("stranger.example", LOG).sign(text)
        note.write_text(f"{text}\n{stranger}{log.signer.sign(text)}{signer.cosign(text, 5)}")


async def test_a_witness_of_damaged_logs_alone_is_not_ready(started: Started, note: Path, kept: bytes) -> None:
    put(note, kept[1:])
    async with started() as client:
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200
    put(note, kept)
    async with started() as client:
        assert (await client.get("/health/ready")).status_code == 200


def test_every_byte_is_checked(log: SmallLog, signer: Signer, note: Path, kept: bytes) -> None:
    keys = [log.signer.key]
    seen = read_seen(note.parent, log.origin, keys, signer.key)
    assert seen is not None
    assert seen.note.encode() == kept
    flipped = (kept[:place] + bytes([kept[place] ^ 1 << place % 8]) + kept[place + 1 :] for place in range(len(kept)))
    cut = (kept[:length] for length in range(len(kept)))
    for damaged in (*flipped, *cut):
        note.write_bytes(damaged)
        with pytest.raises(Damaged):
            read_seen(note.parent, log.origin, keys, signer.key)


def test_a_log_whose_former_key_was_not_given_is_told_so(
    signer: Signer, log: SmallLog, note: Path, kept: bytes
) -> None:
    assert kept
    new = Signer.new(log.origin, LOG)
    with pytest.raises(Damaged, match="give the log's former key as well"):
        read_seen(note.parent, log.origin, [new.key], signer.key)


async def test_what_a_kill_left_half_written_is_not_read(
    started: Started, log: SmallLog, note: Path, kept: bytes
) -> None:
    for file in (note, note.with_suffix(".origin")):
        file.with_name(f"{file.name}.new").write_bytes(kept[:100])
    note.with_suffix(".origin").unlink()  # killed between the two
    async with started() as client:
        assert (await client.get("/latest", params={"origin": log.origin})).content == kept
        assert note.with_suffix(".origin").read_text() == f"{log.origin}\n"
        assert (await client.post("/add-checkpoint", content=log.submission(7, 9))).status_code == 200
    assert b"\n9\n" in (content(note) or b"")


async def test_what_cannot_be_stored_is_not_cosigned(client: httpx.AsyncClient, log: SmallLog, note: Path) -> None:
    assert (await client.post("/add-checkpoint", content=log.submission(0, 3))).status_code == 200
    before = content(note)
    away = note.parent.rename(note.parent.with_name("away"))
    forged = log.rewritten(3)
    answer = await client.post("/add-checkpoint", content=forged.submission(3, 5))
    assert answer.status_code == 503
    assert "cannot store" in answer.text
    assert (await client.get("/latest", params={"origin": log.origin})).content == before
    away.rename(note.parent)
    assert (await client.post("/add-checkpoint", content=log.submission(3, 5))).status_code == 200


async def test_what_is_answered_is_on_the_disk(
    tmp_path: Path,
    client: httpx.AsyncClient,
    log: SmallLog,
    signer: Signer,
    note: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A loss of power takes all that was not synced: contents until their file is, names until their folder is."""
    contents: dict[int, bytes] = {}
    disk: dict[str, bytes] = {}
    sync = os.fsync

    def fsync(handle: int) -> None:
        sync(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path == note.parent:
            disk.clear()
            disk.update({one.name: contents.get(one.stat().st_ino, b"") for one in path.iterdir()})
        elif path.parent == note.parent:
            contents[path.stat().st_ino] = path.read_bytes()

    monkeypatch.setattr(os, "fsync", fsync)
    for number, (old, size) in enumerate([(0, 3), (3, 7), (7, 7), (7, 20)]):
        answer = await client.post("/add-checkpoint", content=log.submission(old, size))
        assert answer.status_code == 200
        after = tmp_path / f"after {number}"
        after.mkdir()
        for name, content in disk.items():
            (after / name).write_bytes(content)
        seen = read_seen(after, log.origin, [log.signer.key], signer.key)
        assert seen is not None
        assert seen.note == log.note(size) + answer.text
        (after / note.name).unlink()
        with pytest.raises(Damaged):  # that there has to be a note is on the disk as well
            read_seen(after, log.origin, [log.signer.key], signer.key)


async def test_one_folder_has_one_witness(started: Started, tmp_path: Path) -> None:
    async with started():
        with pytest.raises(Unusable, match="in use by another witness"), locked(tmp_path / "data"):
            pass
    with locked(tmp_path / "data"):
        pass


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match="cannot be used"), locked(tmp_path / "file"):
        pass
    with pytest.raises(Unusable, match="cannot be used"), locked(tmp_path / "file" / "below"):
        pass


async def test_a_folder_that_is_gone_is_not_taken_for_a_new_one(
    client: httpx.AsyncClient, log: SmallLog, note: Path
) -> None:
    assert (await client.post("/add-checkpoint", content=log.submission(0, 3))).status_code == 200
    shutil.rmtree(note.parent)
    note.parent.mkdir()
    answer = await client.post("/add-checkpoint", content=log.rewritten(0).submission(0, 3))
    assert (answer.status_code, answer.text) == (409, "3\n")
