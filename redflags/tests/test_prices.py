"""Prices beside those of peers: numbers counted by hand, the ladder, the edges, and what must always hold."""

import datetime as dt
import json
import math
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redflags.prices import (
    PARAMETERS,
    Parameters,
    Purchase,
    State,
    check_price,
    judge,
    norm_of,
    quarter,
    quarter_name,
    read_parameters,
    unit_price,
    window,
    words_for,
)

DOCUMENT: dict[str, Any] = json.loads((files("redflags") / "data" / "prices.json").read_text("utf-8"))
TENGE = 1_000_000


def with_choices(**values: Any) -> Parameters:
    """The parameters in force but for these."""
    changed = {name: replace(PARAMETERS.parameters[name], value=value) for name, value in values.items()}
    return replace(PARAMETERS, parameters={**PARAMETERS.parameters, **changed})


def paper(name: str, tenge: int, **fields: Any) -> Purchase:
    """Ten packs of paper, each for so many tenge."""
    usual: dict[str, Any] = {"code": "17.12.14", "unit": "пачка", "region": "KZ-71", "day": dt.date(2025, 8, 1)}
    usual |= {"amount": tenge * 1000, "quantity": Decimal(10)}
    return Purchase(id=name, **usual | fields)


NOW = dt.date(2025, 11, 20)
# Prices of 1 to 20 tenge, all in the window and in the region.
TWENTY = [paper(str(n), n) for n in range(1, 21)]


def test_by_hand() -> None:
    """Of the prices 1 to 20 the tenth part does not exceed 2, half 10, three quarters 15, nine tenths 18."""
    check = check_price(paper("own", 40, day=NOW), TWENTY, PARAMETERS)
    assert (check.state, check.rung, check.n, check.unit_price) == (State.PRICED, "item-region", 20, 40 * TENGE)
    assert check.norm is not None
    assert check.verdict is not None
    found = (check.norm.low, check.norm.median, check.norm.reference, check.norm.high)
    assert found == (2 * TENGE, 10 * TENGE, 15 * TENGE, 18 * TENGE)
    # Ten packs for 25 tenge above 15 each.
    assert check.verdict.overstatement == 250 * 100
    # The deviations |ln n/10| in order: 10; 11; 9; 12; 8; 13; 14; 7; 15; 16, and the tenth of twenty is ln 1.6.
    assert check.norm.spread == pytest.approx(math.log(1.6))
    assert check.verdict.score == pytest.approx(math.log(4) / (1.4826 * math.log(1.6)))
    assert words_for(check.state, check.verdict.overstatement, PARAMETERS)["en"].startswith("Higher than most peers")


def test_a_price_at_the_reference_is_not_above_it() -> None:
    check = check_price(paper("own", 15, day=NOW), TWENTY, PARAMETERS)
    assert check.verdict is not None
    assert check.verdict.overstatement == 0
    assert words_for(check.state, 0, PARAMETERS)["en"].startswith("Not higher")


def test_the_overstatement_is_in_whole_tiyn_and_exact() -> None:
    norm = norm_of([333_333_333] * 20, PARAMETERS)
    # 0.7 of a unit at 333.333333 tenge is 233.3333331 tenge; 500.00 − 233.3333331 = 266.6666669, rounded down.
    assert judge(50_000, Decimal("0.7"), norm, PARAMETERS).overstatement == 26_666
    assert judge(50_000, Decimal("0.7"), norm, PARAMETERS).score is None  # nobody paid another price


@pytest.mark.parametrize(
    ("amount", "quantity", "expected"),
    [
        (100, Decimal(3), 333_333),
        (1, Decimal("0.001"), 10 * TENGE),
        (85_000_000, Decimal(1200), 708_333_333),
        (0, Decimal(1), None),
        (1, Decimal(20_000), None),
        (100, None, None),
        (100, Decimal(0), None),
    ],
)
def test_the_price_of_a_unit(amount: int, quantity: Decimal | None, expected: int | None) -> None:
    assert unit_price(amount, quantity) == expected


OTHERS: list[tuple[dict[str, Any], str | None]] = [
    ({}, "item-region"),
    ({"region": "KZ-75"}, "item-country"),
    ({"code": "171214.500"}, "class-region"),
    ({"code": "17-12-14-9", "region": "KZ-75"}, "class-country"),
    ({"code": "17.12.99"}, "group-region"),
    ({"code": "17.12", "region": "KZ-75"}, "group-country"),
    ({"code": "17.13.14"}, None),
    ({"unit": "набор"}, None),
    ({"unit": None}, None),
    ({"synthetic": True}, None),
    ({"cancelled": True}, None),
    ({"quantity": None}, None),
    ({"amount": 0}, None),
    ({"day": dt.date(2023, 10, 1)}, "item-region"),
    ({"day": dt.date(2023, 9, 30)}, None),
    ({"day": dt.date(2025, 9, 30)}, "item-region"),
    ({"day": dt.date(2025, 10, 1)}, None),
]


