"""The same bids by another profile: scored where they say enough, and what they do not say named where not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from procurement.domain.recounting import recount_by
from scorer import Lot, bid_data, certify, profile, profiles

REPORT = profile("report-2022")
RECEIVED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BAR = {"bid": "barred", "reason": "debtor", "source": "art. 7", "words": {}}


def bid(name: str, price: str, **own: Any) -> dict[str, Any]:
    years = [{"amount": "2000000.00", "currency": "KZT"}] * 3
    said: dict[str, Any] = {"price": {"amount": price, "currency": "KZT"}, "experience_years": 10}
    said |= {"income": years, "taxes": years, "payroll": years, "warranty_months": 24} | own
    return bid_data(name, RECEIVED + timedelta(minutes=ord(name[0])), said)


@pytest.fixture
def certificate() -> dict[str, Any]:
    """One that better won though it was dearer, and from which the cheapest was barred."""
    lot = Lot(100_000_000, {"weights": REPORT.default_weights, "warranty_months": 12})
    bids = [bid("cheap", "900000.00", experience_years=0), bid("known", "910000.00"), bid("barred", "500000.00")]
    return certify(profile=REPORT, lot=lot, bids=bids, barred=[BAR])


def test_by_the_same_profile_the_result_is_the_same(certificate: dict[str, Any]) -> None:
    found = recount_by(REPORT, certificate)
    assert (found.result, found.lot, found.missing) == (certificate["result"], certificate["lot"], {})
    assert certificate["result"]["winner"] == "known"


def test_what_a_profile_asks_for_and_nobody_said_is_named(certificate: dict[str, Any]) -> None:
    for each in certificate["bids"]:
        del each["stated"]["income"]
    certificate["bids"][1]["stated"]["taxes"] = None
    found = recount_by(REPORT, certificate)
    assert (found.result, found.unfit) == (None, None)
    assert found.missing == {"cheap": ("income", "taxes"), "known": ("income",)}


def test_what_cannot_be_scored_by_it_says_why(certificate: dict[str, Any]) -> None:
    certificate["bids"][1]["stated"]["experience_years"] = -1
    found = recount_by(REPORT, certificate)
    assert (found.result, found.unfit) == (None, "number_not_whole")


def test_weights_of_other_criteria_give_way_to_those_of_the_profile(certificate: dict[str, Any]) -> None:
    certificate["lot"]["terms"]["weights"] = {"beauty": 100}
    found = recount_by(REPORT, certificate)
    assert found.lot is not None
    assert found.lot["terms"]["weights"] == REPORT.default_weights


@pytest.mark.parametrize("name", profiles())
def test_every_profile_scores_or_says_why_not(name: str, certificate: dict[str, Any]) -> None:
    found = recount_by(profile(name), certificate)
    said = [found.result is not None, bool(found.missing), found.unfit is not None]
    assert sum(said) == 1
    if found.result is not None:
        assert "barred" not in {each["bid"] for each in found.result["ranking"]}
