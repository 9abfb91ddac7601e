"""Money: exact, never negative, one way to write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.money import Money

amounts = st.builds(Money, st.integers(0, 10**18 - 1))


@given(amounts)
def test_text_and_back(amount: Money) -> None:
    assert Money.from_text(amount.text()) == amount


@given(amounts, amounts)
def test_adding_and_taking_away(one: Money, other: Money) -> None:
    assert one + other == other + one
    assert (one + other) - other == one
    assert (one < other) is (one.tiyn < other.tiyn)


@pytest.mark.parametrize(
    ("text", "tiyn", "written"),
    [
        ("1250.00", 125_000, "1250.00"),
        ("1250", 125_000, "1250.00"),
        ("1250.5", 125_050, "1250.50"),
        ("0.05", 5, "0.05"),
        ("0", 0, "0.00"),
        ("9999999999999999.99", 10**18 - 1, "9999999999999999.99"),
    ],
)
def test_reading(text: str, tiyn: int, written: str) -> None:
    amount = Money.from_text(text)
    assert amount.tiyn == tiyn
    assert amount.text() == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1.00",
        "+1",
        "1e3",
        "1,50",
        "1.005",
        "1.",
        ".5",
        "01.00",
        " 1",
        "1\n",
        "1_000",
        "NaN",
        "١",
        "10000000000000000",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        Money.from_text(text)


def test_money_is_never_negative() -> None:
    with pytest.raises(ValueError, match="never negative"):
        Money(1) - Money(2)
    with pytest.raises(ValueError, match="never negative"):
        Money(-1)


def test_the_currency_is_part_of_the_type() -> None:
    assert Money(1).currency == Money.currency == "KZT"
