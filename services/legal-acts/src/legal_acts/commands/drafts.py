"""Drafts and the versions of their text: posted, changed, withdrawn, adopted, and their discussions ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text
from uuid_utils.compat import uuid7

from legal_acts.commands.steps import DRAFT, begin
from legal_acts.domain.clauses import Clause, Wording, as_json, compare, compose, digest, from_json, require_languages
from legal_acts.domain.clocks import discussion_clock, require_long_enough
from legal_acts.domain.draft import Action, Phase, transition
from legal_acts.domain.draft_types import draft_type
from legal_acts.domain.errors import AgencyUnknown
from legal_acts.permissions import PERMISSIONS, office_of
from legal_acts.queries import read_version
from legal_acts.tables import draft_number, drafts, in_discussion, versions
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.steps import changed, changing, take
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A draft as its drafter gives it; `clauses` as `compose` reads them."""

    type: str
    agency_name: Wording
    title: Wording
    languages: Sequence[str]
    clauses: Sequence[dict[str, Any]]
    discussion_until: date


async def post_draft(
    writing: Writing, caller: Caller, posting: Posting, *, now: datetime
) -> tuple[Row, list[dict[str, Any]]]:
    """Put a draft before the public, which discusses it from this moment on; the draft, and its clauses.

    Raises:
        Forbidden: the caller drafts for nobody.
        AgencyUnknown: the caller's token does not name the body that drafts.
        UnknownType: there is no such type of draft today.
        LanguageMissing, RepeatedClause: the text does not hold together.
        DiscussionTooShort, CalendarMissing, Undecided: as `domain.clocks`.
    """
    role = PERMISSIONS.require("post_draft", caller, "", sight="post_draft")
    agency = office_of(caller)
    if agency is None:
        raise AgencyUnknown
    kind = draft_type(posting.type, local(now).date())
    clock = discussion_clock(now, kind.code)
    require_long_enough(posting.discussion_until, clock)
    require_languages(posting.title, posting.languages, "/title")
    clauses = compose(posting.clauses, posting.languages, known=None)
    number = f"ПА-{local(now).year}-{await writing.draw(draft_number.name):06}"
    row: dict[str, Any] = {
        **dict.fromkeys(drafts.c.keys()),
        "id": uuid7(),
        "number": number,
        "version": 1,
        "type": kind.code,
        "phase": transition(None, Action.POSTING).target,
        "agency_bin": agency,
        "agency_name": dict(posting.agency_name),
        "title": dict(posting.title),
        "sought": "\n".join((number, *posting.title.values())),
        "languages": list(posting.languages),
        "current": 1,
        "clause_ids": [each.id for each in clauses],
        "posted_at": now,
        "discussion_until": posting.discussion_until,
        "earliest_until": clock.due_on,
        "rules": clock.rule.rules,
        "rules_version": clock.rule.version,
        "calendar": clock.calendar,
        "synthetic": caller.synthetic,
    }
    await writing.run(_POST, **row)
    version = _keep_version(writing, row["id"], 1, clauses, now)
    public = {
        "number": number,
        "type": kind.code,
        "agency": agency,
        "version": 1,
        "digest": version["digest"],
        "discussion_until": posting.discussion_until.isoformat(),
        "earliest_until": clock.due_on.isoformat(),
        "rules": clock.rule.rules,
        "rules_version": clock.rule.version,
        "calendar": clock.calendar,
    }
    event = transition(None, Action.POSTING).event
    record(writing, event, Object(DRAFT, row["id"], 1), at=now, role=role, public=public)
    return row, version["clauses"]


async def add_version(
    writing: Writing, caller: Caller, row: Row, given: Sequence[dict[str, Any]], *, now: datetime
) -> tuple[Row, Row]:
    """Give the draft a new text, whose clauses say which of the earlier ones they are; the draft, and the version.

    Raises:
        Forbidden, NotAllowedNow: as `begin`.
        UnknownClause, RepeatedClause, LanguageMissing: the text does not hold together.
        ChangedMeanwhile: somebody else changed the draft.
    """
    step = begin(row, caller, Action.VERSIONS, now)
    clauses = compose(given, row["languages"], known=row["clause_ids"])
    old = from_json((await read_version(writing, row["id"], row["current"]))["clauses"])
    new_ids = [each.id for each in clauses if each.id not in row["clause_ids"]]
    made = Counter(str(each.change) for each in compare(old, clauses))
    number = row["current"] + 1
    new = await take(
        writing,
        step,
        _ADD_VERSION,
        {"new_ids": new_ids},
        kind=DRAFT,
        public={
            "number": row["number"],
            "version": number,
            "digest": digest(clauses),
            "changes": dict(sorted(made.items())),
        },
    )
    return new, _keep_version(writing, row["id"], number, clauses, now)


