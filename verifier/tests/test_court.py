"""A file for a court: an honest one is verified, and a file or a text in it that is another or gone is found."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from verifier.__main__ import main
from verifier.canonical import canonical
from verifier.court import CourtFile, verify_court_file
from verifier.notes import LOG, parse_key
from verifier.receipts import Fault
from verifier.signing import Signer, fast_verify

from .conftest import ABOUT, ORIGIN, Journal, act

Members = dict[str, bytes]
WHOLE = {"id": str(UUID(int=9)), "kind": "appeal"}
COMPLAINT = {"id": str(UUID(int=10)), "kind": "complaint"}
OTHER = {"id": str(UUID(int=11)), "kind": "appeal"}
OWN, ELDERS, HARMFUL, FOREIGN = b"%PDF-own", b"%PDF-of the whole", b"harmful", b"%PDF-of another"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def attached(n: int, about: dict[str, str], content: bytes, state: str) -> list[dict[str, Any]]:
    named = {"sha256": digest(content)}
    return [
        act(n, about, **named, size=len(content)) | {"event": "appeal.attached"},
        act(n + 1, about, **named, state=state) | {"event": "appeal.attachment_scanned"},
    ]


@pytest.fixture
def journal() -> Journal:
    """A journal with an appeal that was split off from another, a complaint, and files of all of them."""
    texts: dict[int, dict[str, Any]] = {0: {"text": "Шатыр"}, 3: {"said": ["Жауап"]}, 4: {"text": "Шағым"}}
    acts = [
        act(0, ABOUT, texts[0]) | {"data": {"from": WHOLE["id"]}},
        *attached(1, ABOUT, OWN, "clean"),
        act(3, ABOUT, texts[3]),
        act(4, COMPLAINT, texts[4], appeal=ABOUT["id"]),
        *attached(5, WHOLE, ELDERS, "clean"),
        *attached(7, ABOUT, HARMFUL, "infected"),
        *attached(9, OTHER, FOREIGN, "clean"),
    ]
    return Journal(acts, texts)


@pytest.fixture
def members(journal: Journal) -> Members:
    """What is in an honest file."""
    files = {"attachments/1-a.pdf": OWN, "attachments/2-b.pdf": ELDERS}
    listed = [{"file": name, "sha256": digest(content)} for name, content in files.items()]
    return {
        "README.txt": b"...",
        "documents/appeal.txt": "Шатыр".encode(),
        "documents/answer.txt": "Жауап".encode(),
        "documents/complaint-1.txt": "Шағым".encode(),
        "attachments.json": json.dumps([*listed, {"file": None, "sha256": digest(HARMFUL)}]).encode(),
        "appeal.receipt.json": canonical(journal.receipt()),
        "complaint-1.receipt.json": canonical(journal.receipt(COMPLAINT)),
        "whole-1.receipt.json": canonical(journal.receipt(WHOLE)),
        **files,
    }


def packed(members: Members) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def verified(members: Members, *keys: str) -> CourtFile:
    return verify_court_file(packed(members), [parse_key(key) for key in keys] or None, fast_verify)


def fault_of(members: Members, *keys: str) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        verified(members, *keys)
    return caught.value.kind, caught.value.place


def test_an_honest_file_says_what_it_proves(members: Members, journal: Journal) -> None:
    found = verified(members, *journal.keys)
    assert list(found.receipts) == ["appeal.receipt.json", "complaint-1.receipt.json", "whole-1.receipt.json"]
    assert found.receipts["complaint-1.receipt.json"].object_id == COMPLAINT["id"]
    assert found.attachments == {"attachments/1-a.pdf": digest(OWN), "attachments/2-b.pdf": digest(ELDERS)}
    assert found.missing == (digest(HARMFUL),)
    assert found.texts == ("documents/appeal.txt", "documents/answer.txt", "documents/complaint-1.txt")
    assert found.unproven == ()
    assert found.restated == ("README.txt", "attachments.json")


def test_each_byte_of_a_file_or_a_text_that_is_flipped_is_found(members: Members) -> None:
    for name in [each for each in members if each.startswith(("attachments/", "documents/"))]:
        for n in range(len(members[name])):
            changed = bytearray(members[name])
            changed[n] ^= 1 << (n % 8)
            kind = "attachment" if name.startswith("attachments/") else "text"
            assert fault_of(members | {name: bytes(changed)}) == (kind, name)


def without(members: Members, *names: str) -> Members:
    return {name: content for name, content in members.items() if name not in names}


def listing(*names: tuple[str, bytes]) -> Members:
    return {"attachments.json": json.dumps([{"file": name, "sha256": digest(each)} for name, each in names]).encode()}


@pytest.mark.parametrize(
    ("change", "kind", "place"),
    [
        (lambda made, _: without(made, "attachments/1-a.pdf"), "attachment", digest(OWN)),
        (lambda made, _: without(made, "attachments/2-b.pdf"), "attachment", "attachments.json"),
        (lambda made, _: without(made, "whole-1.receipt.json"), "attachment", "attachments/2-b.pdf"),
        (lambda made, _: made | {"attachments/3-c.txt": HARMFUL}, "attachment", "attachments/3-c.txt"),
        (lambda made, _: made | {"attachments/3-c.pdf": OWN}, "attachment", "attachments.json"),
        (lambda made, _: without(made, "attachments.json"), "attachment", "attachments.json"),
        (lambda made, _: made | {"attachments.json": b"[1]"}, "attachment", "attachments.json"),
        (lambda made, _: made | {"attachments.json": b"[" * 100_000}, "attachment", "attachments.json"),
        (lambda made, _: made | listing(("attachments/1-a.pdf", OWN)), "attachment", "attachments.json"),
        (lambda made, _: without(made, "appeal.receipt.json"), "receipt", "appeal.receipt.json"),
        (lambda made, _: made | {"documents/ruling-1.txt": b"Never said."}, "text", "documents/ruling-1.txt"),
        (lambda made, _: made | {"a\x1b[2J": b""}, "form", "the ZIP"),
        (
            lambda made, journal: made | {"whole-2.receipt.json": canonical(journal.receipt(OTHER))},
            "receipt",
            "whole-2.receipt.json",
        ),
    ],
    ids=[
        *("own file gone", "file of the whole gone", "no receipt of the whole", "harmful file", "file not listed"),
        *(
            "no list",
            "list of something else",
            "list without end",
            "list without a file",
            "no receipt",
            "text nobody wrote",
        ),
        *("name that a terminal obeys", "receipt of another matter"),
    ],
)
def test_what_is_not_as_the_journal_has_it_is_found(
    members: Members, journal: Journal, change: Callable[[Members, Journal], Members], kind: str, place: str
) -> None:
    assert fault_of(change(members, journal)) == (kind, place)


def test_a_receipt_in_it_is_checked_as_any_other(members: Members) -> None:
    changed = members["whole-1.receipt.json"].replace(b"registered", b"forwarded.", 1).replace(b"clean", b"Clean")
    kind, place = fault_of(members | {"whole-1.receipt.json": changed})
    assert (kind, place) == ("entry", "whole-1.receipt.json: entries[1].entry")
    assert fault_of(members, Signer.new(ORIGIN, LOG).key.text) == ("key", "appeal.receipt.json: keys[0]")


def test_a_file_of_another_appeal_is_not_of_this_one(members: Members) -> None:
    changed = members | {"attachments/3-c.pdf": FOREIGN}
    assert fault_of(changed) == ("attachment", "attachments/3-c.pdf")


def test_a_text_whose_private_part_is_erased_is_said_to_be_unproven(members: Members, journal: Journal) -> None:
    del journal.private[3]
    found = verified(members | {"appeal.receipt.json": canonical(journal.receipt())})
    assert found.unproven == ("documents/answer.txt",)
    assert found.texts == ("documents/appeal.txt", "documents/complaint-1.txt")


def test_two_members_of_one_name_are_no_file(members: Members) -> None:
    made = packed(members)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as archive:
        archive.writestr("documents/appeal.txt", b"...")
    with pytest.raises(Fault, match="one name"):
        verify_court_file(made, None, fast_verify)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_packed_in_a_way_of_its_own_is_no_file(members: Members, packing: int) -> None:
    made = packed(members)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("more.txt", b"...", packing)
    with pytest.raises(Fault, match="stored or deflated"):
        verify_court_file(made, None, fast_verify)


def test_a_broken_zip_is_found(members: Members) -> None:
    raw = packed(members).getvalue()
    for name, place in (("attachments/1-a.pdf", raw.index(OWN)), ("README.txt", raw.index(b"..."))):
        with pytest.raises(Fault) as caught:
            verify_court_file(io.BytesIO(flipped(raw, place)), None, fast_verify)
        assert (caught.value.kind, caught.value.place) == ("form", name)
    with pytest.raises(Fault) as caught:
        verify_court_file(io.BytesIO(flipped(raw, raw.index(b"PK\1\2"))), None, fast_verify)
    assert (caught.value.kind, caught.value.place) == ("form", "the ZIP")


def flipped(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def test_the_command_tells_it_and_how_it_ends(
    members: Members, journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del journal.private[3]
    members["appeal.receipt.json"] = canonical(journal.receipt())
    honest, changed = tmp_path / "honest.zip", tmp_path / "changed.zip"
    honest.write_bytes(packed(members).getvalue())
    changed.write_bytes(packed(members | {"attachments/1-a.pdf": OWN + b" "}).getvalue())
    assert main([str(honest)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:8] == [
        "verified: 3 receipts, 2 files, 2 texts",
        f"attachments/1-a.pdf  as it was attached  sha256 {digest(OWN)}",
        f"attachments/2-b.pdf  as it was attached  sha256 {digest(ELDERS)}",
        f"not in the file, as it was not found clean  sha256 {digest(HARMFUL)}",
        "documents/appeal.txt  as it was written",
        "documents/complaint-1.txt  as it was written",
        "documents/answer.txt  not proven: the private part with it is not shown",
        "restate the receipts, and prove nothing by themselves: README.txt, attachments.json",
    ]
    assert f"verified: 6 acts about appeal {ABOUT['id']} are in the journal {ORIGIN}" in lines
    assert main([str(changed)]) == 1
    assert capsys.readouterr().out == (
        "NOT verified: attachment at attachments/1-a.pdf: It was changed: the journal has no clean file like it.\n"
    )
    assert main(["--json", str(honest)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["missing"]) == (True, [digest(HARMFUL)])
