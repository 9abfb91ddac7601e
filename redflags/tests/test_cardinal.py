"""Cardinal's eleven, by hand: what each flags, what it leaves out, what its settings change."""

import copy
from typing import Any

import pytest

from redflags import CARDINAL, RULES, Cardinal, by_group, by_indicator, read_settings

JsonObject = dict[str, Any]


def bid(
    tenderer: str | list[str] | None, amount: float | None = None, status: str = "valid", **more: Any
) -> JsonObject:
    names = [tenderer] if isinstance(tenderer, str) else tenderer
    made: JsonObject = {"status": status} | more
    if names is not None:
        made["tenderers"] = [{"id": name} for name in names]
    if amount is not None:
        made["value"] = {"amount": amount, "currency": more.pop("currency", "KZT")}
        made.pop("currency", None)
    return made


def award(*suppliers: str, status: str = "active", **more: Any) -> JsonObject:
    return {"status": status, "suppliers": [{"id": name} for name in suppliers]} | more


def process(
    ocid: str, bids: list[JsonObject] | None = None, awards: list[JsonObject] | None = None, **tender: Any
) -> JsonObject:
    made: JsonObject = {"ocid": ocid}
    made |= {"bids": {"details": bids}} if bids is not None else {}
    made |= {"awards": awards} if awards is not None else {}
    return made | ({"tender": tender} if tender else {})


def flagged(*releases: JsonObject, settings: JsonObject | None = None) -> dict[str, dict[str, float]]:
    cardinal = Cardinal(read_settings(settings or {}))
    for release in releases:
        cardinal.add(release)
    return by_indicator(cardinal.results())


def grouped(rule: str, *releases: JsonObject, **section: Any) -> JsonObject:
    cardinal = Cardinal(read_settings({rule: section}))
    for release in releases:
        cardinal.add(release)
    return by_group(cardinal.results())


def duel(ocid: str, won: float, second: float, **tender: Any) -> JsonObject:
    return process(ocid, [bid("W", won), bid("L", second)], [award("W")], **tender)


# R003: 14 whole days of the 15 that are the least.
def period(ocid: str, start: Any, end: Any, **more: Any) -> JsonObject:
    return process(ocid, tenderPeriod={"startDate": start, "endDate": end}, **more)


@pytest.mark.parametrize(
    ("start", "end", "is_flagged"),
    [
        ("2024-03-01T09:00:00+05:00", "2024-03-16T09:00:00+05:00", False),  # 15 days
        ("2024-03-01T09:00:00+05:00", "2024-03-16T08:59:59+05:00", True),  # a second short of 15
        ("2024-03-01T09:00:00+05:00", "2024-03-16T04:00:00Z", False),  # 15, in another offset
        ("2024-03-01T09:00:00.000000002Z", "2024-03-16T09:00:00.000000001Z", True),  # a nanosecond short
        ("2024-03-16T09:00:00Z", "2024-03-01T09:00:00Z", True),  # -15 days
        ("2024-03-01", "2024-03-02", False),  # no time, no offset: not RFC 3339
        ("2024-03-01T09:00:00", "2024-03-02T09:00:00", False),
        ("2024-02-30T09:00:00Z", "2024-03-02T09:00:00Z", False),  # no such day
        (None, "2024-03-02T09:00:00Z", False),
        (20240301, "2024-03-02T09:00:00Z", False),
    ],
)
def test_a_submission_period_is_counted_in_whole_days(start: Any, end: Any, is_flagged: bool) -> None:  # noqa: FBT001
    assert flagged(period("P", start, end))["R003"] == ({"P": 1.0} if is_flagged else {})


