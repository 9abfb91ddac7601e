"""Rules of populations beyond Cardinal's: shares, concentration, pairs, first digits and splitting, by hand."""

import math
from typing import Any

import pytest

from redflags import Finding, Options, Populations, read_settings
from redflags.rules import RULES

JsonObject = dict[str, Any]


def found(rule: str, releases: list[JsonObject], **section: Any) -> dict[str, Finding]:
    options = read_settings({rule: section}, tuple(RULES)) if section else Options(rules=(rule,))
    populations = Populations(options)
    for place, release in enumerate(releases):
        populations.add({"ocid": f"P{place}"} | release)
    findings = list(populations.findings())
    assert {one.rule for one in findings} <= {rule}
    return {one.subject: one for one in findings}


def told(findings: dict[str, Finding]) -> dict[str, tuple[str, float | None]]:
    return {subject: (one.state, one.value) for subject, one in findings.items()}


def bought(buyer: str, supplier: str = "S", amount: float = 100, code: str = "43210000", **tender: Any) -> JsonObject:
    value = {"amount": amount, "currency": "KZT"}
    award = {"id": "1", "status": "active", "suppliers": [{"id": supplier}], "value": value}
    items = [{"classification": {"scheme": "CPV", "id": code}}]
    return {
        "buyer": {"id": buyer},
        "tender": {"items": items, "value": value, "procurementMethod": "open"} | tender,
        "awards": [award | {"date": tender.get("date", "2024-03-01T00:00:00Z")}],
    }


def test_r013_the_share_of_direct_purchases_is_an_outlier() -> None:
    """Shares 0, 0, 0, 0 and 0.6: q3 = 0.2, the fence 0.5."""
    releases = [bought(buyer) for buyer in "ABCD" for _ in range(5)]
    releases += [bought("E", procurementMethod="direct")] * 3 + [bought("E")] * 2 + [bought("F")] * 4
    findings = found("R013", releases)
    assert told(findings)["E"] == ("flag", 0.6)
    assert told(findings)["A"] == ("clear", 0.0)
    assert findings["F"].reason == "too_few_processes"
    assert findings["E"].evidence["upper_fence"] == pytest.approx(0.5)
    assert found("R013", releases[:20])["A"].reason == "no_spread"
    assert told(found("R013", releases, threshold=0.61))["E"] == ("clear", 0.6)


def test_r019_few_bidders_for_an_entity_and_a_class() -> None:
    releases = [bought("B", numberOfTenderers=count) for count in (1, 1, 2)]
    releases += [bought("C", numberOfTenderers=count) for count in (1, 2, 2)] + [bought("D", numberOfTenderers=1)]
    releases += [bought("D", numberOfTenderers=1, procurementMethod="direct")] * 3
    findings = found("R019", releases)
    assert told(findings) == {
        "B/CPV:43": ("flag", 4 / 3),
        "C/CPV:43": ("clear", 5 / 3),
        "D/CPV:43": ("not_computable", None),
    }
    by_bids = bought("B") | {"bids": {"details": [{"status": "valid", "tenderers": [{"id": "T"}]}] * 2}}
    assert told(found("R019", [by_bids] * 3)) == {"B/CPV:43": ("flag", 1.0)}


def test_r029_first_digits_against_benford() -> None:
    def prices(*digits: int) -> list[JsonObject]:
        details = [{"status": "valid", "value": {"amount": digit * 1000.5, "currency": "KZT"}} for digit in digits]
        return [{"buyer": {"id": "B"}, "bids": {"details": details}}]

    lawful = [digit for digit in range(1, 10) for _ in range(round(1000 * math.log10(1 + 1 / digit)))]
    assert told(found("R029", prices(*lawful)))["B"][0] == "clear"
    evenly = [digit for digit in range(1, 10) for _ in range(100)]
    state, value = told(found("R029", prices(*evenly)))["B"]
    assert state == "flag"
    # Σ|1/9 − log10(1 + 1/d)| = 0.5373 over nine digits
    assert value == pytest.approx(0.0597, abs=1e-4)
    assert found("R029", prices(*evenly[:299]))["B"].reason == "too_few_bids"
    assert found("R029", [*prices(1), {"buyer": {"id": "C"}, "bids": {"details": []}}]).keys() == {"B"}


