"""A term: the length of time the law gives, before any calendar turns it into a date."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a term is measured in."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"


@dataclass(frozen=True)
class Term:
    """For example fifteen working days, the first day not counted.

    `first_day_counts` says whether the day the term starts on is its day number one.

    Raises:
        ValueError: `n` is below one.
    """

    n: int
    unit: Unit
    first_day_counts: bool

    def __post_init__(self) -> None:
        if self.n < 1:
            msg = f"a term is at least 1 long, not {self.n}"
            raise ValueError(msg)