def test_thresholds_of_submission_periods_depend_on_method_and_details() -> None:
    start, end = "2024-03-01T09:00:00Z", "2024-03-13T09:00:00Z"  # 12 days
    releases = [
        period("open", start, end, procurementMethod="open"),
        period("direct", start, end, procurementMethod="direct"),
        period("none", start, end),
        period("urgent", start, end, procurementMethod="open", procurementMethodDetails="urgent"),
    ]
    assert set(flagged(*releases)["R003"]) == {"open", "direct", "none", "urgent"}
    settings: JsonObject = {
        "R003": {"procurement_methods": "open|selective", "procurement_method_details": {"urgent": 12}}
    }
    assert flagged(*releases, settings=settings) == {"R003": {"open": 1.0}}
    settings = {"R003": {"threshold": 12, "procurement_method_details": {"urgent": 13}}}
    assert flagged(*releases, settings=settings) == {"R003": {"urgent": 1.0}}


def test_a_single_bid_is_told_by_the_number_of_tenderers() -> None:
    cases = [
        ("open", 1),
        ("selective", 1),
        ("limited", 1),
        ("direct", 1),
        (None, 1),
        ("open", 2),
        ("open", -1),
        ("open", 1.0),
        ("open", True),
    ]
    releases = [
        process(f"{method} {count!r}", procurementMethod=method, numberOfTenderers=count) for method, count in cases
    ]
    assert set(flagged(*releases)["R018"]) == {"open 1", "selective 1"}
    settings = {"R018": {"procurement_methods": "direct|limited"}}
    assert set(flagged(*releases, settings=settings)["R018"]) == {"direct 1", "limited 1"}


# (q1, q3) of 0, 100, 100, 100, 100 are 66 2/3 and 100: the fence is at 16 2/3.
CLOSE = [duel("close", 1, 1), *(duel(str(one), 1, 101) for one in range(4))]
# (q1, q3) of 0, 0, 0, 0, 100 are 0 and 33 1/3: the fence is at 83 1/3.
HEAVY = [duel("heavy", 1, 101), *(duel(str(one), 1, 1) for one in range(4))]
LEFT_OUT = [
    process("pending award", [bid("W", 1), bid("L", 1)], [award("W"), award("X", status="pending")]),
    process("unknown award", [bid("W", 1), bid("L", 1)], [award("W"), award("X", status="invalid")]),
    process("two awards", [bid("W", 1), bid("L", 1)], [award("W"), award("W")]),
    process("no award", [bid("W", 1), bid("L", 1)], [award("W", status="cancelled")]),
    process("joint award", [bid("W", 1), bid("L", 1)], [award("W", "X")]),
    process("joint bid", [bid("W", 1), bid(["L", "M"], 1)], [award("W")]),
    process("not the lowest", [bid("W", 2), bid("L", 1)], [award("W")]),
    process("winner out", [bid("W", 1, "disqualified"), bid("L", 1)], [award("W")]),
    process("second withdrawn", [bid("W", 1), bid("L", 1, "withdrawn")], [award("W")]),
    process("second pending", [bid("W", 1), bid("L", 1, "pending")], [award("W")]),
    process("second invited", [bid("W", 1), bid("L", 1, "invited")], [award("W")]),
    process("another currency", [bid("W", 1), bid("L", 1, currency="USD")], [award("W")]),
    process("no amount", [bid("W", 1), bid("L")], [award("W")]),
    process(
        "an amount in words", [bid("W", 1), bid("L") | {"value": {"amount": "1", "currency": "KZT"}}], [award("W")]
    ),
    process("a true amount", [bid("W", 1), bid("L") | {"value": {"amount": True, "currency": "KZT"}}], [award("W")]),
    process("no tenderer", [bid("W", 1), bid(None, 1)], [award("W")]),
    process("no bids", None, [award("W")]),
    process("no awards", [bid("W", 1), bid("L", 1)]),
    duel("cancelled", 1, 1, status="cancelled"),
    {"ocid": "bids are an array", "bids": [bid("W", 1), bid("L", 1)], "awards": [award("W")]},
    {"ocid": "nothing is of its type", "bids": {"details": [1, None, "x", []]}, "awards": ["x", {"status": "active"}]},
]


