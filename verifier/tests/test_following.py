"""Following a journal over real HTTP: what grows is believed, what takes something back is caught with both notes."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from verifier.__main__ import main
from verifier.following import Followed, follow
from verifier.notes import LOG, WITNESS
from verifier.receipts import Fault
from verifier.signing import Signer

from .conftest import ORIGIN, SEEN, Journal, consistency_proof, text_of, with_acts

Answer = Callable[[dict[str, str]], tuple[int, bytes]]


class Server:
    """A journal on the network: it shows its first `size` entries, and any answer may be another one."""

    def __init__(self, journal: Journal, size: int) -> None:
        self.journal, self.size = journal, size
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.url = ""

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path](query)
        if path == "keys":
            return 200, "".join(f"{key}\n" for key in self.journal.keys).encode()
        if path == "checkpoint":
            return 200, self.journal.note(self.size).encode()
        old, new = int(query["old"]), int(query["new"])
        proof = text_of(consistency_proof(old, self.journal.leaves[:new]))
        return 200, json.dumps({"old": old, "new": new, "proof": proof}).encode()


@pytest.fixture
def server(journal: Journal) -> Iterator[Server]:
    shown = Server(journal, 5)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            shown.asked.append(self.path)
            code, body = shown.answer(asked.path.removeprefix("/v1/journals/appeals/"), dict(parse_qsl(asked.query)))
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        shown.url = f"http://127.0.0.1:{listening.server_port}/v1/journals/appeals"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield shown
        listening.shutdown()
        thread.join()


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory.json"


def always(body: bytes, code: int = 200) -> Answer:
    return lambda _: (code, body)


def caught(server: Server, memory: Path) -> Fault:
    """Follow, and see that what was caught is not remembered."""
    before = memory.read_bytes() if memory.exists() else b""
    with pytest.raises(Fault) as found:
        follow(server.url, memory)
    assert (memory.read_bytes() if memory.exists() else b"") == before
    return found.value


def test_the_first_time_the_keys_are_remembered(server: Server, memory: Path) -> None:
    followed = follow(f"{server.url}/", memory)
    assert followed == Followed(ORIGIN, 5, None, (("witness.example/w1", SEEN),), tuple(server.journal.keys))
    known = json.loads(memory.read_text())[server.url]
    assert known == {"keys": server.journal.keys, "notes": [server.journal.note(5)]}
    assert [path.rpartition("/")[2] for path in server.asked] == ["keys", "checkpoint"]


def test_a_journal_that_grows_is_believed_and_every_note_is_kept(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    for before, size in ((5, 5), (5, 8), (8, 11), (11, 11)):
        server.size = size
        assert follow(server.url, memory) == Followed(ORIGIN, size, before, (("witness.example/w1", SEEN),), ())
    notes = [server.journal.note(size) for size in (5, 8, 11)]
    assert json.loads(memory.read_text())[server.url]["notes"] == notes
    assert [asked.rpartition("/")[2] for asked in server.asked if "?" in asked] == [
        "consistency?old=5&new=8",
        "consistency?old=8&new=11",
    ]


def test_a_journal_is_followed_from_its_first_entry(server: Server, memory: Path) -> None:
    server.size = 0
    follow(server.url, memory)
    server.size = 3
    assert follow(server.url, memory).before == 0


def test_several_journals_have_one_memory(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    follow(server.url.replace("127.0.0.1", "localhost"), memory)
    assert len(json.loads(memory.read_text())) == 2


def test_a_journal_that_has_fewer_entries_than_before_is_caught(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    server.size = 4
    fault = caught(server, memory)
    assert (fault.kind, fault.place) == ("rolled-back", "checkpoint")
    assert fault.evidence == (server.journal.note(5), server.journal.note(4))


@pytest.mark.parametrize("size", [5, 9])
def test_a_journal_that_has_another_entry_than_before_is_caught(size: int, server: Server, memory: Path) -> None:
    follow(server.url, memory)
    old = server.journal.note(5)
    server.journal.acts[2]["event"] = "appeal.refused"
    server.size = size
    fault = caught(server, memory)
    assert (fault.kind, fault.place) == ("rewritten", "checkpoint")
    assert fault.evidence == (old, server.journal.note(size))
    assert str(fault.message).endswith("are not those that the journal had.")


def test_what_is_no_proof_is_caught(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    server.size = 8
    for answer in (b"", b"[]", b"{}", b'{"proof":null}', b'{"proof":[1]}', b'{"proof":["A"]}', b"[" * 99_999):
        server.answers["consistency"] = always(answer)
        assert caught(server, memory).kind == "proof"
    server.answers["consistency"] = always(b'{"proof":[]}')
    assert caught(server, memory).kind == "rewritten"


def test_a_key_that_changes_is_caught(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    old = server.journal.keys
    log, witnesses = server.journal.log, server.journal.witnesses
    for journal in (with_acts(), Journal(log=log), Journal(witnesses=witnesses), Journal(log=log, witnesses=[])):
        journal.acts = server.journal.acts
        server.journal = journal
        fault = caught(server, memory)
        assert (fault.kind, fault.place) == ("key", "keys")
        assert fault.evidence == ("\n".join(old), "\n".join(journal.keys))


def test_a_witness_that_comes_is_remembered_and_said(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    server.journal.witnesses.append(Signer.new("witness.example/w2", WITNESS))
    followed = follow(server.url, memory)
    assert followed.new_keys == tuple(server.journal.keys[2:])
    assert [name for name, _ in followed.witnesses] == ["witness.example/w1", "witness.example/w2"]
    assert follow(server.url, memory).new_keys == ()


def test_a_checkpoint_that_is_not_cosigned_yet_is_believed(server: Server, memory: Path) -> None:
    lines = server.journal.note(5).splitlines(keepends=True)
    server.answers["checkpoint"] = always("".join(lines[:-1]).encode())
    assert follow(server.url, memory).witnesses == ()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("\n5\n", "\n6\n", "signature"),
        (f"{ORIGIN}\n", "other.example\n", "key"),
        ("\n5\n", "\n05\n", "checkpoint"),
        ("— witness.example/w1", "— witness.example/w2", None),
    ],
    ids=["size", "origin", "form", "unknown witness"],
)
def test_a_checkpoint_must_be_signed_by_its_log(
    old: str, new: str, kind: str | None, server: Server, memory: Path
) -> None:
    note = server.journal.note(5)
    server.answers["checkpoint"] = always(note.replace(old, new, 1).encode())
    if kind:
        assert caught(server, memory).kind == kind
    else:
        assert follow(server.url, memory).witnesses == ()


def test_a_cosignature_that_is_forged_is_caught(server: Server, memory: Path) -> None:
    note = server.journal.note(5)
    other = server.journal.note(6).splitlines(keepends=True)[-1]
    server.answers["checkpoint"] = always((note + other).encode())
    assert caught(server, memory).kind == "witness"


@pytest.mark.parametrize(
    "keys", ["", "no key", Signer.new(ORIGIN, WITNESS).key.text], ids=["none", "no key", "witness"]
)
def test_a_journal_needs_the_key_of_a_log(keys: str, server: Server, memory: Path) -> None:
    server.answers["keys"] = always(keys.encode())
    assert caught(server, memory).kind == "key"


@pytest.mark.parametrize(
    "answer",
    [(404, b""), (500, b"keys"), (200, b"k" * (1 << 20) + b"k"), (200, b"\xff")],
    ids=["not found", "broken", "too much", "not UTF-8"],
)
def test_a_journal_that_does_not_answer_is_no_fault(
    answer: tuple[int, bytes], server: Server, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["keys"] = always(answer[1], answer[0])
    assert main(["follow", server.url, "--memory", str(memory)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ashyq-verify: ")
    assert not memory.exists()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "appeals", "http://127.0.0.1:1/x", "http://a b/"])
def test_what_is_no_journal_is_no_fault(url: str, memory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", url, "--memory", str(memory)]) == 2
    assert capsys.readouterr().err.startswith("ashyq-verify: ")


def test_a_folder_is_no_journal(server: Server, memory: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("\n".join(server.journal.keys))
    (tmp_path / "checkpoint").write_text(server.journal.note(5))
    with pytest.raises(ValueError, match="is not the URL of a journal"):
        follow(tmp_path.as_uri(), memory)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "1", '{"a":1}', '{"a":{"keys":[1],"notes":[]}}', '{"a":{"keys":"","notes":[]}}', "[" * 99_999],
)
def test_what_is_no_memory_is_neither_believed_nor_overwritten(
    text: str, server: Server, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory.write_text(text)
    assert main(["follow", server.url, "--memory", str(memory)]) == 2
    assert memory.read_text() == text
    assert capsys.readouterr().err.startswith("ashyq-verify: ")


def test_the_command_says_what_it_found(server: Server, memory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*more: str) -> tuple[int, str]:
        code = main(["follow", server.url, "--memory", str(memory), *more])
        return code, capsys.readouterr().out

    code, text = said()
    log, witness = server.journal.keys
    assert code == 0
    assert text.splitlines() == [
        f"verified: {ORIGIN} has 5 entries",
        "witnessed by witness.example/w1 at 2026-08-20T12:00:00Z",
        f"remembered from now on, compare it with what others have: {log}",
        f"remembered from now on, compare it with what others have: {witness}",
    ]
    server.size = 8
    assert said()[1].splitlines()[0] == f"verified: {ORIGIN} has 8 entries, and begins with the 5 that are remembered"
    assert json.loads(said("--json")[1])["before"] == 8
    server.size = 7
    code, text = said()
    assert code == 1
    assert text.startswith(
        "NOT verified: rolled-back at checkpoint: The journal had 8 entries, and says now that it has 7.\n"
    )
    assert server.journal.note(8) in text
    assert server.journal.note(7) in text
    code, text = said("--json")
    assert code == 1
    assert json.loads(text)["fault"]["evidence"] == [server.journal.note(8), server.journal.note(7)]


def test_another_log_under_the_same_name_is_caught(server: Server, memory: Path) -> None:
    follow(server.url, memory)
    server.journal.log = Signer.new(ORIGIN, LOG)
    assert caught(server, memory).kind == "key"