def test_r040_the_share_of_a_buyers_awards() -> None:
    releases = [bought("B", supplier) for supplier in "SSSTU"] + [bought("C", "S")] * 4
    joint = bought("B")
    joint["awards"][0]["suppliers"] *= 2
    findings = found("R040", [*releases, joint])
    assert told(findings) == {
        "B/S": ("flag", 0.6),
        "B/T": ("clear", 0.2),
        "B/U": ("clear", 0.2),
        "C/S": ("not_computable", None),
    }
    assert (findings["B/S"].buyer, findings["B/S"].parties) == ("B", ("S",))


def test_r050_and_r051_a_market_and_its_sellers() -> None:
    sales = [("S", 60.0), ("T", 30.0), ("U", 10.0)] + [("T", 0.0)] * 7
    releases = [bought("B", supplier, amount) for supplier, amount in sales]
    shares = told(found("R050", releases))
    assert shares["CPV:4321/KZT/S"] == ("flag", 0.6)
    assert shares["CPV:4321/KZT/T"] == ("clear", 0.3)
    concentration = found("R051", releases)
    assert concentration["CPV:4321/KZT"].state == "flag"
    assert concentration["CPV:4321/KZT"].value == pytest.approx(3600 + 900 + 100)
    assert concentration["CPV:4321/KZT"].evidence["largest"] == ["S", "T", "U"]
    assert found("R051", releases[:9])["CPV:4321/KZT"].reason == "too_few_awards"
    other = bought("B", "S", 900)
    other["awards"][0]["value"]["currency"] = "USD"
    assert told(found("R050", [*releases, other]))["CPV:4321/KZT/S"] == ("flag", 0.6)


def test_r053_pairs_whose_winner_is_always_the_same() -> None:
    def met(winner: str, *bidders: str) -> JsonObject:
        details = [{"status": "valid", "tenderers": [{"id": one}]} for one in bidders]
        return {"bids": {"details": details}, "awards": [{"status": "active", "suppliers": [{"id": winner}]}]}

    releases = [met("A", "A", "B")] * 4 + [met("B", "A", "B")] + [met("C", "C", "D")] * 4
    releases += [met("E", "E", "F")] * 2 + [met("F", "E", "F")] * 3
    findings = found("R053", releases)
    assert told(findings) == {"A/B": ("flag", 0.8), "E/F": ("clear", 0.6)}
    assert findings["A/B"].evidence["winner"] == "A"
    assert findings["A/B"].evidence["ocids"] == ["P0", "P1", "P2", "P3", "P4"]
    assert found("R053", releases, maximum_bidders=1) == {}


def test_r011_purchases_of_a_class_that_were_split() -> None:
    def at(day: str, amount: float, **more: Any) -> JsonObject:
        period = {"startDate": f"2024-{day}T00:00:00Z"}
        return bought("B", amount=amount, procurementMethod="direct", tenderPeriod=period, **more)

    releases = [at("03-01", 200_000), at("03-31", 193_200), at("05-01", 300_000), at("03-02", 500_000)]
    (finding,) = found("R011", releases).values()
    assert (finding.state, finding.value, finding.subject) == ("flag", 393_200.0, "B/CPV:4321")
    assert finding.evidence["ocids"] == ["P0", "P1"]
    apart = [at("03-01", 200_000), at("04-01", 193_200)]
    assert [one.state for one in found("R011", apart).values()] == ["clear"]
    assert [one.state for one in found("R011", [at("03-01", 393_199)]).values()] == ["clear"]
    assert found("R011", [bought("B", amount=1)]) == {}, "with competition nothing is split"


def test_r055_direct_awards_to_one_supplier_within_a_year() -> None:
    def at(day: str, supplier: str, amount: float) -> JsonObject:
        return bought("B", supplier, amount, procurementMethod="direct", date=f"{day}T00:00:00Z")

    releases = [at("2023-03-02", "S", 200_000), at("2024-03-01", "S", 193_200), at("2024-03-01", "T", 393_199)]
    findings = found("R055", releases)
    assert told(findings) == {"B/S": ("flag", 393_200.0), "B/T": ("clear", 393_199.0)}
    assert findings["B/S"].parties == ("S",)
    late = [releases[0], at("2024-03-02", "S", 193_200)]
    assert told(found("R055", late)) == {"B/S": ("clear", 200_000.0)}