def test_prices_close_to_the_winner_are_low_outliers() -> None:
    assert flagged(*CLOSE)["R024"] == {"close": 0.0, "W": 0.0, "L": 0.0}
    assert grouped("R024", *CLOSE) == {
        "OCID": {"close": {"R024": 0.0}},
        "Tenderer": {"W": {"R024": 0.0}, "L": {"R024": 0.0}},
    }
    # the ratio is on the fence: flagged
    assert set(grouped("R024", duel("edge", 16, 20), threshold=0.25)["OCID"]) == {"edge"}
    assert grouped("R024", duel("beyond", 16, 20), threshold=0.24) == {}


def test_heavy_discounts_are_high_outliers() -> None:
    assert grouped("R058", *HEAVY) == {"OCID": {"heavy": {"R058": 100.0}}, "Tenderer": {"W": {"R058": 0.0}}}
    assert set(grouped("R058", duel("edge", 16, 24), threshold=0.5)["OCID"]) == {"edge"}


@pytest.mark.parametrize("left_out", LEFT_OUT, ids=lambda one: one["ocid"])
def test_what_cannot_be_compared_changes_no_quartile(left_out: JsonObject) -> None:
    assert grouped("R024", *CLOSE, left_out) == grouped("R024", *CLOSE)
    assert grouped("R058", *HEAVY, left_out) == grouped("R058", *HEAVY)


def test_cancelled_and_unsuccessful_awards_do_not_count() -> None:
    twice = copy.deepcopy(CLOSE)
    twice[0]["awards"] += [award("C", status="cancelled"), award("U", status="unsuccessful")]
    assert grouped("R024", *twice) == grouped("R024", *CLOSE)


def test_of_several_valid_bids_the_lowest_counts() -> None:
    several = process("close", [bid("W", 2), bid("W", 1), bid("L", 5), bid("L", 1)], [award("W")])
    assert grouped("R024", several, *CLOSE[1:]) == grouped("R024", *CLOSE)


def test_outliers_need_a_spread() -> None:
    # q1 is 0: three quarters have no difference, and would all be low
    assert flagged(*HEAVY)["R024"] == {}
    # the upper fence is 0 where all ratios are 0
    assert flagged(*(duel(str(one), 1, 1) for one in range(5)))["R058"] == {}
    assert flagged()["R058"] == {}
    # one alone is on its own fence of R058
    assert flagged(duel("alone", 1, 3))["R058"] == {"alone": 2.0, "W": 0.0}
    # a threshold of 0 flags nothing, as none is below
    assert grouped("R024", *CLOSE, threshold=0) == {}


def test_a_price_of_nothing_divides_as_doubles_do() -> None:
    nothing = duel("free", 0, 5)
    assert grouped("R058", nothing, *HEAVY[1:])["OCID"]["free"] == {"R058": float("inf")}
    assert grouped("R058", duel("both", 0, 0), *HEAVY) == grouped("R058", *HEAVY)


def test_the_main_currency_is_the_set_one_or_the_first_met() -> None:
    dollars = process("usd", [bid("W", 1, currency="USD"), bid("L", 1, currency="USD")], [award("W")])
    assert set(grouped("R024", dollars, threshold=1)["OCID"]) == {"usd"}
    assert set(grouped("R024", duel("kzt", 1, 1), dollars, threshold=1)["OCID"]) == {"kzt"}
    settings = {"currency": "USD", "R024": {"threshold": 1}}
    assert set(flagged(duel("kzt", 1, 1), dollars, settings=settings)["R024"]) == {"usd", "W", "L"}


