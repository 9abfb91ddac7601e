"""What the public says of a draft or an opinion, what the drafter answers, and what a moderator hides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    Insert,
    Integer,
    Select,
    Update,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from uuid_utils.compat import uuid7

from legal_acts import notices
from legal_acts.commands.steps import begin, party_of
from legal_acts.domain.authors import shown_name
from legal_acts.domain.clauses import require_clause
from legal_acts.domain.clocks import answer_clock
from legal_acts.domain.comment import Ground, Moderation, Outcome, is_late, moderate, require_unanswered
from legal_acts.domain.draft import Action, Phase, require_open
from legal_acts.domain.errors import DiscussionOver, UnknownClause
from legal_acts.permissions import PERMISSIONS, SIGHT, relation_to_comment
from legal_acts.queries import read_comment, texts_of
from legal_acts.tables import comments, drafts, in_discussion, is_open
from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from statute.deadlines import local

_COMMENT = "comment"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A comment as its author words it; without a clause it is on the whole."""

    clause: str | None
    text: str
    suggestion: str | None
    language: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the drafter answers; `clause` is where the text shows it."""

    outcome: Outcome
    reason: str
    language: str
    clause: str | None


async def comment_on_draft(writing: Writing, caller: Caller, draft: Row, remark: Remark, *, now: datetime) -> Row:
    """Take down what somebody says of a draft, and set the clock of the answer.

    Raises:
        Forbidden, NotAllowedNow: as `begin`.
        DiscussionOver: the last day of the discussion has passed, whether or not a sweep has ended it.
        UnknownClause: the current text has no such clause.
        PartyUnknown: the caller's token names no person and no company.
        CalendarMissing: the answer's day lies beyond the known calendar.
        ChangedMeanwhile: the discussion ended at this moment.
    """
    step = begin(draft, caller, Action.COMMENTS, now)
    if local(now).date() > draft["discussion_until"]:
        raise DiscussionOver(draft["discussion_until"])
    if remark.clause is not None:
        texts = await texts_of(writing, draft["id"], [draft["current"]])
        require_clause(remark.clause, texts[draft["current"]])
    clock = answer_clock(now)
    row = _said(caller, remark, draft["id"], draft["current"], now) | {
        "due_on": clock.due_on,
        "rules": clock.rule.rules,
        "rules_version": clock.rule.version,
        "calendar": clock.calendar,
    }
    public = {"draft": draft["number"], "clause": remark.clause, "version": draft["current"]}
    clocks = {"due_on": clock.due_on.isoformat(), "rules": clock.rule.rules, "rules_version": clock.rule.version}
    return await _take_down(writing, _COMMENT_ON_DRAFT, row, step.role, step.event, public | clocks)


async def comment_on_opinion(writing: Writing, caller: Caller, opinion: Row, remark: Remark, *, now: datetime) -> Row:
    """Take down what somebody says of an expert opinion; the law names nobody who would owe an answer to it.

    Raises:
        Forbidden: the caller may not comment.
        NotAllowedNow: the draft's drafter has reported already, or given it up.
        PartyUnknown: the caller's token names no person and no company.
        ChangedMeanwhile: the draft's phase changed at this moment.
    """
    role = PERMISSIONS.require("comment_on_opinion", caller, "", sight=SIGHT)
    require_open(Phase(opinion["phase"]), "comments")
    row = _said(caller, remark, opinion["draft_id"], opinion["current"], now) | {"opinion_id": opinion["id"]}
    public = {"draft": opinion["draft_number"], "opinion": str(opinion["id"])}
    return await _take_down(writing, _COMMENT_ON_OPINION, row, role, "opinion.commented", public)


async def answer_comment(writing: Writing, caller: Caller, row: Row, answer: Answer, *, now: datetime) -> Row:
    """Answer a comment, with the reason; what is late is answered all the same and stays visible as late.

    Raises:
        Forbidden: the caller does not hold office in the body that drafts.
        NotAllowedNow: the drafter has reported already, or given the draft up.
        AnsweredAlready: it has its answer.
        UnknownClause: the clause stands neither in the text commented on nor in the current one.
        ChangedMeanwhile: somebody else changed the comment.
    """
    role = PERMISSIONS.require("answer_comment", caller, relation_to_comment(row, caller), sight=SIGHT)
    require_open(Phase(row["phase"]), "answers")
    require_unanswered(row)
    if answer.clause is not None:
        texts = await texts_of(writing, row["draft_id"], [row["on_version"], row["current"]])
        if not any(answer.clause == clause.id for text in texts.values() for clause in text):
            raise UnknownClause(answer.clause)
    values = {
        "outcome": answer.outcome,
        "answer": answer.reason,
        "answer_language": answer.language,
        "answer_clause": answer.clause,
        "answered_at": now,
        "answered_on": local(now).date(),
    }
    new = await _change(writing, row, _ANSWER, values)
    public = {
        "draft": row["draft_number"],
        "outcome": answer.outcome,
        "clause": answer.clause,
        "due_on": row["due_on"].isoformat(),
        "late": is_late(now, row["due_on"]),
    }
    about = Object(_COMMENT, new["id"], new["version"])
    private = {"reason": answer.reason, "language": answer.language}
    record(writing, "comment.answered", about, at=now, role=role, public=public, private=private, owner=_author(row))
    await notify(writing, notices.answered(new), at=now)
    return new


async def moderate_comment(  # noqa: PLR0913 - a moderation has these sides
    writing: Writing,
    caller: Caller,
    row: Row,
    moderation: Moderation,
    *,
    ground: Ground | None,
    reason: str,
    now: datetime,
) -> Row:
    """Hide a comment's words, or show them again; that it came, and why it is hidden, stays public.

    Raises:
        Forbidden: the caller is no moderator.
        ModeratedAlready: it would change nothing.
        ChangedMeanwhile: somebody else changed the comment.
    """
    role = PERMISSIONS.require("moderate_comment", caller, relation_to_comment(row, caller), sight=SIGHT)
    edge = moderate(moderation, hidden=row["hidden_at"] is not None)
    values = {
        "hidden_at": now if edge.hidden else None,
        "hidden_ground": ground if edge.hidden else None,
        "hidden_reason": reason if edge.hidden else None,
    }
    new = await _change(writing, row, _MODERATE, values)
    public = {"draft": row["draft_number"]} | ({"ground": ground} if edge.hidden else {})
    about = Object(_COMMENT, new["id"], new["version"])
    private = {"reason": reason}
    record(writing, edge.event, about, at=now, role=role, public=public, private=private, owner=_author(row))
    await notify(writing, notices.moderated(new, edge.event), at=now)
    return new


async def record_overdue(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record, once for each, the comments whose answer did not come in its days; how many."""
    rows = await writing.all(_RECORD_OVERDUE, today=local(now).date(), limit=limit)
    for row in rows:
        public = {"draft": row["draft_number"], "due_on": row["due_on"].isoformat()}
        about = Object(_COMMENT, row["id"], row["version"])
        record(writing, "comment.answer_overdue", about, at=now, role="system", public=public)
    await notify(writing, *(notices.overdue(row) for row in rows), at=now)
    return len(rows)


