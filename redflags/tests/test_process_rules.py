"""Rules of one process, award or contract beyond Cardinal's: each state by hand, and what is missing."""

from typing import Any

import pytest

from redflags import Finding, Options, Populations, examine, read_settings
from redflags.rules import RULES

JsonObject = dict[str, Any]
DAY = "2024-03-{:02}T12:00:00+05:00"


def money(amount: float, currency: str = "KZT") -> JsonObject:
    return {"amount": amount, "currency": currency}


def found(rule: str, release: JsonObject, **section: Any) -> list[Finding]:
    options = read_settings({rule: section}, tuple(RULES)) if section else Options(rules=(rule,))
    return list(examine({"ocid": "P", "buyer": {"id": "B"}} | release, options))


def only(rule: str, release: JsonObject, **section: Any) -> Finding:
    (finding,) = found(rule, release, **section)
    assert (finding.ocid, finding.buyer) == ("P", "B")
    return finding


def told(finding: Finding) -> tuple[str, float | None]:
    return finding.state, finding.value


@pytest.mark.parametrize(
    ("tender", "expected"),
    [
        ({"procurementMethod": "direct"}, ("flag", 1.0)),
        ({"procurementMethod": "limited", "procurementMethodRationale": " "}, ("flag", 1.0)),
        ({"procurementMethod": "direct", "procurementMethodRationale": "a flood"}, ("clear", None)),
        ({"procurementMethod": "open"}, ("clear", None)),
        ({}, ("not_computable", None)),
    ],
)
def test_r010_a_method_without_competition_has_a_rationale(tender: JsonObject, expected: tuple[str, Any]) -> None:
    assert told(only("R010", {"tender": tender})) == expected


def test_r020_complaints_are_counted() -> None:
    assert told(only("R020", {"complaints": [{"id": "1"}, {"id": "2"}]})) == ("flag", 2.0)
    assert told(only("R020", {"complaints": []})) == ("clear", None)
    assert only("R020", {}).missing == ("complaints",)


def bids(*prices: Any, status: str = "valid") -> JsonObject:
    details = [
        {"status": status, "tenderers": [{"id": f"T{place}"}], "value": money(price)}
        for place, price in enumerate(prices)
    ]
    return {"bids": {"details": details}}


def test_r022_the_highest_price_against_the_lowest() -> None:
    assert told(only("R022", bids(100, 150, 200))) == ("flag", 1.0)
    assert told(only("R022", bids(100, 150, 199))) == ("clear", 0.99)
    assert told(only("R022", bids(100, 150), threshold=0.5)) == ("flag", 0.5)
    assert only("R022", bids(100)).reason == "too_few_bids"
    assert only("R022", {}).missing == ("bids/details",)
    again = bids(100, 300)
    again["bids"]["details"] += [{"status": "valid", "tenderers": [{"id": "T1"}], "value": money(110)}]
    assert told(only("R022", again)) == ("clear", 0.1), "a tenderer counts with its lowest"
    no_amount = {"bids": {"details": [{"status": "valid", "tenderers": [{"id": "A"}]}]}}
    assert only("R022", no_amount).missing == ("bids/details/value/amount", "bids/details/value/currency")


def test_r023_each_price_is_the_same_multiple_of_the_one_before() -> None:
    state, value = told(only("R023", bids(100, 121, 110)))
    assert state == "flag"
    assert value == pytest.approx(1.1)
    assert told(only("R023", bids(100, 110, 122)))[0] == "clear"
    assert told(only("R023", bids(100, 100, 100)))[0] == "clear", "equal prices are R028's"
    assert told(only("R023", bids(100, 110, 122), tolerance=0.01))[0] == "flag"
    assert only("R023", bids(100, 110)).reason == "too_few_bids"


@pytest.mark.parametrize(
    ("tender", "expected"),
    [
        ({"status": "complete", "enquiries": [{"id": "1", "answer": "yes"}, {"id": "2"}]}, ("flag", 1.0)),
        ({"status": "complete", "enquiries": [{"id": "1", "answer": "yes"}]}, ("clear", None)),
        ({"status": "active", "enquiries": [{"id": "1"}]}, ("not_computable", None)),
        ({"status": "complete"}, ("not_computable", None)),
    ],
)
def test_r039_questions_are_answered_before_the_end(tender: JsonObject, expected: tuple[str, Any]) -> None:
    assert told(only("R039", {"tender": tender})) == expected


