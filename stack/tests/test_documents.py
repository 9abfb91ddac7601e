"""Documents of open data taken apart: which releases are in them, at what cost of memory, and what is none."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from stack.documents import LONGEST_LINE, UnreadableDocument, lines_in

ONE = {"ocid": "a", "id": "1", "tag": ["award"], "sums": [1, 2.5, -0.1, 10**20], "text": 'ё\\"\u2028', "none": None}
TWO = {"ocid": "a", "id": "2", "tag": ["award"], "releases": [{"id": "x"}], "empty": {}, "list": [[], [True, False]]}
WHOLE = {"ocid": "a", "id": "3", "tag": ["compiled"]}
LINK = {"url": "https://example.org/1", "date": "2021-05-10T09:30:00Z"}


@pytest.mark.parametrize(
    ("document", "releases"),
    [
        ({"releases": [ONE, TWO]}, [ONE, TWO]),
        ({"uri": "u", "releases": [ONE], "publisher": {"name": "n"}, "extensions": ["e"]}, [ONE]),
        ({"releases": []}, []),
        (
            {"records": [{"ocid": "a", "releases": [ONE, TWO], "compiledRelease": WHOLE}, {"ocid": "b"}]},
            [ONE, TWO, {"ocid": "b"}],
        ),
        ({"records": [{"ocid": "a", "releases": [LINK], "compiledRelease": WHOLE}]}, [WHOLE]),
        ({"ocid": "a", "releases": [LINK], "compiledRelease": WHOLE}, [WHOLE]),
        ({"ocid": "a", "compiledRelease": WHOLE, "releases": [ONE]}, [ONE]),
        ({"ocid": "a", "compiledRelease": WHOLE}, [WHOLE]),
        ({"releases": [LINK]}, [LINK]),
        ([{"releases": [ONE]}, TWO, [WHOLE]], [ONE, TWO, WHOLE]),
        (TWO, [TWO]),
        ({"releases": 7}, [{"releases": 7}]),
        (2.5, [2.5]),
    ],
)
def test_the_releases_of_a_document_are_found(document: Any, releases: list[Any]) -> None:
    written = json.dumps(document, indent=1).encode()
    for text in (written, b"\xef\xbb\xbf\n \n" + written, b"\n".join(written.splitlines()) + b"\n\n"):
        # A document of one line is a line by itself, which the house takes apart.
        found = [json.loads(line) for line in lines_in(io.BytesIO(text))]
        assert found == ([document] if b"\n" not in written else releases)
    long = json.dumps({"uri": "x" * LONGEST_LINE, "releases": [document]}).encode()
    assert [json.loads(line) for line in lines_in(io.BytesIO(long))] == [document]


def test_lines_are_left_as_they_are() -> None:
    lines = b'{"a":  1}\n\n{"a":1,"a":2}\r\n{\n 7 \nNaN'
    assert list(lines_in(io.BytesIO(lines))) == [b'{"a":  1}', b'{"a":1,"a":2}', b"{", b"7", b"NaN"]
    assert list(lines_in(io.BytesIO(b" \n\n"))) == []


@pytest.mark.parametrize(
    ("text", "good", "said"),
    [
        (b"<!DOCTYPE html>\n<html>", 0, "it is neither JSON nor lines of JSON, and begins with '<!DOCTYPE html>"),
        (b"\xff\xfe{", 0, "Give the file of the data itself."),
        (b'{"releases": [{"id": 1},\n{"id": 2},', 2, "it ends in the middle, after 2 releases. Get it again"),
        (b'{"releases":', 0, "it ends in the middle, after 0 releases."),
        (b'{"releases": [{"id": 1},\n{"id": NaN}]}', 1, "it is no JSON behind release 1. Ask its publisher"),
        (b'[{"id": 1}]\n[{"id": 2}]]', 2, None),
        (b'[{"id": 1},\n{"id": 2}]]', 2, "it is no JSON behind release 2."),
        (b"[" * 100_000, 0, "it ends in the middle"),
        (
            b'{"a": 1}\n{"b": "' + b"x" * LONGEST_LINE + b'"}',
            1,
            "line 2 has more than 1048576 bytes. Give it as a file",
        ),
    ],
)
def test_what_is_no_document_is_told_after_what_is_good(text: bytes, good: int, said: str | None) -> None:
    found = lines_in(io.BytesIO(text))
    if said is None:
        assert len(list(found)) == good
        return
    for _ in range(good):
        json.loads(next(found))
    with pytest.raises(UnreadableDocument) as refused:
        next(found)
    assert said in str(refused.value)


RELEASES = 600
RELEASE = json.dumps({"id": "1", "text": "x" * 100_000}).encode()
RECORD = b'{"releases":[' + RELEASE + b"]}"


class Made(io.RawIOBase):
    """Sixty megabytes that nobody holds."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._parts, b"")
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def enclosed(begins: bytes, each: bytes, between: bytes, ends: bytes) -> Iterator[bytes]:
    yield begins + each
    for _ in range(RELEASES - 1):
        yield between + each
    yield ends


@pytest.mark.parametrize(
    "parts",
    [
        (b'{"releases":[', RELEASE, b",", b"]}"),
        (b'{\n"uri": "u",\n"releases": [\n', RELEASE, b",\n", b"\n]\n}\n"),
        (b'{"records":[', RECORD, b",", b"]}"),
        (b"[", RELEASE, b",", b"]"),
        (b"", RELEASE, b"\n", b"\n"),
    ],
    ids=["one line", "many lines", "records", "list", "lines"],
)
def test_a_long_document_takes_no_more_memory_than_a_short_one(parts: tuple[bytes, bytes, bytes, bytes]) -> None:
    file = io.BufferedReader(Made(enclosed(*parts)))
    tracemalloc.start()
    try:
        count = sum(1 for _ in lines_in(file))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == RELEASES
    assert most < 8 * LONGEST_LINE
