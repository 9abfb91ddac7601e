"""Processes of several lots: bids compete within their lot."""

from typing import Any

from redflags import Cardinal, Options, Populations, examine
from redflags.lots import by_lot

JsonObject = dict[str, Any]


def bid(lot: str, tenderer: str, amount: float, status: str = "valid") -> JsonObject:
    made: JsonObject = {"status": status, "tenderers": [{"id": tenderer}], "relatedLots": [lot]}
    return made | {"value": {"amount": amount, "currency": "KZT"}}


def award(lot: str, supplier: str) -> JsonObject:
    return {"id": f"A{lot}", "status": "active", "suppliers": [{"id": supplier}], "relatedLots": [lot]}


TWO: JsonObject = {
    "ocid": "P",
    "buyer": {"id": "B"},
    "tender": {"numberOfTenderers": 2, "lots": [{"id": "1", "value": {"amount": 9, "currency": "KZT"}}, {"id": "2"}]},
    "bids": {"details": [bid("1", "W", 10), bid("1", "L", 5, "disqualified"), bid("2", "L", 10), bid("2", "W", 20)]},
    "awards": [award("1", "W"), award("2", "L")],
}


def test_rules_of_bids_look_at_each_lot() -> None:
    rules = ("R018", "R028", "R035", "R036")
    findings = list(examine(TWO, Options(rules=rules, by_lot=True)))
    assert [(one.rule, one.kind, one.subject, one.lot, one.state) for one in findings] == [
        ("R018", "process", "P", None, "not_computable"),
        ("R028", "lot", "P/1", "1", "clear"),
        ("R028", "lot", "P/2", "2", "clear"),
        ("R035", "lot", "P/1", "1", "flag"),
        ("R035", "lot", "P/2", "2", "clear"),
        ("R036", "lot", "P/1", "1", "flag"),
        ("R036", "lot", "P/2", "2", "clear"),
    ]
    assert {(one.ocid, one.buyer) for one in findings} == {("P", "B")}
    assert [one.award for one in findings] == [None, "A1", "A2", "A1", "A2", "A1", "A2"]
    # as one process the equal prices of two lots are a flag, and the two winners none
    states = {one.rule: one.state for one in examine(TWO, Options(rules=rules))}
    assert states == {"R018": "not_computable", "R028": "flag", "R035": "clear", "R036": "flag"}


def test_ratios_are_those_of_lots() -> None:
    populations = Populations(Options(rules=("R024", "R025", "R058"), by_lot=True))
    populations.add(TWO)
    found = {(one.rule, one.subject): one for one in populations.findings()}
    assert (found["R058", "P/2"].value, found["R058", "P/2"].award) == (1.0, "A2")
    assert found["R058", "P/1"].reason == "too_few_bids"
    assert found["R025", "W"].evidence["processes"] == 2
    cardinal = Cardinal()
    cardinal.add(TWO)
    assert cardinal.results()["R058"] == {}, "Cardinal knows no lots"


def test_what_cannot_be_taken_apart_stays_whole() -> None:
    for other in (
        TWO | {"tender": {"lots": [{"id": "1"}]}},
        TWO | {"awards": [award("1", "W"), award("3", "L")]},
        TWO | {"awards": [award("1", "W") | {"relatedLots": ["1", "2"]}]},
        TWO | {"bids": {"details": [{"status": "valid"}]}},
        {"ocid": "P"},
    ):
        assert list(by_lot(other)) == [(None, other)]


def test_what_is_said_of_the_whole_is_not_said_of_a_lot() -> None:
    (_, first), (_, second) = by_lot(TWO)
    assert first["tender"] == {"lots": [TWO["tender"]["lots"][0]], "value": {"amount": 9, "currency": "KZT"}}
    assert second["tender"] == {"lots": [{"id": "2"}]}