def test_losers_of_many_processes() -> None:
    """F takes part in ten and wins two; eight others once each and win, N once and loses.

    Ratios: eight times 1, 0.2 and 0; q1 = 0.2 + 11/12 · 0.8 = 0.9333, q3 = 1, the fence 0.8333; many is 1 or more.
    """
    releases = [process(str(one), [bid("F"), bid(f"T{one}")], [award(f"T{one}")]) for one in range(8)]
    releases += [process("N", [bid("F"), bid("N")], [award("F")]), process("F", [bid("F"), bid("F")], [award("F")])]
    assert flagged(*releases)["R025"] == {"F": 0.2, "N": 0.0}
    # at the 95th percentile, (10 + 1/3) · 0.95 + 1/3 = 10.15, it is ten processes: the largest count
    assert grouped("R025", *releases, percentile=95) == {"Tenderer": {"F": {"R025": 0.2}}}
    assert grouped("R025", *releases, threshold=0.19) == {"Tenderer": {"N": {"R025": 0.0}}}
    assert grouped("R025", *releases, percentile=101) == {}
    for other in (*LEFT_OUT[:5], process("cancelled", [bid("F"), bid("T1")], [award("T1")], status="cancelled")):
        assert grouped("R025", *releases, other) == grouped("R025", *releases)
    joint = process("joint", [bid(["F", "G"])], [award("T0")])
    assert grouped("R025", *releases, joint) == grouped("R025", *releases)


@pytest.mark.parametrize(
    ("bids", "tenderers"),
    [
        ([bid("A", 1), bid("B", 1, "disqualified")], "AB"),
        ([bid("A", 1), bid("B", 1.0), bid("C", 1)], "ABC"),
        ([bid(["A", "B"], 1), bid(["B", "C"], 1)], "ABC"),
        ([bid("A", 1), bid("A", 1)], ""),
        ([bid(["A", "B"], 1), bid(["B", "A"], 1)], ""),
        ([bid("A", 1), bid("B", 1.5)], ""),
        ([bid("A", 1), bid("B", 1, currency="USD")], ""),
        ([bid("A", 1), bid("B", 1, "withdrawn")], ""),
        ([bid("A", 1), bid(None, 1), bid([], 1)], ""),
        ([bid("A", 1), bid("B", 1) | {"status": None}], ""),
    ],
)
def test_identical_prices(bids: list[JsonObject], tenderers: str) -> None:
    found = {"P": 1.0} | dict.fromkeys(tenderers, 1.0) if tenderers else {}
    assert flagged(process("P", bids))["R028"] == found


def test_prices_are_compared_where_they_compete() -> None:
    same = [bid("A", 1), bid("B", 1)]
    lost = [bid("A", 1, "disqualified"), bid("B", 2)]
    releases = [
        process(f"{kind} {details}", bids, [award("B")], procurementMethodDetails=details)
        for kind, bids in (("same", same), ("lost", lost))
        for details in ("X", "Y", "N")
    ]
    releases += [process("same", same, [award("B")]), process("lost", lost, [award("B")])]

    def found(**settings: Any) -> set[str]:
        values = flagged(*releases, settings=settings)
        return {ocid for rule in ("R028", "R036") for ocid in values[rule] if len(ocid) > 1}

    assert found() == {release["ocid"] for release in releases}
    assert found(no_price_comparison_procurement_methods="N|Z") == {
        "same X",
        "same Y",
        "same",
        "lost X",
        "lost Y",
        "lost",
    }
    assert found(price_comparison_procurement_methods="Y") == {"same Y", "lost Y"}
    both = {"price_comparison_procurement_methods": "Y", "no_price_comparison_procurement_methods": "Y"}
    assert found(**both) == {"same Y", "lost Y"}
    assert found(exclusions={"procurement_method_details": "X|N"}) == {"same Y", "same", "lost Y", "lost"}


