"""Certificates: an honest one agrees to the byte, and any other byte is found, with the place where it stands."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import (
    EXPLAINED,
    Fault,
    Lot,
    UnfitBid,
    UnfitLot,
    bid_data,
    certify,
    code_hash,
    explained,
    profile,
    profiles,
    read_lot,
    recount,
    would_have_won,
)
from scorer import canonical as written
from scorer.certificates import digest

RULES = profile("report-2022")
LOT = Lot(100_000_000, {"weights": RULES.default_weights, "warranty_months": 12})
RECEIVED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SALT = bytes(range(16))
BAR = {"bid": "d", "reason": "debtor", "source": "art. 7", "words": {"en": "A debtor.", "kk": "Борышкер.", "ru": "…"}}
SUBJECT = {"lot": {"id": "00000000-0000-0000-0000-000000000001", "position": 1}, "service": "procurement"}
POINTS = "/result/ranking/0/points/3"
FLIP_EACH = 7
"""Every so manieth byte is flipped, besides all that give the JSON its structure."""


def stated(price: str, experience: int = 10, warranty: int = 24) -> dict[str, Any]:
    year = {"amount": "2000000.00", "currency": "KZT"}
    return {
        "price": {"amount": price, "currency": "KZT"},
        "experience_years": experience,
        "income": [year, None, year],
        "taxes": [year] * 3,
        "payroll": [year] * 3,
        "warranty_months": warranty,
    }


def bid(name: str, price: str, experience: int = 10, **own: Any) -> dict[str, Any]:
    said = stated(price, experience)
    commitment = hashlib.sha256(SALT + written(said)).hexdigest()
    at = RECEIVED + timedelta(minutes=ord(name[0]))
    return bid_data(name, at, said, commitment=commitment, salt=SALT.hex(), checks={"debtors": "clear"}, **own)


@pytest.fixture
def honest() -> dict[str, Any]:
    """A certificate with a winner, two that are equal in points, one refused, and one barred."""
    offered = [bid("c", "900000.00"), bid("a", "900000.00"), bid("b", "1000000.01"), bid("d", "700000.00")]
    return certify(profile=RULES, lot=LOT, bids=offered, barred=[BAR], subject=SUBJECT)


def test_an_honest_one_agrees_to_the_byte(honest: dict[str, Any]) -> None:
    found = recount(written(honest))
    assert (found.winner, found.undecided, found.bids, found.barred) == ("a", None, 4, 1)
    assert (found.profile, found.profile_hash) == (RULES.name, RULES.hash)
    assert (found.subject, found.made_by, found.digest) == (SUBJECT, code_hash(), honest["digest"])
    assert recount(written(honest) + b"\n") == found


def test_the_order_of_bids_makes_no_other_certificate(honest: dict[str, Any]) -> None:
    offered = list(reversed(honest["bids"]))
    assert certify(profile=RULES, lot=LOT, bids=offered, barred=[BAR], subject=SUBJECT) == honest


def test_without_bids_and_without_a_subject_there_is_one_too() -> None:
    found = recount(written(certify(profile=RULES, lot=LOT, bids=[])))
    assert (found.subject, found.bids, found.winner, found.undecided) == (None, 0, None, "no_bids")


def test_what_a_register_confirms_stands_before_what_was_stated() -> None:
    one = bid("a", "900000.00", experience=10, confirmed={"experience_years": 3})
    made = certify(profile=RULES, lot=LOT, bids=[one])
    assert made["result"]["ranking"][0]["points"][1]["value"]["exact"] == "3/1"
    assert recount(written(made)).winner == "a"


def test_each_byte_that_is_flipped_is_found_at_a_place(honest: dict[str, Any]) -> None:
    raw = written(honest)
    structure = {found.start() for found in re.finditer(rb'[{}\[\],:"]', raw)}
    places = set()
    for n in sorted({*range(0, len(raw), FLIP_EACH)} | structure):
        changed = bytearray(raw)
        changed[n] ^= 1 << (n % 8)
        fault = fault_of(bytes(changed))
        assert re.fullmatch(r"byte \d+|/.*", fault.place), fault
        assert fault.message.endswith(".")
        places.add(re.sub(r"\d+", "N", fault.place))
    assert {"byte N", "/profile/hash", "/bids/N/commitment", "/digest", "/format"} <= places
    assert any(place.startswith("/result/ranking/N/points/N/") for place in places)


@pytest.mark.parametrize(
    ("change", "kind", "place"),
    [
        (lambda told: told["bids"][1]["stated"].update(experience_years=9), "commitment", "/bids/1/commitment"),
        (lambda told: told["bids"][1].update(salt="00" * 16), "commitment", "/bids/1/commitment"),
        (lambda told: told["bids"][1].update(salt="zz"), "commitment", "/bids/1"),
        (lambda told: told["bids"][1].update(salt=None), "commitment", "/bids/1"),
        (lambda told: told["bids"][1].update(commitment=None, stated=[]), "bid", "/bids/1"),
        (lambda told: told["bids"][1].update(received_at="yesterday"), "bid", "/bids/1"),
        (lambda told: told["bids"][1].update(more=1), "form", "/bids/1/more"),
        (lambda told: told["bids"][1].pop("checks"), "form", "/bids/1/checks"),
        (lambda told: told["bids"][0].update(confirmed={"experience_years": 1}), "result", "/result/ranking/0/bid"),
        (lambda told: told.update(bids={}), "form", "/bids"),
        (lambda told: told["bids"].append(told["bids"][0]), "result", "/result"),
        (lambda told: told["barred"][0].update(bid="x"), "barred", "/barred/0/bid"),
        (lambda told: told.update(barred=[]), "result", "/result/ranking/0/bid"),
        (lambda told: told["lot"].update(amount=0), "lot", "/lot"),
        (lambda told: told["lot"].update(amount="1"), "lot", "/lot"),
        (
            lambda told: told["lot"]["terms"].update(warranty_months=0),
            "result",
            "/result/ranking/0/points/3/points/display",
        ),
        (lambda told: told["lot"]["terms"].update(unheard_of=0), "lot", "/lot"),
        (lambda told: told["profile"]["rules"].update(version="2"), "profile", "/profile/hash"),
        (lambda told: told["profile"].update(rules={}), "profile", "/profile/hash"),
        (lambda told: told["result"].update(winner="c"), "result", "/result/winner"),
        (lambda told: told["result"]["ranking"].pop(), "result", "/result/ranking"),
        (lambda told: told["result"].update(extra=1), "result", "/result/extra"),
        (lambda told: told["subject"].update(service="x"), "digest", "/digest"),
        (lambda told: told.update(subject=[]), "form", "/subject"),
        (lambda told: told.update(digest="0" * 64), "digest", "/digest"),
        (lambda told: told.update(format="ashyq-certificate/9"), "format", "/format"),
        (lambda told: told.update(explanation=[]), "form", "/explanation"),
        (lambda told: told.update(explanation={}), "explanation", "/explanation/code"),
        (lambda told: told.update(explanation={"code": "0" * 64}), "explanation", "/explanation/absolute"),
        (lambda told: told.pop("lot"), "form", "/lot"),
    ],
)
def test_a_change_is_found_where_it_is(
    honest: dict[str, Any], change: Callable[[dict[str, Any]], Any], kind: str, place: str
) -> None:
    told = json.loads(written(honest))
    change(told)
    fault = fault_of(written(told))
    assert (fault.kind, fault.place) == (kind, place), fault


def test_an_explanation_is_worked_out_again_too(honest: dict[str, Any]) -> None:
    told = json.loads(written(explained(honest)))
    assert told["digest"] == honest["digest"]
    assert recount(written(told)).winner == "a"
    lost = told["explanation"]["would_have_won"]
    assert [each["bid"] for each in lost] == ["b", "c"]  # who was barred could not have won
    assert lost[1]["price"] == 89_999_999
    lost[1]["price"] += 1
    fault = fault_of(written(told))
    assert (fault.kind, fault.place) == ("explanation", "/explanation/would_have_won/1/price")
    assert "other code" not in fault.message
    told["explanation"]["code"] = "0" * 64
    assert "It was made by other code (000000000000)" in fault_of(written(told)).message


def test_of_many_bids_one_is_explained_at_a_time() -> None:
    offered = [bid(f"b{n:02}", f"{900_000 - n}.00", experience=10) for n in range(EXPLAINED + 1)]
    made = certify(profile=RULES, lot=LOT, bids=offered)
    assert explained(made) == made
    assert would_have_won(made, "b00")["price"] == 89_998_799
    with pytest.raises(KeyError):
        would_have_won(made, "none")
    few = certify(profile=RULES, lot=LOT, bids=offered[:1])
    made["explanation"] = explained(few)["explanation"]
    assert fault_of(written(made)).message == f"A certificate of more than {EXPLAINED} bids is not explained."


def test_a_thousand_bids_have_one_certificate() -> None:
    offered = [bid(f"b{n:03}", f"{900_000 - n}.00", experience=n % 13) for n in range(1000)]
    found = recount(written(certify(profile=RULES, lot=LOT, bids=offered)))
    assert (found.bids, found.winner) == (1000, "b999")  # the cheapest, and with eleven years it has all for experience


@pytest.mark.parametrize("name", profiles())
def test_by_every_profile_a_certificate_is_one(name: str) -> None:
    """Without bids at least, where the terms of the lot need not be said."""
    rules = profile(name)
    lot = read_lot(rules, {"amount": 100_000_000})
    made = explained(certify(profile=rules, lot=lot, bids=[]))
    assert recount(written(made)).profile == name


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "byte 0"),
        (b"[]", "/"),
        (b'{"a": 1}', "byte 5"),
        (b'{"a":NaN}', "/"),
        (b'{"a":1,"a":1}', "byte 6"),
        (b'{"a":"\\ud800"}', "/"),
        (b'{"a":"\xff"}', "byte 6"),
        (b"[" * 100_000, "/"),
    ],
)
def test_what_is_no_certificate_is_said_to_be_none(raw: bytes, place: str) -> None:
    fault = fault_of(raw)
    assert (fault.kind, fault.place) == ("form", place), fault


def test_one_that_other_code_made_says_so_where_it_differs(honest: dict[str, Any]) -> None:
    honest["code"] = "0" * 64
    honest["digest"] = digest(honest)
    assert recount(written(honest)).made_by == "0" * 64
    honest["result"]["winner"] = "c"
    assert "It was made by other code (000000000000) than worked it out" in fault_of(written(honest)).message


def test_whoever_forges_all_of_it_needs_another_digest(honest: dict[str, Any]) -> None:
    forged = certify(profile=RULES, lot=LOT, bids=[bid("z", "500000.00")], subject=SUBJECT)
    assert recount(written(forged)).winner == "z"
    assert forged["digest"] != honest["digest"]


def test_what_cannot_be_scored_has_no_certificate() -> None:
    with pytest.raises(UnfitLot):
        certify(profile=RULES, lot=Lot(1, {"warranty_months": 0}), bids=[])
    with pytest.raises(UnfitBid):
        certify(profile=RULES, lot=LOT, bids=[bid("a", "1.00"), bid("a", "1.00")])


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_was_scored_is_worked_out_again(data: st.DataObject) -> None:
    offered = list(_some_bids(data))
    made = certify(profile=RULES, lot=LOT, bids=offered)
    assert recount(written(made)).digest == made["digest"]


def _some_bids(data: st.DataObject) -> Iterator[dict[str, Any]]:
    for n in range(data.draw(st.integers(0, 6))):
        tiyn = data.draw(st.integers(0, 110_000_000))
        yield bid_data(f"b{n}", RECEIVED, stated(f"{tiyn // 100}.{tiyn % 100:02}", data.draw(st.integers(0, 20))))


def fault_of(raw: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        recount(raw)
    return caught.value
