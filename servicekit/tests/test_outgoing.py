"""What is written to an upstream: one request, divided from the next as both sides understand it."""

import pytest
from starlette.types import Message, Scope

from servicekit.outgoing import Body, head_of, is_repeatable

NOTHING: Message = {"type": "http.request", "body": b"", "more_body": False}


def scope(method: str = "GET", *headers: tuple[bytes, bytes], target: bytes = b"/a", query: bytes = b"") -> Scope:
    return {"type": "http", "method": method, "raw_path": target, "query_string": query, "headers": list(headers)}


def piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def written(*pieces: bytes, length: int | None = None) -> tuple[bytes, bytes]:
    """The header that frames a body that comes in these pieces, and the body as it is written."""
    first, *others = [piece(each, more=n < len(pieces)) for n, each in enumerate(pieces, 1)]
    body = Body([(b"content-length", b"%d" % length)] if length is not None else [], first)
    return body.header, body.start + b"".join(body.next(other) for other in others)


def test_target_and_headers_go_as_they_are_but_for_those_of_one_hop() -> None:
    dropped = [(b"connection", b"close, X-Named"), (b"x-named", b"1"), (b"te", b"trailers"), (b"upgrade", b"h2c")]
    dropped += [(b"host", b"elsewhere"), (b"expect", b"100-continue"), (b"transfer-encoding", b"chunked")]
    asked = scope("GET", *dropped, (b"x-kept", b"\xe9"), target=b"/a/../b%2f", query=b"q=%20")
    head = head_of(asked, b"appeals:8000", Body([], NOTHING))
    assert head == b"GET /a/../b%2f?q=%20 HTTP/1.1\r\nhost: appeals:8000\r\nx-kept: \xe9\r\n\r\n"


@pytest.mark.parametrize("bad", [b"1\r\nx-more: 2", b"1\n", b"1\r"])
def test_a_line_break_where_none_belongs_is_not_written(bad: bytes) -> None:
    for asked in (scope("GET", (b"x", bad)), scope("GET", (bad, b"x")), scope(target=bad), scope(query=bad)):
        with pytest.raises(ValueError, match="line break"):
            head_of(asked, b"appeals", Body([], NOTHING))


def test_a_request_without_a_body_has_no_framing() -> None:
    assert written(b"") == (b"", b"")


def test_a_body_of_announced_length_is_written_as_it_comes() -> None:
    assert written(b"begin", b"", b"end", length=8) == (b"content-length: 8\r\n", b"beginend")
    assert written(b"", length=0) == (b"content-length: 0\r\n", b"")


def test_a_body_of_unknown_length_is_written_in_chunks() -> None:
    chunks = b"5\r\nbegin\r\n3\r\nend\r\n0\r\n\r\n"
    assert written(b"", b"begin", b"end") == (b"transfer-encoding: chunked\r\n", chunks)


def test_a_body_that_is_all_here_has_its_length() -> None:
    assert written(b"the end") == (b"content-length: 7\r\n", b"the end")


@pytest.mark.parametrize("pieces", [(b"12345",), (b"123",), (b"1", b"2"), (b"123", b"45")])
def test_a_body_of_another_length_than_announced_is_not_passed_off_as_whole(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="Content-Length"):
        written(*pieces, length=4)


def test_only_what_is_all_here_and_harmless_twice_may_be_repeated() -> None:
    key = (b"idempotency-key", b"k")
    whole, partly = Body([], NOTHING), Body([], piece(b"1", more=True))
    partly.next(piece(b"2", more=False))
    repeatable = {
        method
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
        if is_repeatable(scope(method), whole)
    }
    assert repeatable == {"GET", "HEAD", "OPTIONS"}
    assert is_repeatable(scope("POST", key), whole)
    assert not is_repeatable(scope("POST", key), partly)
    assert not is_repeatable(scope("GET"), partly)
