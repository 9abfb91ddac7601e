"""Numbers as they are shown, JSON as it is hashed, and the README as it runs."""

import doctest
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.notation import canonical, half_up, written

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0.00"),
        (Fraction(1, 200), "0.01"),
        (Fraction(1, 201), "0.00"),
        (Fraction(1, 8), "0.13"),
        (Fraction(5, 9), "0.56"),
        (Fraction(199, 200), "1.00"),
        (Fraction(412, 9), "45.78"),
        (Fraction(100), "100.00"),
        (Fraction(-1, 200), "0.00"),
        (Fraction(-11, 1000), "-0.01"),
        (Fraction(-5, 2), "-2.50"),
    ],
)
def test_half_up(value: Fraction, shown: str) -> None:
    assert half_up(value, 2) == shown


@given(st.integers(0, 10**12))
def test_half_up_is_what_decimal_does(thousandths: int) -> None:
    exact = Decimal(thousandths) / 1000
    assert half_up(Fraction(thousandths, 1000), 2) == str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


@given(st.fractions(min_value=0))
def test_the_exact_form_is_exact(value: Fraction) -> None:
    exact = written(value, 2)["exact"]
    assert "/" in exact
    assert Fraction(exact) == value


def test_canonical_json() -> None:
    assert canonical({"б": [1, None], "a": {"d": True, "c": "½"}}) == '{"a":{"c":"½","d":true},"б":[1,null]}'.encode()


def test_the_examples_of_the_readme() -> None:
    failures, examples = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert (failures, examples) == (0, 11)