def awarded(*awards: JsonObject, **tender: Any) -> JsonObject:
    given = [
        {"id": str(place), "status": "active", "suppliers": [{"id": "S"}]} | one for place, one in enumerate(awards)
    ]
    return {"tender": tender, "awards": given}


def test_r031_the_price_against_the_estimate_of_the_lot() -> None:
    lots = [{"id": "L1", "value": money(100)}, {"id": "L2", "value": money(1000)}]
    release = awarded(
        {"value": money(99), "relatedLots": ["L1"]},
        {"value": money(98.9), "relatedLots": ["L1"]},
        {"value": money(1000), "relatedLots": ["L2"]},
        {"value": money(1000)},
        {"value": money(99, "USD"), "relatedLots": ["L1"]},
        {"relatedLots": ["L1"]},
        {"value": money(99), "relatedLots": ["L1"], "status": "cancelled"},
        lots=lots,
        value=money(1100),
    )
    findings = found("R031", release)
    assert [told(one) for one in findings] == [
        ("flag", 0.99),
        ("clear", 0.9890000000000001),
        ("flag", 1.0),
        *[("not_computable", None)] * 3,
    ]
    assert findings[0].as_data() == {
        "rule": "R031",
        "state": "flag",
        "kind": "award",
        "subject": "P/0",
        "value": 0.99,
        "ocid": "P",
        "buyer": "B",
        "award": "0",
        "parties": ["S"],
        "evidence": {"award": 99.0, "estimate": 100.0, "threshold": 0.99},
    }
    assert [(one.missing, one.reason) for one in findings[3:]] == [
        (("tender/value or tender/lots/value",), None),
        ((), "other_currency"),
        (("awards/value",), None),
    ]
    assert told(only("R031", awarded({"value": money(100)}, value=money(100)))) == ("flag", 1.0)


def test_r061_and_r062_days_between_the_last_bid_and_the_award() -> None:
    period = {"endDate": DAY.format(1)}
    release = awarded(
        {"date": "2024-03-02T11:59:59+05:00"},
        {"date": DAY.format(2)},
        {"date": DAY.format(31)},
        {},
        tenderPeriod=period,
    )
    assert [told(one) for one in found("R061", release)] == [
        ("flag", 0.0),
        ("clear", 1.0),
        ("clear", 30.0),
        ("not_computable", None),
    ]
    assert [told(one)[0] for one in found("R062", release)] == ["clear", "clear", "clear", "not_computable"]
    assert [told(one)[0] for one in found("R062", release, threshold=29)] == [
        "clear",
        "clear",
        "flag",
        "not_computable",
    ]
    assert only("R062", awarded({"date": DAY.format(1)})).missing == ("tender/tenderPeriod/endDate",)


def contracted(contract: JsonObject, award: JsonObject | None = None, **tender: Any) -> JsonObject:
    given = {"id": "C", "awardID": "0", "status": "active"} | contract
    return awarded({"value": money(100)} | (award or {}), **tender) | {"contracts": [given]}


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ({"value": money(110)}, ("flag", 0.1)),
        ({"value": money(90)}, ("flag", 0.1)),
        ({"value": money(109)}, ("clear", 0.09)),
        ({"value": money(109, "USD")}, ("not_computable", None)),
        ({"value": money(109), "awardID": "9"}, ("not_computable", None)),
        ({}, ("not_computable", None)),
    ],
)
def test_r059_the_contract_against_the_award(contract: JsonObject, expected: tuple[str, Any]) -> None:
    finding = only("R059", contracted(contract))
    assert told(finding) == expected
    assert (finding.kind, finding.subject, finding.contract) == ("contract", "P/C", "C")


def test_a_contract_that_does_not_stand_is_not_looked_at() -> None:
    for status in ("cancelled", "pending"):
        assert found("R059", contracted({"value": money(110), "status": status})) == []


