"""What is done in the discussion of a draft: it is opened, commented on, answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert
from uuid_utils.compat import uuid7

from procurement.commands.bids import party_of
from procurement.domain import discussion
from procurement.domain.bid import is_sound
from procurement.domain.clocks import Law, late_fact
from procurement.domain.discussion import ANSWER_STEP, comments_until, require_open
from procurement.domain.tender import Action, Status, transition
from procurement.permissions import PERMISSIONS, SIGHT, relation_to
from procurement.tables import comments, tenders
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from servicekit.steps import change, changing
from statute.deadlines import local


async def open_discussion(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Show a draft to everybody, for comments in the days that the law gives.

    Raises:
        NotFound, Forbidden: the caller does not buy it.
        NotAllowedNow: it is no draft.
        CalendarMissing, Undecided: as `discussion.comments_until`.
        ChangedMeanwhile: the tender was changed since it was read.
    """
    role = PERMISSIONS.require("open_discussion", caller, relation_to(row, caller), sight=SIGHT)
    edge = transition(Status(row["status"]), Action.DISCUSSION)
    until = comments_until(now, Law(row["rules"], local(now).date(), row["method"]))
    new = await change(writing, _OPEN, row, edge.target, discussion_opened_at=now, comments_until=until)
    public = {"number": new["number"], "buyer": new["buyer"], "comments_until": until.isoformat()}
    record(writing, edge.event, Object("tender", new["id"], new["version"]), at=now, role=role, public=public)
    return new


async def comment(
    writing: Writing, caller: Caller, tender: Row, text: str, language: str, *, now: datetime
) -> Mapping[str, Any]:
    """Comment on a draft under discussion; comment and answer are for everybody.

    Raises:
        PartyUnknown: the caller's token names no number, or one that nobody can have.
        CommentsClosed: the days for comments have passed, or there were none.
    """
    role = PERMISSIONS.require("comment_on_tender", caller, "", sight=SIGHT)
    if caller.party is None or not is_sound(*caller.party):
        raise PartyUnknown
    under = tender["discussion_opened_at"] if tender["status"] == Status.IN_DISCUSSION else None
    require_open(tender["comments_until"], under, now)
    edge = discussion.transition(None, discussion.Action.COMMENT)
    row: dict[str, Any] = {
        **dict.fromkeys(comments.c.keys()),
        "id": uuid7(),
        "version": 1,
        "status": edge.target,
        "synthetic": caller.synthetic,
        "tender_id": tender["id"],
        "party_id": await party_of(writing, caller),
        "text": text,
        "language": language,
        "made_at": now,
    }
    await writing.run(_COMMENT, **row)
    public = {"tender": str(tender["id"]), "text": text}
    record(writing, edge.event, Object("comment", row["id"], 1), at=now, role=role, public=public)
    scheme, number = caller.party
    return row | {"scheme": scheme, "number": number, "name": caller.name}


async def answer_tender_comment(
    writing: Writing, caller: Caller, tender: Row, row: Row, text: str, *, now: datetime
) -> Mapping[str, Any]:
    """Answer a comment as the body that buys; late or not, it is taken.

    Raises:
        NotFound, Forbidden: the caller does not buy it.
        NotAllowedNow: the comment has its answer.
        ChangedMeanwhile: the comment was changed since it was read.
    """
    role = PERMISSIONS.require("answer_tender_comment", caller, relation_to(tender, caller), sight=SIGHT)
    edge = discussion.transition(discussion.Status(row["status"]), discussion.Action.ANSWER)
    new = await change(writing, _ANSWER, row, edge.target, answer=text, answered_at=now)
    law = Law(tender["rules"], local(tender["discussion_opened_at"]).date(), tender["method"])
    public = {"tender": str(tender["id"]), "answer": text} | late_fact(ANSWER_STEP, tender["comments_until"], now, law)
    record(writing, edge.event, Object("comment", new["id"], new["version"]), at=now, role=role, public=public)
    return {**row, **new}


_OPEN = changing(tenders, "discussion_opened_at", "comments_until")
_COMMENT = Query(insert(comments).values({name: bindparam(name) for name in comments.c.keys()}))  # noqa: SIM118
_ANSWER = changing(comments, "answer", "answered_at")