async def oldest_overdue(reading: Reading, *, today: date) -> date | None:
    """The earliest day of an answer that has passed without that being recorded."""
    found: date | None = await reading.value(_OLDEST_OVERDUE, today=today)
    return found


def _author(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["author_scheme"], row["author_id"]


def _said(caller: Caller, remark: Remark, draft: Any, on_version: int, now: datetime) -> dict[str, Any]:
    scheme, number = party_of(caller)
    return {
        **dict.fromkeys(comments.c.keys()),
        "id": uuid7(),
        "draft_id": draft,
        "version": 1,
        "on_version": on_version,
        "clause": remark.clause,
        "author_scheme": scheme,
        "author_id": number,
        "author_name": caller.name,
        "author_shown": shown_name(scheme, caller.name),
        "text": remark.text,
        "suggestion": remark.suggestion,
        "language": remark.language,
        "submitted_at": now,
        "overdue_recorded": False,
        "synthetic": caller.synthetic,
    }


async def _take_down(
    writing: Writing, query: Query, row: dict[str, Any], role: str, event: str, public: dict[str, Any]
) -> Row:
    if await writing.run(query, **row) is None:
        raise ChangedMeanwhile
    author = {"scheme": row["author_scheme"], "id": row["author_id"], "name": row["author_name"]}
    said = {"author": author, "text": row["text"], "suggestion": row["suggestion"], "language": row["language"]}
    about = Object(_COMMENT, row["id"], 1)
    at = row["submitted_at"]
    record(writing, event, about, at=at, role=role, public=public, private=said, owner=_author(row))
    return await read_comment(writing, row["id"])


async def _change(writing: Writing, row: Row, query: Query, values: dict[str, Any]) -> Row:
    if await writing.run(query, comment=row["id"], expected=row["version"], **values) is None:
        raise ChangedMeanwhile
    return await read_comment(writing, row["id"])


def _while(*phase: Any) -> Insert:
    """An insertion that happens only while the draft's phase lasts, and makes who would end it wait its turn."""
    still: Select[Any] = (
        select(*(bindparam(name, type_=column.type) for name, column in comments.c.items()))
        .where(drafts.c.id == bindparam("draft_id", type_=Uuid), *phase)
        .with_for_update(read=True, of=drafts)
    )
    return insert(comments).from_select(list(comments.c.keys()), still)


def _guarded(**values: Any) -> Update:
    return (
        update(comments)
        .where(comments.c.id == bindparam("comment", type_=Uuid))
        .where(comments.c.version == bindparam("expected", type_=Integer))
        .values(version=comments.c.version + 1, **values)
    )


_COMMENT_ON_DRAFT = Query(_while(in_discussion).returning(comments.c.id))
_COMMENT_ON_OPINION = Query(_while(is_open).returning(comments.c.id))
_ANSWER = Query(
    _guarded(
        **{name: bindparam(name) for name in ("outcome", "answer", "answer_language", "answer_clause")},
        **{name: bindparam(name) for name in ("answered_at", "answered_on")},
    ).returning(comments.c.id)
)
_MODERATE = Query(
    _guarded(**{name: bindparam(name) for name in ("hidden_at", "hidden_ground", "hidden_reason")}).returning(
        comments.c.id
    )
)
_owed = (
    comments.c.answered_at.is_(None),
    comments.c.overdue_recorded == literal_column("false"),
    comments.c.due_on < bindparam("today", type_=Date),
    drafts.c.id == comments.c.draft_id,
    is_open,
)
_late = (
    select(comments.c.id, drafts.c.agency_bin, drafts.c.number.label("draft_number"))
    .where(*_owed)
    .order_by(comments.c.due_on)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=comments)
    .cte("late")
)
_RECORD_OVERDUE = Query(
    update(comments)
    .where(comments.c.id == _late.c.id)
    .values(version=comments.c.version + 1, overdue_recorded=literal_column("true"))
    .returning(comments.c.id, comments.c.version, comments.c.due_on, _late.c.agency_bin, _late.c.draft_number)
)
_OLDEST_OVERDUE = Query(select(func.min(comments.c.due_on)).where(*_owed))