def test_a_late_bid_that_won() -> None:
    def late(
        ocid: str, bids: list[JsonObject], awards: list[JsonObject], end: Any = "2024-03-15T12:00:00Z"
    ) -> JsonObject:
        return process(ocid, bids, awards, tenderPeriod={"endDate": end})

    after, on_time = "2024-03-15T12:00:01Z", "2024-03-15T12:00:00Z"
    releases = [
        late("late", [bid("W", date=after)], [award("W")]),
        late("joint", [bid(["J", "K"], date=after)], [award("J"), award("K", status="cancelled")]),
        late("on time", [bid("W", date=on_time)], [award("W")]),
        late("loser", [bid("L", date=after), bid("W", date=on_time)], [award("W")]),
        late("pending award", [bid("W", date=after)], [award("W", status="pending")]),
        late("pending bid", [bid("W", status="pending", date=after)], [award("W")]),
        late("no date", [bid("W")], [award("W")]),
        late("no deadline", [bid("W", date=after)], [award("W")], None),
        late("cancelled", [bid("W", date=after)], [award("W")]) | {"tender": {"status": "cancelled"}},
        # as they are written: another offset is another text
        late("offset", [bid("O", date="2024-03-15T13:00:00+05:00")], [award("O")]),
    ]
    assert flagged(*releases)["R030"] == dict.fromkeys(("late", "joint", "offset", "W", "J", "O"), 1.0)


def test_all_others_disqualified() -> None:
    out = [bid("D", status="disqualified"), bid("E", status="disqualified")]
    releases = [
        process("two", [*out, bid("V")], [award("V")]),
        process(
            "again", [out[0], out[0], bid("V"), bid("V")], [award("V"), award("V"), award("X", status="cancelled")]
        ),
        process("others", [out[0], bid("V"), bid("I", status="invited"), bid("P", status="pending")], [award("V")]),
        process("itself", [bid("V", status="disqualified"), bid("V")], [award("V")]),
        process("two valid", [*out, bid("V"), bid("U")], [award("V")]),
        process("none valid", out, [award("V")]),
        process("another won", [*out, bid("V")], [award("U")]),
        process("two won", [*out, bid("V")], [award("V"), award("U")]),
        process("pending", [*out, bid("V")], [award("V"), award("U", status="pending")]),
        process("cancelled", [*out, bid("V")], [award("V")], status="cancelled"),
    ]
    assert flagged(*releases)["R035"] == {"two": 2.0, "again": 1.0, "others": 1.0, "V": 0.0}
    assert grouped("R035", *releases, threshold=2) == {"OCID": {"two": {"R035": 2.0}}, "Tenderer": {"V": {"R035": 0.0}}}
    assert grouped("R035", *releases, threshold=0) == grouped("R035", *releases), "no fewer than one"


def test_the_lowest_bid_disqualified() -> None:
    low = bid("D", 10, "disqualified")
    releases = [
        process("flag", [low, bid("V", 20)], [award("V")]),
        process("withdrawn", [low, bid("V", 20), bid("X", 1, "withdrawn"), bid("Y", 1, "invited")], [award("V")]),
        process("two awards", [bid("V", 20), low], [award("V"), award("V", status="pending")]),
        process("without tenderers", [bid(None, 10, "disqualified"), bid(None, 20)], [{"status": "active"}]),
        process("pending", [low, bid("V", 20), bid("X", 1, "pending")], [award("V")]),
        process("valid", [low, bid("V", 1)], [award("V")]),
        process("equal, first", [low, bid("V", 10)], [award("V")]),
        process("equal, second", [bid("V", 10), low], [award("V")]),
        process("no award", [low, bid("V", 20)], [award("V", status="pending")]),
        process("none valid", [low, bid("P", 20, "pending")], [award("V")]),
        process("no amount", [low, bid("V")], [award("V")]),
        process("another currency", [low, bid("V", 20, currency="USD")], [award("V")]),
        process("cancelled", [low, bid("V", 20)], [award("V")], status="cancelled"),
    ]
    found = {"flag", "withdrawn", "two awards", "without tenderers", "equal, first"}
    assert flagged(*releases)["R036"] == dict.fromkeys(found, 1.0)