def test_r060_days_to_the_signature() -> None:
    award = {"date": "2024-03-01T12:00:00Z"}
    assert told(only("R060", contracted({"dateSigned": "2024-04-01T11:59:59Z"}, award))) == ("clear", 30.0)
    assert told(only("R060", contracted({"dateSigned": "2024-04-01T12:00:00Z"}, award))) == ("flag", 31.0)
    assert only("R060", contracted({}, award)).missing == ("contracts/dateSigned",)


def test_r064_amendments() -> None:
    assert told(only("R064", contracted({"amendments": [{"id": "1"}, {"id": "2"}]}))) == ("flag", 2.0)
    assert told(only("R064", contracted({"amendments": []}))) == ("clear", None)
    assert only("R064", contracted({})).missing == ("contracts/amendments",)


@pytest.mark.parametrize(
    ("method", "award", "contract", "amendments", "expected"),
    [
        ("direct", 393_200, 393_201, 1, ("flag", 1.0)),
        ("direct", 393_200, 393_200, 1, ("clear", 0.0)),
        ("direct", 393_201, 500_000, 1, ("clear", 106_799.0)),  # it was above at once
        ("direct", 100_000, 500_000, 0, ("clear", 400_000.0)),
        ("open", 100_000, 500_000, 1, ("not_computable", None)),
    ],
)
def test_r054_a_direct_award_raised_above_the_threshold(
    method: str, award: float, contract: float, amendments: int, expected: tuple[str, Any]
) -> None:
    given = {"value": money(contract), "amendments": [{"id": "1"}] * amendments}
    release = contracted(given, {"value": money(award)}, procurementMethod=method)
    assert told(only("R054", release)) == expected


def test_r068_payments_against_the_contract() -> None:
    def paid(*amounts: float, currency: str = "KZT") -> JsonObject:
        payments = [{"id": str(one), "value": money(one, currency)} for one in amounts]
        return contracted({"value": money(100), "implementation": {"transactions": payments}})

    above = only("R068", paid(60, 40.01))
    assert above.state == "flag"
    assert above.value == pytest.approx(0.01)
    assert told(only("R068", paid(60, 40))) == ("clear", 0.0)
    assert told(only("R068", paid(60, 45), tolerance=0.05)) == ("clear", 5.0)
    assert only("R068", paid(60, currency="USD")).reason == "other_currency"
    assert only("R068", contracted({"value": money(100)})).missing == ("contracts/implementation/transactions",)
    without = contracted({"value": money(100), "implementation": {"transactions": [{"id": "1"}]}})
    assert only("R068", without).missing == ("contracts/implementation/transactions/value",)


def test_what_is_put_aside_says_why() -> None:
    every = tuple(RULES)
    cancelled = contracted({"value": money(110)}, status="cancelled")
    findings = list(examine(cancelled | {"ocid": "P"}, Options()))
    assert findings
    assert {(one.state, one.reason) for one in findings} == {("not_computable", "cancelled")}
    options = read_settings({"exclusions": {"procurement_method_details": "X"}}, every)
    excluded = {"ocid": "P", "tender": {"procurementMethodDetails": "X"}}
    assert {one.reason for one in examine(excluded, options)} == {"method_excluded"}


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [None], [[]], [{}], {"details": [{}, 1]}, True])
def test_no_release_breaks_a_rule(junk: Any) -> None:
    """Whatever stands where OCDS has something else counts as absent."""
    fields = ("tender", "bids", "awards", "contracts", "buyer", "complaints", "parties")
    inner = (
        "tenderPeriod",
        "value",
        "items",
        "lots",
        "enquiries",
        "suppliers",
        "details",
        "implementation",
        "amendments",
    )
    whole = {"ocid": "P"} | dict.fromkeys(fields, junk)
    nested = {
        "ocid": "P",
        "tender": dict.fromkeys(inner, junk),
        "bids": {"details": [dict.fromkeys(("tenderers", "value", "status"), junk)]},
    }
    listed = {
        "ocid": "P",
        "awards": [dict.fromkeys(inner, junk) | {"status": "active"}],
        "contracts": [dict.fromkeys(inner, junk) | {"id": "C", "awardID": junk}],
    }
    for release in (whole, nested, listed):
        populations = Populations(Options())
        populations.add(release)
        states = {one.state for one in (*examine(release, Options()), *populations.findings())}
        assert states <= {"not_computable", "clear", "flag"}
