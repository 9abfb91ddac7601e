"""The way to a witness: what it says is believed when it is signed, and anything else is no answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from servicekit.sealing import Sealer
from servicekit.testing import serving
from servicekit.witnesses import Witness, WitnessAhead, WitnessAway, WitnessRefuses, reaching
from verifier.notes import LOG, WITNESS, Checkpoint, checkpoint_text, parse_note, signature_by
from verifier.signing import Signer, fast_verify
from verifier.tree import EMPTY_ROOT, leaf_hash

from .conftest import NOON, Journal

SIGNER = Signer.new("witness.example/w1", WITNESS)
NAMESAKE = Signer.new(SIGNER.key.name, WITNESS)
LOG_SIGNER = Signer.new("tests.example/log", LOG)
OTHER_LOG = Signer.new("tests.example/other", LOG)
ONE = leaf_hash(b"one")


def text_of(log: Signer, size: int = 1) -> str:
    return checkpoint_text(Checkpoint(log.key.name, size, ONE if size else EMPTY_ROOT))


def note_of(log: Signer, *cosigners: Signer, text: str = "") -> str:
    text = text or text_of(log)
    return "".join([text, "\n", log.sign(text), *(each.cosign(text, 1_800_000_000) for each in cosigners)])


class Pretender:
    """What stands where a witness should, and answers as it is told, on whatever path."""

    def __init__(self) -> None:
        self.answers: dict[str, Response] = {}
        self.asked: list[tuple[str, bytes]] = []

    async def answer(self, request: Request) -> Response:
        self.asked.append((f"{request.url.path}?{request.url.query}", await request.body()))
        return self.answers[request.method]


@pytest.fixture
def pretender() -> Pretender:
    return Pretender()


@pytest.fixture
async def way(pretender: Pretender) -> AsyncIterator[Witness]:
    """The way to what pretends to be the witness."""
    app = Starlette(routes=[Route("/{path:path}", pretender.answer, methods=["GET", "POST"])])
    async with serving(app) as client:
        yield Witness(client, SIGNER.key)


async def test_what_was_seen_last_is_believed_when_it_is_cosigned(way: Witness, pretender: Pretender) -> None:
    pretender.answers["GET"] = Response(note_of(LOG_SIGNER, SIGNER))
    assert await way.last_seen(LOG_SIGNER.key) == Checkpoint(LOG_SIGNER.key.name, 1, ONE)
    assert pretender.asked == [("/latest?origin=tests.example%2Flog", b"")]


async def test_a_witness_that_has_seen_nothing_says_so(way: Witness, pretender: Pretender) -> None:
    pretender.answers["GET"] = Response(status_code=404)
    assert await way.last_seen(LOG_SIGNER.key) is None


EXTENDED = text_of(LOG_SIGNER) + "extension\n"
NO_LATEST = {
    "nothing": "",
    "a page": "<html><title>Welcome</title></html>",
    "no note": text_of(LOG_SIGNER),
    "not cosigned": note_of(LOG_SIGNER),
    "not signed": f"{text_of(LOG_SIGNER)}\n{SIGNER.cosign(text_of(LOG_SIGNER), 1)}",
    "cosigned by a namesake": note_of(LOG_SIGNER, NAMESAKE),
    "another log": note_of(OTHER_LOG, SIGNER),
    "another log's text": note_of(LOG_SIGNER, SIGNER, text=text_of(OTHER_LOG)),
    "changed": note_of(LOG_SIGNER, SIGNER).replace("\n1\n", "\n2\n"),
    "extended": note_of(LOG_SIGNER, SIGNER, text=EXTENDED),
    "endless digits": note_of(LOG_SIGNER, SIGNER, text=text_of(LOG_SIGNER).replace("\n1\n", f"\n{'1' * 9000}\n")),
    "too long": note_of(LOG_SIGNER, SIGNER) + "x" * 2**20,
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("answer", NO_LATEST.values(), ids=NO_LATEST)
async def test_what_is_not_a_cosigned_checkpoint_is_no_answer(
    way: Witness, pretender: Pretender, answer: str | bytes
) -> None:
    pretender.answers["GET"] = Response(answer)
    with pytest.raises(WitnessAway):
        await way.last_seen(LOG_SIGNER.key)


@pytest.mark.parametrize("status", [204, 301, 400, 401, 403, 409, 422, 500, 503])
async def test_another_status_is_no_answer(way: Witness, pretender: Pretender, status: int) -> None:
    pretender.answers["GET"] = Response(note_of(LOG_SIGNER, SIGNER) if status > 204 else None, status)
    with pytest.raises(WitnessAway):
        await way.last_seen(LOG_SIGNER.key)


LINE = SIGNER.cosign(text_of(LOG_SIGNER), 1_800_000_000)
FOREIGN = Signer.new("witness.example/w2", WITNESS).cosign(text_of(LOG_SIGNER), 1)


async def test_a_checkpoint_is_sent_with_the_proof_that_it_goes_on(way: Witness, pretender: Pretender) -> None:
    pretender.answers["POST"] = Response(LINE)
    assert await way.cosign(note_of(LOG_SIGNER), 3, ["YQ==", "Yg=="]) == LINE
    assert pretender.asked == [("/add-checkpoint?", f"old 3\nYQ==\nYg==\n\n{note_of(LOG_SIGNER)}".encode())]


@pytest.mark.parametrize("lines", [FOREIGN + LINE, LINE + FOREIGN], ids=["behind another", "before another"])
async def test_of_several_signatures_only_the_witness_s_own_is_kept(
    way: Witness, pretender: Pretender, lines: str
) -> None:
    """The specification lets a witness answer with several; a receipt has those that its keys are for."""
    pretender.answers["POST"] = Response(lines)
    assert await way.cosign(note_of(LOG_SIGNER), 0, []) == LINE


STRETCHED = note_of(LOG_SIGNER).removesuffix("\n") + "\n"
NO_COSIGNATURES = {
    "nothing": "",
    "a page": "<html><title>Welcome</title></html>",
    "of another text": SIGNER.cosign(text_of(LOG_SIGNER, 0), 1),
    "by a namesake": NAMESAKE.cosign(text_of(LOG_SIGNER), 1),
    "by another alone": FOREIGN,
    "cut off": LINE[:-1],
    "a whole note": note_of(LOG_SIGNER, SIGNER),
    "of all before it": "\n" + SIGNER.cosign(STRETCHED, 1),
    "too long": LINE * 1000,
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("answer", NO_COSIGNATURES.values(), ids=NO_COSIGNATURES)
async def test_what_is_not_a_cosignature_is_no_answer(way: Witness, pretender: Pretender, answer: str | bytes) -> None:
    pretender.answers["POST"] = Response(answer)
    with pytest.raises(WitnessAway):
        await way.cosign(note_of(LOG_SIGNER), 0, [])


@pytest.mark.parametrize(
    ("status", "error"),
    [(s, WitnessAway) for s in (204, 302, 400, 403, 404, 500)] + [(409, WitnessAhead), (422, WitnessRefuses)],
)
async def test_a_refusal_is_told_from_an_absence(
    way: Witness, pretender: Pretender, status: int, error: type[Exception]
) -> None:
    pretender.answers["POST"] = Response(LINE if status > 204 else None, status)
    with pytest.raises(error) as raised:
        await way.cosign(note_of(LOG_SIGNER), 0, [])
    assert type(raised.value) is error


async def test_a_witness_that_nobody_serves_is_away() -> None:
    async with reaching("http://127.0.0.1:9") as client:
        with pytest.raises(WitnessAway, match="ConnectError"):
            await Witness(client, SIGNER.key).last_seen(LOG_SIGNER.key)


async def test_a_witness_that_falls_silent_is_away_soon() -> None:
    async def be_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    left = asyncio.Event()

    async with await asyncio.start_server(be_silent, "127.0.0.1", 0) as server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        async with reaching(f"http://127.0.0.1:{port}") as client:
            with pytest.raises(WitnessAway, match="ReadTimeout"):
                await Witness(client, SIGNER.key).last_seen(LOG_SIGNER.key)
        await left.wait()


Sign = Callable[[Signer], Any]
NONSENSE: list[tuple[Sign, Sign]] = [
    (lambda _: Response("?"), lambda _: Response("?")),
    (lambda log: Response(note_of(log)), lambda _: Response("?")),
    (lambda _: Response(status_code=404), lambda _: Response("?")),
    (lambda _: Response(status_code=404), lambda _: Response(LINE)),
    (lambda _: Response(status_code=404), lambda _: Response(status_code=409)),
    (lambda _: Response(status_code=404), lambda _: Response(status_code=500)),
]


@pytest.mark.parametrize(("get", "post"), NONSENSE, ids=range(len(NONSENSE)))
async def test_what_answers_nonsense_cosigns_nothing_and_breaks_nothing(
    journal: Journal, log: Signer, way: Witness, pretender: Pretender, get: Sign, post: Sign
) -> None:
    pretender.answers = {"GET": get(log), "POST": post(log)}
    sealer = Sealer(log, way)
    await journal.enter(2)
    for _ in range(3):
        await sealer.run(journal.store, {}, NOON)
    async with journal.store.read() as reading:
        assert await sealer.published(reading) is None
    assert await journal.admin.fetchval("SELECT count(*) FROM cosignatures") == 0
    assert len(await journal.checkpoints(log.key)) == (pretender.answers["GET"].status_code == 404)
    assert sealer.refusal is None


async def test_a_witness_that_refuses_the_proof_stops_receipts(
    journal: Journal, log: Signer, way: Witness, pretender: Pretender
) -> None:
    pretender.answers = {"GET": Response(status_code=404), "POST": Response("The proof does not hold.", 422)}
    sealer = Sealer(log, way)
    await journal.enter(2)
    assert await sealer.run(journal.store, {}, NOON) == 0
    assert sealer.refusal == "The proof does not hold."


async def test_the_keys_of_another_witness_are_none_of_ours(
    journal: Journal, log: Signer, witness: Witness, overheard: Any
) -> None:
    """The witness is real, and the key that we were given for it is another's."""
    await journal.enter(2)
    for key in (NAMESAKE.key, Signer.new("witness.example/w3", WITNESS).key):
        sealer = Sealer(log, Witness(witness.client, key))
        for _ in range(3):
            await sealer.run(journal.store, {}, NOON)
        async with journal.store.read() as reading:
            assert await sealer.published(reading) is None
    await journal.seal(Sealer(log, witness))
    assert {each.size for each in overheard.checkpoints} == {2}
    [line] = await journal.admin.fetch("SELECT note || line AS note FROM checkpoints NATURAL JOIN cosignatures")
    assert signature_by(parse_note(line["note"]), witness.key, fast_verify) is not None
