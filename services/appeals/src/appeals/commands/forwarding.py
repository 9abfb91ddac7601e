"""The forwarding of an appeal to the body that is competent, whole or in part; every point stays in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, func, null

from appeals.commands.filing import split_off
from appeals.commands.taking import begin_in_time, calendar_needed, dates_of, pauses_of, tell, told_of
from appeals.domain.agencies import Agency, agency
from appeals.domain.appeal import Action, Kind
from appeals.domain.channels import require_kept_from_penal
from appeals.domain.clocks import Clocks, pinned_clocks, reset_clocks
from appeals.domain.errors import ForwardingTooLate, NoSuchPoint, NothingRemains, SameAgency
from appeals.queries import points_in
from appeals.tables import appeals
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.steps import changed
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Forwarding:
    """To which body, why it is competent, and for which points; for the whole appeal when none are named."""

    to: str
    reason: str
    points: tuple[int, ...] | None = None


async def forward_appeal(writing: Writing, caller: Caller, row: Row, asked: Forwarding, *, now: datetime) -> Row:
    """Pass an appeal to the body that is competent, and set that body's clocks (APPC art. 65).

    Points that are named go there as an appeal of its own, and this one stays with the rest.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        UnknownAgency, SameAgency: there is no such body, or it has the appeal already.
        PenalBody: it came from a terminal, and would reach whom it bypasses.
        ForwardingTooLate: the days for forwarding are over.
        NoSuchPoint: a point that is named is not here.
        NothingRemains: all points are named.
    """
    if asked.points is not None:
        return await _forward_points(writing, caller, row, asked, set(asked.points), now)
    step = begin_in_time(row, caller, Action.FORWARDING, now)
    body, clocks = _competent(row, asked.to, now)
    reason = None if clocks.extended_until is None else row["extension_reason"]
    rest = {"pauses": pauses_of(clocks), "extended_until": clocks.extended_until, "extension_reason": reason}
    values = {"agency": body.code, "forwarder": row["agency"], "received_at": now, **dates_of(clocks), **rest}
    public = {"from": row["agency"], "to": body.code, **told_of(clocks)}
    return await tell(writing, step, _FORWARD, values, public=public, private={"reason": asked.reason})


async def _forward_points(
    writing: Writing, caller: Caller, row: Row, asked: Forwarding, chosen: set[int], now: datetime
) -> Row:
    step = begin_in_time(row, caller, Action.SPLIT, now)
    body, clocks = _competent(row, asked.to, now)
    here = await points_in(writing, row["id"])
    if not here.keys() >= chosen:
        raise NoSuchPoint(sorted(here))
    if here.keys() == chosen:
        raise NothingRemains
    parted = {n: text for n, text in here.items() if n in chosen}
    part = await split_off(writing, step, parted, body, clocks)
    public = {"from": row["agency"], "to": body.code, "points": sorted(parted), "part": str(part["id"])}
    return await tell(writing, step, _SPLIT, {}, public=public, private={"reason": asked.reason})


def _competent(row: Row, to: str, now: datetime) -> tuple[Agency, Clocks]:
    body = agency(to)
    if body.code == row["agency"]:
        raise SameAgency
    require_kept_from_penal(row["channel"], body.code)
    if local(now).date() > row["forward_by"]:
        raise ForwardingTooLate(row["forward_by"])
    with calendar_needed():
        return body, reset_clocks(pinned_clocks(row), now, Kind(row["kind"]), body.week)


_NEW_AT_RECEIVER = ("agency", "received_at", "registered_on", "forward_by", "due_on")
_JUDGED_BY = ("rules", "rules_version", "calendar", "week")
# What was paused or extended before is of the term that was left behind, or goes on with it.
_LEFT_BEHIND = ("pauses", "extended_until", "extension_reason")
_SET: dict[str, Any] = {name: bindparam(name) for name in (*_NEW_AT_RECEIVER, *_JUDGED_BY, *_LEFT_BEHIND)}
_FORWARD = Query(
    changed(
        appeals,
        {
            "forwarded_by": func.array_append(appeals.c.forwarded_by, bindparam("forwarder", type_=Text)),
            "executor": null(),
            "executor_name": null(),
            "recomputed_with": null(),
            **_SET,
        },
    ).returning(*appeals.c)
)
_SPLIT = Query(changed(appeals, {"parts": appeals.c.parts + 1}).returning(*appeals.c))
