"""Which restriction a bailiff may impose on which ground: dated rows with their source, and dated indices."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from registry.domain.errors import GroundMissing
from registry.domain.queues import RULES
from statute.money import Money
from statute.rules import Undecided


class Kind(StrEnum):
    """What a restriction forbids: leaving the country, driving, using accounts, disposing of property or a vehicle."""

    EXIT = "exit"
    LICENCE = "licence"
    ACCOUNT = "account"
    PROPERTY = "property"
    VEHICLE = "vehicle"


class LegalGround(StrEnum):
    """Why: the size of the debt, periodic payments unpaid for over three months, or to secure execution."""

    DEBT = "debt"
    PERIODIC_PAYMENTS = "periodic_payments"
    SECURITY = "security"


@dataclass(frozen=True)
class RestrictionRule:
    """One row: what must be so for a kind on a ground, in force from `since` to `until`, both included.

    The debt must exceed `mci` monthly calculation indices, or reach them where `inclusive`; None asks for no amount.
    `periodic` asks for a claim to periodic payments; for how long they are unpaid is the bailiff's to establish.
    """

    kind: Kind
    ground: LegalGround
    mci: int | None
    inclusive: bool
    periodic: bool
    since: date
    until: date | None
    source: str


def require_ground(kind: Kind, ground: LegalGround, *, debt: Money, periodic: bool, on: date) -> RestrictionRule:
    """The row that lets a restriction be imposed on a day, given the unpaid debt and whether claims are periodic.

    Raises:
        Undecided: no row in force knows the kind on that ground, or the year's index is not known.
        GroundMissing: the facts do not meet the row.
    """
    rule = _in_force(kind, ground, on)
    needed = None if rule.mci is None else Money(rule.mci * _index(on).tiyn)
    enough = needed is None or debt > needed or (rule.inclusive and debt == needed)
    if not enough or (rule.periodic and not periodic):
        raise GroundMissing(
            kind=kind,
            ground=ground,
            debt=debt.text(),
            needed=None if needed is None else needed.text(),
            source=rule.source,
        )
    return rule


def _in_force(kind: Kind, ground: LegalGround, on: date) -> RestrictionRule:
    for rule in RESTRICTIONS:
        if (rule.kind, rule.ground) == (kind, ground) and _governs(rule.since, rule.until, on):
            return rule
    raise Undecided(RULES, f"restriction.{kind}", ground)


def _index(on: date) -> Money:
    for since, until, index in _INDICES:
        if _governs(since, until, on):
            return index
    raise Undecided(RULES, "monthly_calculation_index", None)


def _governs(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on <= until)


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((files("registry") / "data" / name).read_text("utf-8"))
    return [
        {**row, "since": date.fromisoformat(row["since"]), "until": row["until"] and date.fromisoformat(row["until"])}
        for row in rows
    ]


RESTRICTIONS = tuple(
    RestrictionRule(**{**row, "kind": Kind(row["kind"]), "ground": LegalGround(row["ground"])})
    for row in _rows("restrictions.json")
)
_INDICES = tuple((row["since"], row["until"], Money.from_text(row["tenge"])) for row in _rows("indices.json"))
