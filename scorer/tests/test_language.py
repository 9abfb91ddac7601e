"""The language of formulas: what it can say, and that it can say nothing else."""

from fractions import Fraction
from typing import Any

import pytest

from scorer.language import LONGEST, Formula, MalformedFormula, read_formula


class Scope:
    """Names that stand for what a test says."""

    def __init__(self, **names: Any) -> None:
        self.names = names

    def named(self, name: str) -> Any:
        return self.names[name]

    def term(self, name: str) -> Any:
        return {"amount": 1000, "kind": "works"}[name]

    def among(self, part: Formula, *, received: bool) -> list[Any]:
        prices = (5, 7) if not received else (3, 5, 7)
        return [part.value(Scope(**{**self.names, "price": price})) for price in prices]


TIERS = ((10, Fraction(1)), (20, Fraction(2)), (None, Fraction(3)))
KNOWN = Scope(
    x=Fraction(7, 2),
    none=None,
    word="yes",
    table={"works": Fraction(2, 100)},
    tiers=TIERS,
    income=(None, 4, 6),
    taxes=(1, 2, 3),
    price=6,
    years=((1, 0), (0, 2), (3, 1), (0, 0)),
    one={"a": Fraction(1, 10)},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 / 3 + x", Fraction(23, 6)),
        ("-x * 2 - 1", -8),
        ("lot.amount * table[lot.kind]", 20),
        ("'a' if word == 'yes' and not x < 3 else 'b'", "a"),
        ("x > 3 or none > 3", True),
        ("none > 3 or none <= 3", False),
        ("none + 1", None),
        ("-none", None),
        ("clamp(none)", None),
        ("clamp(x)", 1),
        ("clamp(x - 5)", 0),
        ("clamp(x, 2, 3)", 3),
        ("min(x, 9)", Fraction(7, 2)),
        ("max(x, none)", None),
        ("mean(1, none, 2)", Fraction(3, 2)),
        ("mean(none)", 0),
        ("floor(x)", 3),
        ("floor(-x)", -4),
        ("rounded(x, 1)", 4),
        ("rounded(-x, 1)", -3),
        ("rounded(1 / 3, 1 / 100)", Fraction(33, 100)),
        ("complete(income, taxes)", 2),
        ("total(taxes, income)", 5),
        ("total(income, taxes)", 10),
        ("tier(tiers, 10)", 1),
        ("tier(tiers, 21 / 2)", 2),
        ("tier(tiers, 21)", 3),
        ("sum(one)", Fraction(1, 10)),
        ("within(one, one)", True),
        # 1 as main; 1/2 and 1/10 as sub; 1 and twice 1/5 as main, for no more than three a year are counted.
        ("experience(years, 1, 1 / 2, 1 / 5, 1 / 10, 3)", Fraction(3)),
        ("lowest(price) / price", Fraction(5, 6)),
        ("highest(price + 1)", 8),
        ("count(price > 4)", 2),
        ("count_received(price > 4)", 2),
        ("count_received(price > 2)", 3),
    ],
)
def test_what_it_says(text: str, value: Any) -> None:
    formula = read_formula(text)
    assert (formula.text, formula.value(KNOWN)) == (text, value)
    assert not isinstance(formula.value(KNOWN), float)


def test_what_it_asks_for() -> None:
    formula = read_formula("clamp(price / lot.amount) + lowest(table[lot.kind])")
    assert formula.names == {"price", "lot.amount", "table", "lot.kind"}
    assert formula.among
    assert not read_formula("price").among


@pytest.mark.parametrize(
    "text",
    [
        "1 +", "0.5", "2 ** 9", "7 // 2", "7 % 2", "1 < 2 < 3", "~1", "+1", "x.y", "lot.a.b", "[1]", "(1, 2)", "{1}",
        "__import__('os')", "open('x')", "x()", "min()", "min(x, key=1)", "x.clear()", "[x for x in y]",
        "f'{x}'", "b'x'", "1j", "...", "x := 1", "lowest(1, 2)", "1 if x else", "x; y", "x" * (LONGEST + 1),
        "(" * 300, "", "lambda: 1", "x is None",
    ],
)  # fmt: skip
def test_what_it_cannot_say(text: str) -> None:
    with pytest.raises(MalformedFormula):
        read_formula(text)
