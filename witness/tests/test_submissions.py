"""The body of add-checkpoint is read to the letter, and nothing else is taken for one."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from witness.submissions import Malformed, parse_submission
from witness.testing import SmallLog

LOG = SmallLog().grown(20)
GOOD = LOG.submission(3, 7)
HEAD, GAP, NOTE = GOOD.partition(b"\n\n")
PROOF = HEAD.split(b"\n")[1:]

OLD_LINES = (
    *(
        b"",
        b"3",
        b"old",
        b"old ",
        b"old  3",
        b"old\t3",
        b"Old 3",
        b"old 03",
        b"old +3",
        b"old -3",
        b"old 3 ",
        b" old 3",
    ),
    *(
        b"old 3\r",
        b"old 0x3",
        b"old 3.0",
        b"old 1_0",
        b"old \xd9\xa3",
        b"old 9223372036854775808999",
        b"new 3",
        b"old 3 4",
    ),
)
PROOF_LINES = (
    *(b"x", b"!", PROOF[0][:-1], PROOF[0] + b"=", PROOF[0] + b" ", b" " + PROOF[0], PROOF[0] + b"\r", b"AAAA"),
    *(PROOF[0][:-2] + b"B=", b"=" * 44, PROOF[0][:20] + b"_" + PROOF[0][21:], b"A" * 10_000, b"\xd9\xa3"),
)


def malformed() -> Iterator[tuple[str, bytes]]:
    for old in OLD_LINES:
        yield f"old size {old!r}", b"\n".join([old, *PROOF]) + GAP + NOTE
    for line in PROOF_LINES:
        yield f"proof line {line[:50]!r}", b"\n".join([b"old 3", line, *PROOF[1:]]) + GAP + NOTE
    yield "64 proof lines", b"\n".join([b"old 3", *[PROOF[0]] * 64]) + GAP + NOTE
    yield "nothing", b""
    yield "only an old size", b"old 3\n"
    yield "no empty line", HEAD + b"\n" + NOTE
    yield "no note", HEAD + GAP
    yield "two empty lines", HEAD + GAP + b"\n" + NOTE
    yield "an empty line in the proof", HEAD.replace(b"\n", b"\n\n", 1) + GAP + NOTE
    yield "an old size above the checkpoint's", GOOD.replace(b"old 3", b"old 8")
    yield from malformed_notes()


def malformed_notes() -> Iterator[tuple[str, bytes]]:
    yield "no last newline", GOOD[:-1]
    yield "a byte behind", GOOD + b"x"
    yield "a newline behind", GOOD + b"\n"
    yield "carriage returns", GOOD.replace(b"\n", b"\r\n")
    yield "a zero byte", GOOD.replace(b"appeals", b"app\0als")
    yield "not UTF-8", GOOD.replace(b"appeals", b"app\xffals")
    yield "a surrogate", GOOD.replace(b"appeals", b"app\xed\xa0\x80als")
    yield "UTF-16", GOOD.decode().encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + GOOD
    yield "an extension line", GOOD.replace(b"=\n\n\xe2", b"=\nextension\n\n\xe2")
    yield "a size with a leading zero", GOOD.replace(b"\n7\n", b"\n07\n")
    yield "a size below zero", GOOD.replace(b"\n7\n", b"\n-7\n")
    yield "a size of a thousand digits", GOOD.replace(b"\n7\n", b"\n" + b"7" * 1000 + b"\n")
    yield "a size of ten thousand digits", GOOD.replace(b"\n7\n", b"\n" + b"7" * 10_000 + b"\n")
    yield "no origin", GOOD.replace(b"\n\nlog.example/appeals\n", b"\n\n\n")
    yield "a short root", GOOD.replace(NOTE.split(b"\n")[2], b"AAAA")
    yield "a hyphen for the dash", GOOD.replace("—".encode(), b"-")
    yield "a signature that is not base64", GOOD[:-4] + b"!!!\n"
    yield "a signature of nothing", HEAD + GAP + NOTE.partition(b"\n\n")[0] + "\n\n— a AAAA\n".encode()
    yield "no signature", HEAD + GAP + NOTE.partition(b"\n\n")[0] + b"\n\n"
    yield "two hundred signatures", GOOD + GOOD[GOOD.rindex("—".encode()) :] * 200
    yield "JSON", b'{"old": 3}'


MALFORMED = dict(malformed())


def test_a_good_body_is_read() -> None:
    submission = parse_submission(GOOD)
    assert (submission.old, len(submission.proof), submission.checkpoint.size) == (3, len(PROOF), 7)
    assert "".join((submission.note.text, "\n", *submission.lines)) == LOG.note(7)
    # As many lines of proof as the specification allows are malformed no more than they hold.
    most = b"\n".join([b"old 3", *[PROOF[0]] * 63]) + GAP + NOTE
    assert len(parse_submission(most).proof) == 63


async def test_what_is_malformed_is_refused(client: httpx.AsyncClient) -> None:
    for kind, body in MALFORMED.items():
        answer = await client.post("/add-checkpoint", content=body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8"), kind
        assert answer.text.endswith(".\n"), kind


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_malformed_is_told(kind: str) -> None:
    with pytest.raises(Malformed, match=r"\w+\.$"):
        parse_submission(MALFORMED[kind])


@given(st.binary() | st.text().map(str.encode))
def test_no_other_bytes_are_a_body(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_submission(body)


@given(st.data())
def test_one_changed_byte_makes_another_body_or_none(data: st.DataObject) -> None:
    """Nothing that differs is read as the same: what was signed and proven can only be said in one way."""
    place = data.draw(st.integers(0, len(GOOD) - 1))
    put = data.draw(st.binary(max_size=2).filter(lambda put: put != GOOD[place : place + 1]))
    try:
        submission = parse_submission(GOOD[:place] + put + GOOD[place + 1 :])
    except Malformed:
        return
    assert submission != parse_submission(GOOD)
