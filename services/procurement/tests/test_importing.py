"""`ashyq import` from addresses: a real server gives releases in every way, and in every way fails to."""

import asyncio
import gzip
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from stack.importing import CannotImport, Tally, import_all

People = dict[str, dict[str, str]]
Answer = Callable[[BaseHTTPRequestHandler], None]
Run = Callable[..., Tally]

NOBODY = "http://127.0.0.1:1"  # a port that no usual program has
COUNT = 16
RELEASES = [
    {
        "ocid": f"ocds-abc123-{n}",
        "id": "1",
        "date": "2021-05-10T09:30:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "tender": {"id": "t", "title": "x" * 100_000},
    }
    for n in range(COUNT)
]
LINES = b"".join(json.dumps(each).encode() + b"\n" for each in RELEASES)
PACKAGE = json.dumps({"uri": "https://example.org/1", "releases": RELEASES}).encode()


def gives(body: bytes, status: int = 200, *, length: int | None = None, **headers: str) -> Answer:
    """Answers with a body; a `length` that is not the body's own is a lie, and -1 leaves it out."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if length != -1:
            handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def served(**answers: Answer) -> Iterator[str]:
    """The address of a server that gives an answer at each name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers[self.path.strip("/").partition(".")[0]](self)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def screen() -> Console:
    """A terminal that is written down."""
    return Console(file=io.StringIO(), force_terminal=True, width=120)


def shown(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.file.getvalue())


@pytest.fixture
def run(client: httpx.AsyncClient, people: People, screen: Console) -> Run:
    """Imports places as the auditor."""

    def send(*places: str) -> Tally:
        with httpx.Client(base_url=str(client.base_url), headers=people["auditor"], timeout=60) as sender:
            return import_all(list(places), sender, screen, source="theirs")

    return send


async def kept(client: httpx.AsyncClient) -> int:
    return len((await client.get("/v1/ocds/releases?source=theirs&format=ndjson")).text.splitlines())


async def test_releases_come_from_addresses_in_every_form(run: Run, client: httpx.AsyncClient, screen: Console) -> None:
    answers = {
        "lines": gives(LINES),
        "package": gives(PACKAGE),
        "packed": gives(gzip.compress(PACKAGE), Content_Type="application/gzip"),
        "encoded": gives(gzip.compress(LINES), Content_Encoding="gzip"),
        "endless": gives(LINES, length=-1),
        "moved": gives(b"", 302, Location="/lines.jsonl"),
    }
    with served(**answers) as url:
        known = 0
        for name in ("lines.jsonl", "package.json", "packed.json.gz", "encoded.jsonl.gz", "endless", "moved"):
            tally = await asyncio.to_thread(run, f"{url}/{name}")
            assert (tally.kept, tally.known, tally.refused) == (COUNT - known, known, 0), name
            known = COUNT
            assert re.search(rf"{name} ━+ ([\d.]+)/\1 [kM]?B", shown(screen).splitlines()[-1]), name
    assert await kept(client) == COUNT


async def test_the_bar_moves_while_a_file_is_still_coming(run: Run, screen: Console) -> None:
    seen = threading.Event()

    def half_and_half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(LINES)))
        handler.end_headers()
        handler.wfile.write(LINES[: len(LINES) * 3 // 4])
        handler.wfile.flush()
        seen.wait()
        handler.wfile.write(LINES[len(LINES) * 3 // 4 :])

    with served(half=half_and_half) as url:
        importing = asyncio.create_task(asyncio.to_thread(run, f"{url}/half.jsonl"))
        try:
            while not re.search(r"half\.jsonl .* (0\.[5-9]|1\.[0-4])/1\.6 MB", shown(screen)):
                assert not importing.done()
                await asyncio.sleep(0.02)
        finally:
            seen.set()
        assert (await importing).kept == COUNT
    assert "1.6/1.6 MB" in shown(screen)


@pytest.mark.parametrize(
    ("answer", "good", "said"),
    [
        (gives(b"?", 404), 0, r"the server answers 404 Not Found\. Look whether the address is right\."),
        (gives(b"?", 503), 0, r"the server answers 503 Service Unavailable\."),
        (
            gives(b"<html>\n</html>"),
            0,
            r"neither JSON nor lines of JSON, and begins with '<html>.*Give the file of the",
        ),
        (gives(LINES, length=len(LINES) + 1), COUNT, r"it broke off \(.*\)\. Run the same once more: what was kept is"),
        (gives(PACKAGE[:-150_000], length=-1), COUNT - 2, r"it ends in the middle, after 14 releases\. Get it again"),
        (gives(gzip.compress(LINES)[:-9]), COUNT, r"it broke off \(Compressed file ended.*Run the same once more"),
        (gives(b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 99), 0, r"it broke off \(.*\)"),
        (gives(b"no gzip", Content_Encoding="gzip"), 0, r"it broke off \(.*\)"),
        (gives(b"", 302, Location="/x"), 0, r"it broke off \(.*redirects.*\)"),
    ],
)
async def test_an_address_that_fails_is_told_and_what_came_is_kept(
    run: Run, client: httpx.AsyncClient, answer: Answer, good: int, said: str
) -> None:
    with served(x=answer) as url:
        with pytest.raises(CannotImport, match=said) as refused:
            await asyncio.to_thread(run, f"{url}/x")
        assert str(refused.value).startswith(f"{url}/x: ")
    assert await kept(client) == good


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (NOBODY, r"nobody answers there \(.*\)\. Look whether the address is right, and the network"),
        ("http://:::", r"it is no address \(.*\)\. An address is as https://"),
        ("http://", r"it is no address \(.*\)\. An address is as https://"),
        ("absent.jsonl", r"there is no such file\. Look whether its name is right\."),
        ("/", r"it cannot be read \(.*directory.*\)"),
    ],
)
async def test_a_place_that_is_none_is_told(run: Run, place: str, said: str) -> None:
    with pytest.raises(CannotImport, match=said):
        await asyncio.to_thread(run, place)


async def test_what_the_house_does_not_take_is_told(
    run: Run, client: httpx.AsyncClient, people: People, screen: Console, tmp_path: Path
) -> None:
    large = tmp_path / "large.json"
    large.write_text(json.dumps({"releases": [RELEASES[0] | {"extra": "x" * 2**20}]}))
    with pytest.raises(CannotImport, match=r"more bytes \(\d+\) than the house takes.*larger ASHYQ_BODY_LIMIT"):
        await asyncio.to_thread(run, str(large))
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(LINES)

    def to(house: str, headers: dict[str, str]) -> None:
        with httpx.Client(base_url=house, headers=headers) as sender:
            import_all([str(lines)], sender, screen, source=None)

    with pytest.raises(CannotImport, match=r"The house does not take .*: 403 "):
        await asyncio.to_thread(to, str(client.base_url), people["supplier"])
    with pytest.raises(CannotImport, match=r"The house does not answer \(.*\)\. Run the same once it does"):
        await asyncio.to_thread(to, NOBODY, {})
