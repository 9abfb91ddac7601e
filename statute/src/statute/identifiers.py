"""Identity numbers of Kazakhstan: the IIN of a person and the BIN of an organisation."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

_LENGTH = 12
_FIRST_PASS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_MODULUS = 11
_NO_DIGIT = 10
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
_MALE = "135"
_LAST_MONTH = 12
# Registration of organisations in the republic began in the nineties; their two-digit years wrap around here.
_FIRST_YEAR_OF_1900S = 80

Reason = Literal["length", "digits", "date", "century", "kind", "check_digit"]


class InvalidIdentifier(ValueError):
    """The text is not a valid number. `reason` says why; the message never repeats the number, which is personal."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"not a valid identity number: {reason}")
        self.reason = reason


class BinKind(StrEnum):
    """Who stands behind a BIN (its fifth digit)."""

    LEGAL_ENTITY_RESIDENT = "legal_entity_resident"
    LEGAL_ENTITY_NON_RESIDENT = "legal_entity_non_resident"
    SOLE_TRADER_JOINT = "sole_trader_joint"


class BinPart(StrEnum):
    """Which part of the organisation a BIN names (its sixth digit)."""

    HEAD = "head"
    BRANCH = "branch"
    REPRESENTATIVE_OFFICE = "representative_office"
    FARM = "farm"


_KINDS = dict(zip("456", BinKind, strict=True))
_PARTS = dict(zip("0123", BinPart, strict=True))


@dataclass(frozen=True)
class Iin:
    """A person's number and what it tells. Number and birth date stay out of `repr`, and so out of logs."""

    value: str = field(repr=False)
    birth_date: dt.date = field(repr=False)
    sex: Literal["male", "female"] = field(repr=False)


@dataclass(frozen=True)
class Bin:
    """An organisation's number and what it tells. `registered` is year and month of (re)registration."""

    value: str
    registered: tuple[int, int]
    kind: BinKind
    part: BinPart


def parse_iin(text: str) -> Iin:
    """Read a person's number of twelve digits, without spaces.

    The birth date may lie ahead: whether that is absurd depends on today, which is the caller's to know.

    Raises:
        InvalidIdentifier: with the reason `length`, `digits`, `century`, `date` or `check_digit`.
    """
    _require_twelve_digits(text)
    century = _CENTURIES.get(text[6])
    if century is None:
        raise InvalidIdentifier("century")
    birth_date = _date(century + int(text[:2]), int(text[2:4]), int(text[4:6]))
    _require_check_digit(text)
    return Iin(text, birth_date, "male" if text[6] in _MALE else "female")


def parse_bin(text: str) -> Bin:
    """Read an organisation's number of twelve digits, without spaces. Years 80 to 99 are of the twentieth century.

    Raises:
        InvalidIdentifier: with the reason `length`, `digits`, `date`, `kind` (fifth or sixth digit) or `check_digit`.
    """
    _require_twelve_digits(text)
    year, month = int(text[:2]), int(text[2:4])
    if not 1 <= month <= _LAST_MONTH:
        raise InvalidIdentifier("date")
    kind, part = _KINDS.get(text[4]), _PARTS.get(text[5])
    if kind is None or part is None:
        raise InvalidIdentifier("kind")
    _require_check_digit(text)
    return Bin(text, (year + (1900 if year >= _FIRST_YEAR_OF_1900S else 2000), month), kind, part)


def check_digit(first_eleven: str) -> int | None:
    """Return the twelfth digit for the first eleven, or None if no number may begin with them.

    A weighted sum modulo 11; a remainder of 10 asks for a second pass with shifted weights, another 10 bars it.
    The eleventh digit weighs 11 in the first pass, so a fault in that place alone often goes unnoticed.
    """
    digits = [int(digit) for digit in first_eleven]
    for weights in (_FIRST_PASS, _SECOND_PASS):
        remainder = sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % _MODULUS
        if remainder != _NO_DIGIT:
            return remainder
    return None


def _require_twelve_digits(text: str) -> None:
    if len(text) != _LENGTH:
        raise InvalidIdentifier("length")
    if not (text.isascii() and text.isdigit()):
        raise InvalidIdentifier("digits")


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise InvalidIdentifier("date") from None


def _require_check_digit(text: str) -> None:
    if check_digit(text[:-1]) != int(text[-1]):
        raise InvalidIdentifier("check_digit")
