"""A file is checked on a page: what it proves, or what is wrong with it; and the page asks not to be believed."""

import io
import json
import random
import re
import subprocess
import sys
import time
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.verifying import Bulky, Foreign, check
from portal.words import texts
from servicekit.languages import LANGUAGES
from verifier.canonical import canonical, leaf_hash_of
from verifier.notes import LOG, Checkpoint, checkpoint_text
from verifier.receipts import Fault
from verifier.signing import Signer

APPEAL = {"kind": "application", "agency": "min-transport", "subject": "Stop", "text": "Roof", "language": "en"}
YEARS = [{"amount": "2000000"}] * 3
BID = {
    "id": "A",
    "received_at": "2026-11-20T10:00:00+05:00",
    "price": {"amount": "900000"},
    "experience_years": 10,
    "income": YEARS,
    "taxes": YEARS,
    "payroll": YEARS,
    "warranty_months": 36,
}
TRIAL = {"lot": {"amount": {"amount": "1000000"}}, "bids": [BID, BID | {"id": "B", "price": {"amount": "950000"}}]}
SAID = texts("en")
WAITS = 202


@pytest.fixture(scope="module")
def filed(base: str) -> dict[str, bytes]:
    """The receipt and the file for a court of an appeal."""
    with httpx.Client(base_url=base, timeout=60) as client:
        given = client.post("/sandbox/token", json={"persona": "citizen"}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {given['access_token']}"
        place = f"/v1/appeals/{client.post('/v1/appeals', json=APPEAL).raise_for_status().json()['id']}"
        return {name: _sealed(client, f"{place}/{name}") for name in ("receipt", "court-file")}


def _sealed(client: httpx.Client, path: str) -> bytes:
    """What is given out once the journal is sealed, which takes a moment."""
    ends = time.monotonic() + 20
    while (answer := client.get(path).raise_for_status()).status_code == WAITS:
        assert time.monotonic() < ends
        time.sleep(0.1)
    return answer.content


@pytest.fixture(scope="module")
def foreign_receipt() -> bytes:
    """A receipt with one act, whole in itself, of a journal that is none of this house."""
    log = Signer.new("elsewhere.example/appeals", LOG)
    about = {"id": "01900000-0000-7000-8000-000000000001", "kind": "appeal"}
    entry: dict[str, Any] = {
        "at": "2026-08-20T12:00:00.000001Z",
        "by": {"role": "citizen"},
        "commitment": None,
        "data": {},
        "event": "appeal.registered",
        "id": "01900000-0000-7000-8000-000000000002",
        "object": {**about, "version": 1},
    }
    leaf = leaf_hash_of(entry)
    text = checkpoint_text(Checkpoint(log.key.name, 1, leaf))
    placed = {"entry": entry, "index": 0, "leaf": leaf.hex(), "private": None, "proof": []}
    return canonical(
        {
            "checkpoint": f"{text}\n{log.sign(text)}",
            "entries": [placed],
            "form": "ashyq-receipt/1",
            "keys": [log.key.text],
            "object": about,
        }
    )


def send(client: httpx.Client, content: bytes, *, language: str = "en", name: str = "receipt.json") -> httpx.Response:
    return client.post(f"/{language}/verify", files={"file": (name, content)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_is_verified_act_by_act(language: str, house: httpx.Client, filed: dict[str, bytes]) -> None:
    page = send(house, filed["receipt"], language=language)
    said = texts(language)
    assert page.status_code == 200
    for key in ("verify.yes", "verify.yes_receipt", "verify.keys_ours", "act.appeal.registered", "actor.citizen"):
        assert said[key] in page.text
    about = json.loads(filed["receipt"])["object"]["id"]
    assert f'href="/{language}/appeals/{about}"' in page.text
    assert "ashyq.localhost/witness" in page.text
    assert said["verify.distrust"] in page.text


def test_a_court_file_is_verified_with_what_is_in_it(house: httpx.Client, filed: dict[str, bytes]) -> None:
    page = send(house, filed["court-file"], name="appeal.zip")
    assert SAID["verify.yes_court_file"] in page.text
    assert "documents/appeal.txt" in page.text
    assert SAID["act.appeal.registered"] in page.text


def test_a_scoring_that_no_journal_published_is_said_to_be_a_trial(house: httpx.Client) -> None:
    made = house.post("/v1/scoring", json=TRIAL).raise_for_status().json()
    page = send(house, canonical(made))
    assert SAID["verify.yes_trial"] in page.text
    assert SAID["verify.keys_none"] in page.text
    made["result"]["winner"] = "B"
    assert SAID["verify.fault.result"] in send(house, canonical(made)).text


def test_one_changed_word_is_found_and_its_place_told(house: httpx.Client, filed: dict[str, bytes]) -> None:
    page = send(house, filed["receipt"].replace(b"min-transport", b"min-transporx"))
    assert page.status_code == 200
    assert SAID["verify.no"] in page.text
    assert SAID["verify.fault.entry"] in page.text
    assert "entries[0].entry" in page.text
    assert SAID["verify.yes_receipt"] not in page.text


def test_keys_that_only_the_file_vouches_for_are_told_from_ours(house: httpx.Client, foreign_receipt: bytes) -> None:
    page = send(house, foreign_receipt)
    assert SAID["verify.yes"] in page.text
    assert SAID["verify.keys_own"] in page.text
    assert SAID["verify.keys_ours"] not in page.text
    assert SAID["verify.no_witness"] in page.text
    assert SAID["verify.open"] not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "content"), [("holiday.jpg", b"\xff\xd8\xff\xe0" + bytes(100)), ("empty.json", b""), ("list.json", b"[1]")]
)
def test_other_files_get_a_kind_word(language: str, name: str, content: bytes, house: httpx.Client) -> None:
    page = send(house, content, language=language, name=name)
    assert page.status_code == 422
    assert texts(language)["verify.foreign"] in page.text


def test_no_file_is_said_to_be_missing(house: httpx.Client) -> None:
    for answer in (house.post("/en/verify"), house.post("/en/verify", files={"file": ("", b"")})):
        assert answer.status_code == 422
        assert SAID["verify.none"] in answer.text


def test_a_broken_form_gets_a_kind_word(house: httpx.Client) -> None:
    answer = house.post("/en/verify", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"})
    assert answer.status_code == 400
    assert SAID["failure.unreadable"] in answer.text


def test_a_name_is_shown_as_text(house: httpx.Client, filed: dict[str, bytes]) -> None:
    page = send(house, filed["receipt"], name="<script>alert(1)</script>.json")
    assert SAID["verify.yes"] in page.text
    assert "<script>alert" not in page.text


def test_a_file_beyond_the_limit_is_too_large(house: httpx.Client) -> None:
    answer = send(house, b"{" + b" " * (20 * 1024 * 1024))
    assert answer.status_code == 413


def test_what_would_take_too_much_is_to_be_checked_elsewhere(house: httpx.Client) -> None:
    page = send(house, b'{"a": "' + b"a" * (9 * 1024 * 1024) + b'"}')
    assert page.status_code == 422
    assert SAID["verify.bulky"] in page.text


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_small_zip_that_unpacks_to_much_is_not_unpacked() -> None:
    with pytest.raises(Bulky):
        check(zipped({"appeal.receipt.json": bytes(129 * 1024 * 1024)}), [])
    with pytest.raises(Bulky):
        check(zipped({f"{n}": b"" for n in range(2001)}), [])


@pytest.mark.parametrize("kind", ["receipt", "court-file", "trial"])
def test_whatever_is_broken_is_a_fault_or_no_such_file(kind: str, house: httpx.Client, filed: dict[str, bytes]) -> None:
    trial = house.post("/v1/scoring", json=TRIAL).raise_for_status().content
    whole = {**filed, "trial": trial}[kind]
    draw = random.Random(2026)  # noqa: S311 - the same each time
    for _ in range(150):
        broken = whole
        for _ in range(draw.choice((1, 1, 2, 20))):
            broken = _broken(broken, draw)
        try:
            check(broken, [])
        except (Fault, Foreign, Bulky):
            continue
        # A ZIP says some things that are no part of its files, as when they were packed.
        assert broken == whole or kind == "court-file"


def _broken(content: bytes, draw: random.Random) -> bytes:
    place, length = draw.randrange(len(content) + 1), draw.randrange(1, 200)
    before, there, after = content[:place], content[place : place + length], content[place + length :]
    return draw.choice(
        (
            before + bytes([(there or b"0")[0] ^ 1 << draw.randrange(8)]) + content[place + 1 :],
            before + after,
            before + there + there + after,
            before + b"[" * 100_000 + there + after,
        )
    )


def test_the_verifier_is_given_out_and_checks_by_itself(
    house: httpx.Client, filed: dict[str, bytes], tmp_path: Path
) -> None:
    given = house.get("/assets/ashyq-verify.pyz")
    digest = sha256(given.content).hexdigest()
    assert digest in house.get("/en/verify").text
    assert 'filename="ashyq-verify.pyz"' in given.headers["content-disposition"]
    again = house.get("/assets/ashyq-verify.pyz", headers={"If-None-Match": given.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    (tmp_path / "ashyq-verify.pyz").write_bytes(given.content)
    (tmp_path / "receipt.json").write_bytes(filed["receipt"])
    (tmp_path / "keys").write_bytes(house.get("/v1/journals/appeals/keys").content)
    words = [sys.executable, "-I", "-S", "ashyq-verify.pyz", "receipt.json", "--keys", "keys"]
    done = subprocess.run(words, cwd=tmp_path, check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verified: ")


def test_every_kind_of_fault_has_words() -> None:
    told = (Path(__file__).parents[2] / "verifier/README.md").read_text("utf-8")
    table = told.partition("| Kind of fault |")[2].partition("\n\n")[0]
    kinds = {kind for row in table.splitlines() for kind in re.findall("`([a-z-]+)`", row.split(" | ")[0])}
    assert kinds >= {"form", "entry", "result", "attachment"}
    assert {f"verify.fault.{kind}" for kind in kinds - {"rolled-back", "rewritten"}} <= SAID.keys()
