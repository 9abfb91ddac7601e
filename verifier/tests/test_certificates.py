"""Certificates: worked out again by the verifier, with the receipt that shows that a journal published them."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scorer import Lot, bid_data, certify, code_hash, profile
from verifier.__main__ import main
from verifier.canonical import canonical
from verifier.certificates import verify_certificate
from verifier.notes import LOG
from verifier.receipts import Fault
from verifier.signing import Signer, fast_verify

from .conftest import ORIGIN, Journal, act

MEMBER = Path(__file__).parents[1]
RULES = profile("report-2022")
LOT = {"id": "00000000-0000-0000-0000-000000000009", "kind": "lot"}
SCORED = Lot(100_000_000, {"weights": RULES.default_weights, "warranty_months": 12})
FLIP_EACH = 23
Run = Callable[..., tuple[int, str]]


def trial(winner: str = "a", **subject: Any) -> dict[str, Any]:
    """A certificate of two bids, without a receipt."""
    year = {"amount": "2000000.00", "currency": "KZT"}
    said = {"experience_years": 10, "income": [year] * 3, "taxes": [year] * 3, "payroll": [year] * 3}
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    prices = {winner: "800000.00", "other": "900000.00"}
    offered = [
        bid_data(name, at, said | {"warranty_months": 12, "price": year | {"amount": price}})
        for name, price in prices.items()
    ]
    return certify(profile=RULES, lot=SCORED, bids=offered, subject=subject or None)


def with_receipt(made: dict[str, Any], *, digest: str | None = None, about: dict[str, str] = LOT) -> dict[str, Any]:
    journal = Journal([act(0), act(1, about, certificate=digest or made["digest"], outcome="awarded"), act(2)])
    return made | {"receipt": journal.receipt(about)}


@pytest.fixture
def published() -> dict[str, Any]:
    """An honest certificate of a lot that a journal published."""
    return with_receipt(trial(lot={"id": LOT["id"], "position": 1}))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(told: dict[str, Any], *words: str) -> tuple[int, str]:
        (tmp_path / "certificate.json").write_bytes(canonical(told) + b"\n")
        code = main(["certificate.json", *words])
        return code, capsys.readouterr().out

    return run


def test_an_honest_one_is_told_with_its_receipt(run: Run, published: dict[str, Any]) -> None:
    code, text = run(published)
    assert code == 0
    assert text.splitlines() == [
        f"verified: worked out again, the scoring of lot {LOT['id']} agrees to the byte",
        f"2 bids, 0 of them barred, by report-2022 ({RULES.hash}): the winner is a",
        f"digest {published['digest']}",
        f"verified: 1 act about lot {LOT['id']} is in the journal {ORIGIN}",
        "2026-08-20T12:00:00.000001Z  appeal.registered  by citizen  version 1  entry 1",
        f"checkpoint of 3 entries, signed by {ORIGIN}",
        "witnessed by witness.example/w1 at 2026-08-20T12:00:00Z",
        "private parts: 0 shown, each as it was committed to; 0 not shown",
        "The keys are those in the receipt itself; --keys FILE checks against keys that you already have.",
    ]


def test_a_trial_is_said_to_be_one(run: Run) -> None:
    code, text = run(trial())
    assert code == 0
    assert text.startswith("verified: worked out again, the scoring of a trial that no journal has published agrees")


def test_one_that_other_code_made_is_said_to_be(run: Run) -> None:
    made = certify(profile=RULES, lot=SCORED, bids=[]) | {"code": "0" * 64}
    assert run(made)[0] == 1  # the digest says so
    code, text = run(certified_by_other_code())
    assert code == 0
    assert f"made by other code of the scorer, {'0' * 64}; recounted by {code_hash()}" in text
    assert "the rules name no winner: no_bids" in text


def certified_by_other_code() -> dict[str, Any]:
    from scorer.certificates import digest  # noqa: PLC0415 - what forges a certificate stands with its forging

    made = certify(profile=RULES, lot=SCORED, bids=[]) | {"code": "0" * 64}
    return made | {"digest": digest(made)}


def test_one_that_was_revised_is_said_to_be(run: Run) -> None:
    made = trial(lot={"id": LOT["id"], "position": 1})
    journal = Journal([act(0, LOT, certificate=made["digest"]), act(1, LOT, certificate="0" * 64), act(2, LOT)])
    code, text = run(made | {"receipt": journal.receipt(LOT)})
    assert code == 0
    assert "The journal has published a later certificate of this lot: the result was revised.\n" in text


def test_json_says_all_that_was_found(run: Run, published: dict[str, Any], tmp_path: Path) -> None:
    keys = published["receipt"]["keys"]
    (tmp_path / "keys").write_text("\n".join(keys))
    code, text = run(published, "--json", "--keys", "keys")
    found = json.loads(text)
    receipt = found.pop("receipt")
    assert (code, receipt["object_id"], receipt["keys_given"]) == (0, LOT["id"], True)
    assert found == {
        "verified": True,
        "fault": None,
        "subject": {"lot": {"id": LOT["id"], "position": 1}},
        "profile": "report-2022",
        "profile_hash": RULES.hash,
        "bids": 2,
        "barred": 0,
        "winner": "a",
        "undecided": None,
        "digest": published["digest"],
        "made_by": code_hash(),
        "recounted_by": code_hash(),
        "revised": False,
    }


def test_a_changed_one_is_not_verified_and_the_place_is_said(run: Run, published: dict[str, Any]) -> None:
    published["result"]["winner"] = "other"
    code, text = run(published)
    assert (code, text) == (
        1,
        'NOT verified: result at /result/winner: It says "other"; worked out again it is "a".\n',
    )


def test_other_keys_are_refused(run: Run, published: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(Signer.new(ORIGIN, LOG).key.text)
    code, text = run(published, "--keys", "keys")
    assert code == 1
    assert text == "NOT verified: key at /receipt: keys[0]: It is not among the keys that were given.\n"


@pytest.mark.parametrize(
    ("told", "kind", "place"),
    [
        (lambda made: made | {"receipt": None}, "receipt", "/receipt"),
        (lambda made: with_receipt(made, digest="0" * 64), "receipt", "/receipt/entries"),
        (lambda made: with_receipt(made, about={**LOT, "kind": "tender"}), "receipt", "/receipt/object"),
        (lambda _: with_receipt(trial()), "receipt", "/receipt/object"),
        (lambda _: with_receipt(trial(lot="none")), "receipt", "/receipt/object"),
        (lambda made: made | {"receipt": {}}, "form", "/receipt: receipt"),
        (lambda made: made | {"receipt": {"a": 0.5}}, "form", "/receipt"),
    ],
    ids=["none", "of another", "of a tender", "of a trial", "without a lot", "empty", "not one"],
)
def test_a_receipt_has_to_be_of_this_certificate_and_this_lot(
    published: dict[str, Any], told: Callable[[dict[str, Any]], dict[str, Any]], kind: str, place: str
) -> None:
    fault = fault_of(written(told(published)))
    assert (fault.kind, fault.place) == (kind, place), fault


def test_each_byte_that_is_flipped_is_found(published: dict[str, Any]) -> None:
    raw = canonical(published)
    receipt = raw.index(b'"receipt":')
    end = raw.index(b',"result":')
    for n in sorted({*range(0, len(raw), FLIP_EACH)} | {*range(receipt, end, 2)}):
        changed = bytearray(raw)
        changed[n] ^= 1 << (n % 8)
        fault = fault_of(bytes(changed))
        assert re.match(r"byte \d|/", fault.place), (n, fault)


def test_one_file_works_it_out_alone_without_even_a_zone_database(tmp_path: Path, published: dict[str, Any]) -> None:
    file = tmp_path / "ashyq-verify.pyz"
    subprocess.run([sys.executable, MEMBER / "build_pyz.py", file], check=True)  # noqa: S603
    (tmp_path / "honest.json").write_bytes(canonical(published))
    published["bids"][0]["stated"]["experience_years"] = 9
    (tmp_path / "changed.json").write_bytes(canonical(published))
    start = "import runpy, sys, zoneinfo; zoneinfo.reset_tzpath([]); sys.argv[0] = 'ashyq-verify.pyz'"
    python = [sys.executable, "-I", "-S", "-W", "error", "-c", f"{start}; runpy.run_path(sys.argv[0])"]
    for name, code, text in (("honest", 0, "verified: worked out again"), ("changed", 1, "NOT verified: result at")):
        line = [*python, f"{name}.json"]
        done = subprocess.run(line, cwd=tmp_path, check=False, capture_output=True, text=True)  # noqa: S603
        assert (done.returncode, done.stderr) == (code, "")
        assert done.stdout.startswith(text)


def written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fault_of(raw: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        verify_certificate(raw, None, fast_verify)
    return caught.value
