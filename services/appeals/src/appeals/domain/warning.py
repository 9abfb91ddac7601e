"""What an appeal warns of while its term runs: that it ends soon, that it is too short by now, that it has passed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from appeals.domain.agencies import agency
from appeals.domain.appeal import EXPIRING, Kind, Status
from appeals.domain.channels import is_confidential, is_penal
from appeals.domain.clocks import (
    CONSIDERATION,
    PRELIMINARY_NOTICE,
    WARNING,
    due_or_never,
    last_day_for_notice,
    pinned_clocks,
    pinned_rules,
)
from appeals.domain.next_step import written
from statute.calendars import Calendar, Week, calendar
from statute.rules import RuleSet
from statute.terms import Term

_ONE_DAY = timedelta(days=1)
# The days of a notice never reach over so many days, whatever holidays there are; nothing need be counted before.
_FAR = 30
_TEXTS: dict[str, dict[str, str]] = json.loads((files("appeals") / "data" / "warnings.json").read_text("utf-8"))


class Code(StrEnum):
    """`notice_by`: today is the last day to tell a preliminary decision; `term_too_short`: that day has passed."""

    NOTICE_BY = "notice_by"
    TERM_TOO_SHORT = "term_too_short"
    TERM_ENDS_SOON = "term_ends_soon"
    OVERDUE = "overdue"


# In these nothing has been decided yet, so an adverse decision may still be meant.
UNDECIDED = EXPIRING - {Status.TO_SIGN}


@dataclass(frozen=True, slots=True)
class CaseWarning:
    """What an appeal warns of, since when, and about which end of its term."""

    code: Code
    since: date
    due_on: date

    @property
    def text(self) -> dict[str, str]:
        """In plain words, for each language."""
        return {
            language: text.format(due_on=written(self.due_on, language)) for language, text in _TEXTS[self.code].items()
        }


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which ends of terms are to be warned of on a day, for bodies of one week.

    A term that ends by `soon` ends soon. One that ends before `short` is too short for a preliminary decision that is
    told on that day or later.
    """

    soon: date
    short: date


def warnings_of(row: Mapping[str, Any], today: date) -> list[CaseWarning]:
    """What the appeal in this row warns of on a day, the newest first."""
    due, status = row["due_on"], Status(row["status"])
    if status is Status.REFUSED_BY_EXPIRY or (status in EXPIRING and today > due):
        return [CaseWarning(Code.OVERDUE, due + _ONE_DAY, due)]
    if status not in EXPIRING:
        return []
    found = [_notice(row, today), _ends_soon(row, today)]
    return sorted((each for each in found if each is not None), key=lambda each: each.since, reverse=True)


def thresholds(rules: RuleSet, days: Calendar, week: Week, today: date) -> Thresholds:
    """Which ends of terms are to be warned of on a day; the same as `warnings_of` says of each appeal."""
    soon, notice = rules.rule(WARNING).term, rules.rule(PRELIMINARY_NOTICE).term
    told = days.next_working_day(today, week)
    return Thresholds(due_or_never(today, soon, days, week), due_or_never(told, notice, days, week))


def heard_kinds(rules: RuleSet) -> list[Kind]:
    """The kinds whose applicant is heard before an adverse decision."""
    return [kind for kind in Kind if rules.rule(CONSIDERATION, kind).parameters["heard_before_adverse"] == "yes"]


def supervisors_of(row: Mapping[str, Any]) -> list[str]:
    """The bodies that are told of the silence of another, by code: the one above it and the controller.

    None of those is told from whom the appeal is kept.
    """
    controller = pinned_rules(row).rule(WARNING).parameters["controller"]
    kept = is_confidential(row["channel"])
    bodies = dict.fromkeys((agency(row["agency"]).higher, controller))
    return [code for code in bodies if code not in {None, row["agency"]} and not (kept and is_penal(code))]


@lru_cache(maxsize=4096)
def ends_soon_from(due: date, term: Term, version: str, week: Week) -> date:
    """The first day on which what ends on `due` ends soon, by a term in a version of the calendar."""
    day = due
    while due_or_never(day - _ONE_DAY, term, calendar(version), week) >= due:
        day -= _ONE_DAY
    return day


def _notice(row: Mapping[str, Any], today: date) -> CaseWarning | None:
    clocks, rules = pinned_clocks(row), pinned_rules(row)
    if row["status"] not in UNDECIDED or clocks.rule.parameters["heard_before_adverse"] == "no":
        return None
    told_in_time = row["decide_from"] is not None and row["decide_from"] <= row["due_on"]
    if told_in_time or (row["due_on"] - today).days > _FAR:
        return None
    last = last_day_for_notice(clocks, rules.rule(PRELIMINARY_NOTICE))
    if today < last:
        return None
    code = Code.NOTICE_BY if today == last and row["decide_from"] is None else Code.TERM_TOO_SHORT
    since = last if code is Code.NOTICE_BY else last + _ONE_DAY
    return CaseWarning(code, max(since, row["registered_on"]), row["due_on"])


def _ends_soon(row: Mapping[str, Any], today: date) -> CaseWarning | None:
    term = pinned_rules(row).rule(WARNING).term
    since = max(ends_soon_from(row["due_on"], term, row["calendar"], Week(row["week"])), row["registered_on"])
    return CaseWarning(Code.TERM_ENDS_SOON, since, row["due_on"]) if today >= since else None
