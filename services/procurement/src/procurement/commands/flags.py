"""Red flags put down: of each process as it changes, of populations anew from time to time.

Both follow `processes` by position, and write what they found with how far they came in one transaction: a change is
never left out, and never counted twice. A process's findings depend on nothing but its compiled release, so those that
came one by one are those that a computation of all would give.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from procurement.commands.changing import inserting
from procurement.domain.imports import listed_as
from procurement.queries.ocds import compiled_releases, compiled_since
from procurement.tables import flag_progress, flags, processes
from redflags import RULES, RULES_HASH, Finding, Options, Populations, examine
from servicekit.database import Query, Reading, Row, Writing

OPTIONS = Options(by_lot=True)
EVERY = timedelta(minutes=15)
"""Populations are computed anew not more often than so, however much changes."""
_ROWS_A_STATEMENT = 2000


async def flag_processes(writing: Writing, *, now: datetime, limit: int) -> int:
    """Compute the rules of one process for those that changed since the last time, at most so many; how many."""
    seen = await _seen(writing, "process")
    changed = await compiled_since(writing, 0 if seen is None else seen["position"], limit=limit)
    if not changed:
        return 0
    if seen is None:
        await writing.run(_FORGET_OTHERS, rules=list(RULES))
    await writing.run(_FORGET_PROCESSES, rules=_of("process"), ocids=[each["ocid"] for _, each in changed])
    await _put_down(writing, (finding for _, each in changed for finding in examine(each, OPTIONS)), now)
    await writing.run(_ADVANCE, scope="process", rules=RULES_HASH, position=changed[-1][0], computed_at=now)
    return len(changed)


async def flag_populations(writing: Writing, *, now: datetime) -> int:
    """Compute the rules of populations over all processes, if one changed and it is time; 1 if so, else 0."""
    seen, latest = await _seen(writing, "population"), await writing.value(_LATEST)
    if latest is None or (seen is not None and (latest == seen["position"] or now - seen["computed_at"] < EVERY)):
        return 0
    populations = Populations(OPTIONS)
    async for release in compiled_releases(writing):
        populations.add(release)
    await writing.run(_FORGET_POPULATIONS, rules=_of("population"))
    await _put_down(writing, populations.findings(), now)
    await writing.run(_ADVANCE, scope="population", rules=RULES_HASH, position=latest, computed_at=now)
    return 1


async def waiting_for_processes(reading: Reading, now: datetime) -> timedelta:
    """For how long at most a process that changed has waited for the rules of one process."""
    return await _waiting(reading, "process", now)


async def waiting_for_populations(reading: Reading, now: datetime) -> timedelta:
    """For how long at most a process that changed has waited for the rules of populations."""
    return await _waiting(reading, "population", now)


async def _waiting(reading: Reading, scope: str, now: datetime) -> timedelta:
    since = await reading.value(_WAITING, scope=scope)
    return timedelta() if since is None else max(timedelta(), now - since)


async def _seen(writing: Writing, scope: str) -> Row | None:
    """How far the rules in force have come; None if they have not begun."""
    row = await writing.one(_SEEN, scope=scope)
    return None if row is None or row["rules"] != RULES_HASH else row


def _of(scope: str) -> list[str]:
    return [code for code, rule in RULES.items() if rule.scope == scope]


async def _put_down(writing: Writing, findings: Iterable[Finding], now: datetime) -> None:
    left = iter(findings)
    while rows := [_row(finding, now) for finding in islice(left, _ROWS_A_STATEMENT)]:
        await writing.run(_PUT_DOWN, rows=list(_each_once(rows)))


def _each_once(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A release that names two contracts alike has two findings with one key; the last one stands."""
    yield from {(row["rule"], row["kind"], row["subject"]): row for row in rows}.values()


def _row(finding: Finding, now: datetime) -> dict[str, Any]:
    told = finding.as_data()
    return {
        "rule": finding.rule,
        "kind": finding.kind,
        "subject": finding.subject,
        "version": RULES[finding.rule].version,
        "state": finding.state,
        "parties": list(finding.parties),
        "missing": list(finding.missing),
        "evidence": told["evidence"],
        "listed_as": None if "award" not in told else str(listed_as(told["ocid"], told["award"])),
        **{name: told.get(name) for name in ("value", "ocid", "buyer", "lot", "award", "contract", "reason")},
        "computed_at": now.isoformat(),
    }


_rules = flags.c.rule == any_(bindparam("rules", type_=ARRAY(Text)))
_LATEST = Query(select(func.max(processes.c.position)))
_WAITING = Query(
    select(flag_progress.c.computed_at).where(
        flag_progress.c.scope == bindparam("scope"),
        flag_progress.c.position < select(func.max(processes.c.position)).scalar_subquery(),
    )
)
_SEEN = Query(select(flag_progress).where(flag_progress.c.scope == bindparam("scope")).with_for_update())
_FORGET_OTHERS = Query(delete(flags).where(~_rules))
_FORGET_PROCESSES = Query(delete(flags).where(_rules, flags.c.ocid == any_(bindparam("ocids", type_=ARRAY(Text)))))
_FORGET_POPULATIONS = Query(delete(flags).where(_rules))
_PUT_DOWN = inserting(flags)
_progress = insert(flag_progress).values({name: bindparam(name) for name in flag_progress.c.keys()})  # noqa: SIM118
_ADVANCE = Query(
    _progress.on_conflict_do_update(
        index_elements=["scope"],
        set_={name: _progress.excluded[name] for name in ("rules", "position", "computed_at")},
    )
)
