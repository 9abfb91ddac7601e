"""A term as a calendar: its days in weeks and months, as they hang on a wall."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

_MONDAY_FIRST = Calendar(firstweekday=0)


@dataclass(frozen=True)
class Month:
    """A month, as `2026-11`, in weeks of seven days; None for a day of another month, and what is known of a day."""

    name: str
    weeks: Sequence[Sequence[tuple[date, Mapping[str, Any] | None] | None]]


def months_of(days: Sequence[Mapping[str, Any]]) -> list[Month]:
    """The months that the days of a term touch, each day with what the term says of it."""
    known = {date.fromisoformat(day["date"]): day for day in days}
    firsts = sorted({day.replace(day=1) for day in known})
    return [Month(f"{first:%Y-%m}", _weeks(first, known)) for first in firsts]


def _weeks(
    first: date, known: Mapping[date, Mapping[str, Any]]
) -> list[list[tuple[date, Mapping[str, Any] | None] | None]]:
    weeks = _MONDAY_FIRST.monthdatescalendar(first.year, first.month)
    return [[(day, known.get(day)) if day.month == first.month else None for day in week] for week in weeks]
