"""Every term of an appeal and of the complaints about it."""

from collections.abc import Sequence
from datetime import date

from appeals.domain.case_clocks import CaseClock, clocks_of
from appeals.domain.complaint_case_clocks import complaint_case_clocks
from appeals.queries.calendars import know_calendar
from appeals.queries.facts import facts_of
from servicekit.database import Reading, Row


async def clocks_in(reading: Reading, row: Row, complaints: Sequence[Row], today: date) -> list[CaseClock]:
    """Every term that has begun, of an appeal and of these complaints about it, in the order of their beginnings.

    Raises:
        OutsideCalendar: a term ends beyond the known calendar.
    """
    for each in complaints:
        await know_calendar(reading, each["calendar"])
    further = [clock for each in complaints for clock in complaint_case_clocks(each, today)]
    return clocks_of(row, await facts_of(reading, row["id"]), today, further=further)