def test_many_disqualified_bids_by_buyer_entity_and_tenderer() -> None:
    """B disqualifies one of two bids; four others none of two."""

    def bought(buyer: str, *bids: JsonObject) -> JsonObject:
        return process(buyer, list(bids), procuringEntity={"id": f"E{buyer}"}) | {"buyer": {"id": buyer}}

    releases = [bought("B", bid("T0"), bid("D", status="disqualified"))]
    releases += [bought(str(one), bid(f"T{one}"), bid(f"T{one}")) for one in range(1, 5)]
    # buyers: 0, 0, 0, 0, 0.5: q3 = 0.1667, the fence 0.4167
    assert grouped("R038", *releases) == {"Buyer": {"B": {"R038": 0.5}}, "ProcuringEntity": {"EB": {"R038": 0.5}}}
    assert grouped("R038", *releases, minimum_contracting_processes=3) == {}
    # tenderers: five times 0 and once 1: q3 = 0.0833, the fence 0.2083
    assert grouped("R038", *releases, minimum_submitted_bids=1)["Tenderer"] == {"D": {"R038": 1.0}}
    assert set(grouped("R038", *releases, threshold=0.5)) == {"Buyer", "ProcuringEntity"}
    assert grouped("R038", *releases, threshold=0.51) == {}
    cancelled = bought("B", bid("D", status="disqualified")) | {"tender": {"status": "cancelled"}}
    uncounted = bought("B", bid("D", status="withdrawn"), bid("D", status="invited"))
    assert grouped("R038", *releases, cancelled, uncounted) == grouped("R038", *releases)
    # all alike: the fence is 0, or all are on it
    assert grouped("R038", *releases[1:]) == {}
    # one id as buyer and as entity stands once where ids are not grouped
    both = [one | {"tender": {"procuringEntity": one["buyer"]}} for one in releases]
    assert flagged(*both)["R038"] == {"B": 0.5}


def test_suppliers_of_everything() -> None:
    def supplied(supplier: str, number: int, *codes: str, **more: Any) -> JsonObject:
        items = [{"classification": {"id": code}} for code in codes]
        return process(f"{supplier}{number}", None, [award(supplier, items=items, **more)])

    releases = [supplied(supplier, number, "4312") for supplier in "ABCD" for number in range(20)]
    releases += [supplied("F", number, f"{10 + number % 5}00", "4399") for number in range(20)]
    # varieties 1, 1, 1, 1, 6: q3 = 2.667, the fence 5.1667
    assert flagged(*releases)["R048"] == {"F": 6.0}
    assert grouped("R048", *releases, digits=1) == {"Tenderer": {"F": {"R048": 2.0}}}
    assert flagged(*releases[:-1])["R048"] == dict.fromkeys("ABCD", 1.0), "F has 19, and the four are all on the fence"
    assert set(grouped("R048", *releases, minimum_contracting_processes=21)) == set()
    assert grouped("R048", *releases, threshold=7) == {}
    left_out = [
        process("joint", None, [award("F", "G", items=[{"classification": {"id": "99"}}])]),
        supplied("F", 98, "98", status="pending"),
        supplied("F", 99, "99", status="cancelled"),
        supplied("A", 97, "97") | {"tender": {"status": "cancelled"}},
    ]
    assert grouped("R048", *releases, *left_out) == grouped("R048", *releases)
    # two awards in one process are one process
    twice = [one | {"awards": one["awards"] * 2} for one in releases[:-1]]
    assert "F" not in flagged(*twice)["R048"]


def test_all_eleven_are_told_even_when_nothing_is_flagged() -> None:
    assert flagged() == {rule: {} for rule in CARDINAL}
    assert set(CARDINAL) == {rule.code for rule in RULES.values() if rule.cardinal}
    assert len(CARDINAL) == 11
    assert flagged(settings={"R024": {}, "R058": None}) == {"R024": {}, "R058": {}}