@pytest.mark.parametrize(("fields", "rung"), OTHERS)
def test_who_is_a_peer_and_on_which_rung(fields: dict[str, Any], rung: str | None) -> None:
    check = check_price(paper("own", 40, day=NOW), [replace(each, **fields) for each in TWENTY], PARAMETERS)
    assert check.rung == rung
    assert check.state is (State.FEW_PEERS if rung is None else State.PRICED)


def test_the_nearest_rung_with_enough_peers_is_taken() -> None:
    near = TWENTY[:19]
    far = [replace(each, id=f"far {each.id}", region="KZ-75") for each in TWENTY]
    assert check_price(paper("own", 40, day=NOW), [*near, *far], PARAMETERS).rung == "item-country"
    few = check_price(paper("own", 40, day=NOW), near, PARAMETERS)
    assert (few.state, few.n, few.norm, len(few.peers)) == (State.FEW_PEERS, 19, None, 19)


def test_an_award_is_never_its_own_peer() -> None:
    for each in TWENTY:
        assert each.id not in check_price(each, TWENTY, with_choices(fewest_peers=1)).peers


def test_prices_are_brought_to_the_awards_quarter() -> None:
    doubled = with_choices(deflator={"2025-3": "100", "2025-4": "200.0"})
    check = check_price(paper("own", 40, day=NOW), TWENTY, doubled)
    assert check.norm is not None
    assert check.norm.median == 20 * TENGE
    for table in ({"2025-3": "100"}, {"2025-4": "100"}, {}):
        assert check_price(paper("own", 40, day=NOW), TWENTY, with_choices(deflator=table)).n == 0


def test_windows_are_whole_quarters_before_ones_own() -> None:
    assert window(NOW, PARAMETERS) == (dt.date(2023, 10, 1), dt.date(2025, 10, 1))
    assert window(dt.date(2026, 1, 1), PARAMETERS) == (dt.date(2024, 1, 1), dt.date(2026, 1, 1))
    assert quarter_name(quarter(dt.date(2025, 12, 31))) == "2025-4"


prices = st.lists(st.integers(1, 10**12), min_size=1, max_size=60)


@given(prices, st.integers(1, 10**10), st.integers(1, 10**6))
def test_what_always_holds(found: list[int], amount: int, quantity: int) -> None:
    norm = norm_of(found, PARAMETERS)
    assert norm.low <= norm.median <= norm.reference <= norm.high
    assert {norm.low, norm.median, norm.reference, norm.high} <= set(found)
    assert norm == norm_of(found[::-1], PARAMETERS)
    assert sum(price <= norm.reference for price in found) * 100 >= 75 * len(found)
    assert sum(price < norm.reference for price in found) * 100 < 75 * len(found)
    verdict = judge(amount, Decimal(quantity), norm, PARAMETERS)
    assert 0 <= verdict.overstatement <= amount
    dearer = judge(amount + 100, Decimal(quantity), norm, PARAMETERS)
    assert dearer.overstatement >= verdict.overstatement


def test_every_code_is_in_one_class() -> None:
    codes = {"17.12.14": "stationery", "172313.500.000012": "stationery", "32.99.12": "stationery", "19.20.21": "fuels"}
    codes |= {"26.20.11": "computers", "262040": "computers", "10.51.11": "food", "01.13": "food", "26.30.1": "other"}
    codes |= {"": "other", "43": "other", "X": "other"}
    assert {code: PARAMETERS.item_class(code).name for code in codes} == codes


def test_the_hash_names_the_choices_and_nothing_else() -> None:
    assert read_parameters(DOCUMENT).hash == PARAMETERS.hash
    assert with_choices(fewest_peers=21).hash != PARAMETERS.hash
    reworded = DOCUMENT | {"words": {**DOCUMENT["words"], "usual": {"kk": "?", "ru": "?", "en": "?"}}}
    assert read_parameters(reworded).hash == PARAMETERS.hash


def test_everything_is_told_in_three_languages() -> None:
    texts = [*PARAMETERS.words.values(), *PARAMETERS.rungs.values(), *(each.title for each in PARAMETERS.classes)]
    assert all(text.keys() == {"kk", "ru", "en"} and all(text.values()) for text in texts)
    assert PARAMETERS.rungs.keys() == {rung.name for rung in PARAMETERS.ladder}
    assert PARAMETERS.words.keys() == {*State, "above", "usual", "waiting"} - {"priced"}
    assert not any(word in str(PARAMETERS.words).lower() for word in ("fraud", "мошен", "алаяқ"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("range_percents", [90, 10]),
        ("range_percents", [0, 90]),
        ("reference_percent", 40),
        ("fewest_peers", 0),
        ("window_quarters", 0),
        ("ladder", []),
        ("ladder", [{"name": "wide", "prefix": 2, "region": False}]),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: Any) -> None:
    row = DOCUMENT["parameters"][name] | {"value": value}
    with pytest.raises(ValueError, match=r"percents|peer|prefix"):
        read_parameters(DOCUMENT | {"parameters": DOCUMENT["parameters"] | {name: row}})
    with pytest.raises(ValueError, match="one class has"):
        read_parameters(DOCUMENT | {"classes": DOCUMENT["classes"][:-1]})