async def withdraw_draft(writing: Writing, caller: Caller, row: Row, *, reason: str, now: datetime) -> Row:
    """Give a draft up, which its drafter may do until it is adopted.

    Raises:
        Forbidden, NotAllowedNow: as `begin`.
        ChangedMeanwhile: somebody else changed the draft.
    """
    step = begin(row, caller, Action.WITHDRAWAL, now)
    values = {"withdrawn_at": now, "withdrawal_reason": reason}
    public = {"number": row["number"]}
    return await take(writing, step, _WITHDRAW, values, kind=DRAFT, public=public, private={"reason": reason})


async def adopt_draft(writing: Writing, caller: Caller, row: Row, *, act_number: str, now: datetime) -> Row:
    """Record that the draft became an act, under the number that the act bears.

    Raises:
        Forbidden, NotAllowedNow: as `begin`; before the report no draft can be adopted.
        ChangedMeanwhile: somebody else changed the draft.
    """
    step = begin(row, caller, Action.ADOPTION, now)
    values = {"adopted_at": now, "act_number": act_number}
    public = {"number": row["number"], "act_number": act_number}
    return await take(writing, step, _ADOPT, values, kind=DRAFT, public=public)


async def close_discussions(writing: Writing, *, now: datetime, limit: int) -> int:
    """End the discussions whose last day has passed; how many."""
    edge = transition(Phase.DISCUSSION, Action.CLOSING)
    rows = await writing.all(_CLOSE, today=local(now).date(), limit=limit)
    for row in rows:
        public = {"number": row["number"], "discussion_until": row["discussion_until"].isoformat()}
        record(writing, edge.event, Object(DRAFT, row["id"], row["version"]), at=now, role="system", public=public)
    return len(rows)


async def oldest_ended(reading: Reading, *, today: date) -> date | None:
    """The earliest last day of a discussion that has passed without the discussion being ended."""
    found: date | None = await reading.value(_OLDEST_ENDED, today=today)
    return found


def _keep_version(writing: Writing, draft: Any, n: int, clauses: tuple[Clause, ...], now: datetime) -> Row:
    kept = {"draft_id": draft, "n": n, "posted_at": now, "digest": digest(clauses), "clauses": as_json(clauses)}
    writing.defer(_KEEP_VERSION, **kept)
    return kept


_POST = Query(insert(drafts).values({name: bindparam(name) for name in drafts.c.keys()}))  # noqa: SIM118
_KEEP_VERSION = insert(versions).values({name: bindparam(name) for name in versions.c.keys()})  # noqa: SIM118
_ADD_VERSION = Query(
    changed(
        drafts,
        {
            "current": drafts.c.current + 1,
            "clause_ids": func.array_cat(drafts.c.clause_ids, bindparam("new_ids", type_=ARRAY(Text))),
        },
        status="phase",
    ).returning(*drafts.c)
)
_WITHDRAW = changing(drafts, "withdrawn_at", "withdrawal_reason", status="phase")
_ADOPT = changing(drafts, "adopted_at", "act_number", status="phase")
_ended = (in_discussion, drafts.c.discussion_until < bindparam("today", type_=Date))
_closing = (
    select(drafts.c.id)
    .where(*_ended)
    .order_by(drafts.c.discussion_until)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("closing")
)
_CLOSE = Query(
    update(drafts)
    .where(drafts.c.id == _closing.c.id)
    .values(version=drafts.c.version + 1, phase=Phase.ANSWERING)
    .returning(drafts.c.id, drafts.c.version, drafts.c.number, drafts.c.discussion_until)
)
_OLDEST_ENDED = Query(select(func.min(drafts.c.discussion_until)).where(*_ended))
