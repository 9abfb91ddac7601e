"""The kinds of claim, and in which queue each stands: dated rows with their source."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from statute.rules import Undecided

RULES = "report"


class Category(StrEnum):
    """What a claim is for; `other` are all without a queue of their own, which share one."""

    ALIMONY = "alimony"
    HEALTH = "health"
    BREADWINNER = "breadwinner"
    LABOUR = "labour"
    AUTHORS = "authors"
    OTHER = "other"


@dataclass(frozen=True)
class QueueRule:
    """One row: the queue of a category, in force from `since` to `until`, both included."""

    category: Category
    queue: int
    periodic: bool
    since: date
    until: date | None
    source: str


def queue_on(day: date, category: Category) -> QueueRule:
    """The row for a category that is in force on a day; raises Undecided where none is."""
    for rule in QUEUES:
        if rule.category == category and rule.since <= day and (rule.until is None or day <= rule.until):
            return rule
    raise Undecided(RULES, "proceeds.queue", category)


def _read(row: dict[str, Any]) -> QueueRule:
    return QueueRule(
        category=Category(row["category"]),
        queue=row["queue"],
        periodic=row["periodic"],
        since=date.fromisoformat(row["since"]),
        until=None if row["until"] is None else date.fromisoformat(row["until"]),
        source=row["source"],
    )


QUEUES = tuple(_read(row) for row in json.loads((files("registry") / "data" / "queues.json").read_text("utf-8")))
