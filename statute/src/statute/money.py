"""Amounts in tenge, exact to the tiyn."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

_TIYN_IN_TENGE = 100
# Sixteen digits of tenge, in tiyn, still fit a signed 64-bit column.
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, order=True)
class Money:
    """A sum of money, never negative: what is owed the other way is another sum, not a minus.

    Raises:
        ValueError: the amount is below zero, also as the result of a subtraction.
    """

    tiyn: int
    currency: ClassVar[str] = "KZT"

    def __post_init__(self) -> None:
        if self.tiyn < 0:
            msg = "an amount of money is never negative"
            raise ValueError(msg)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read tenge with at most two decimals after a dot, such as `1250`, `1250.5` or `1250.00`.

        Raises:
            ValueError: anything else, such as a sign, an exponent, a space, a comma or a leading zero.
        """
        found = _AMOUNT.fullmatch(text)
        if found is None:
            msg = "an amount is written in digits with at most two decimals after a dot"
            raise ValueError(msg)
        tenge, decimals = found[1], found[2] or ""
        return cls(int(tenge) * _TIYN_IN_TENGE + int(decimals.ljust(2, "0")))

    def text(self) -> str:
        """Write the amount with exactly two decimals; `from_text` reads it back."""
        return f"{self.tiyn // _TIYN_IN_TENGE}.{self.tiyn % _TIYN_IN_TENGE:02}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.tiyn + other.tiyn)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.tiyn - other.tiyn)
