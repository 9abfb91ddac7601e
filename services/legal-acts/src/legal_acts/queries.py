"""Questions about drafts and what is said of them, each one SELECT."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from legal_acts.domain.clauses import Clause, from_json
from legal_acts.domain.comment import Outcome, Wanted
from legal_acts.tables import comments, drafts, is_open, opinions, reports, versions
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound
from servicekit.transactions import RestrictedReading

Texts = Mapping[int, tuple[Clause, ...]]


@dataclass(frozen=True, slots=True)
class Sought:
    """What part of the drafts is asked for; None asks for no restriction."""

    type: str | None = None
    agency: str | None = None
    phase: str | None = None
    q: str | None = None


async def read_draft(reading: Reading, draft_id: UUID) -> Row:
    """One draft; raises NotFound."""
    return _found(await reading.one(_DRAFT, id=draft_id))


async def see_draft(restricted: RestrictedReading, _: Caller, draft_id: UUID, __: datetime) -> bool:
    """Let anybody see the receipt of a draft; raises NotFound."""
    await read_draft(restricted.reading, draft_id)
    return True


async def see_report(restricted: RestrictedReading, _: Caller, draft_id: UUID, __: datetime) -> bool:
    """Let anybody see the receipt of a draft that is reported on; raises NotFound."""
    await read_report(restricted.reading, draft_id)
    return True


async def see_comment(restricted: RestrictedReading, caller: Caller, comment_id: UUID, _: datetime) -> bool:
    """Let anybody see the receipt of a comment, and its author what was said, by whom; raises NotFound."""
    return _is_author(await read_comment(restricted.reading, comment_id), caller)


async def see_opinion(restricted: RestrictedReading, caller: Caller, opinion_id: UUID, _: datetime) -> bool:
    """Let anybody see the receipt of an opinion, and its author what was said, by whom; raises NotFound."""
    return _is_author(await read_opinion(restricted.reading, opinion_id), caller)


async def list_drafts(reading: Reading, sought: Sought, *, after: UUID | None, limit: int) -> list[Row]:
    """Drafts, newest first, one more than `limit`."""
    asked = asdict(sought) | {"after": after}
    values = {name: value for name, value in asked.items() if value is not None}
    query = _listing(frozenset(values))
    if "q" in values:
        values["q"] = _pattern(values["q"])
    return await reading.all(query, **values, limit=limit + 1)


async def read_version(reading: Reading, draft_id: UUID, n: int) -> Row:
    """One version of a draft's text; raises NotFound."""
    return _found(await reading.one(_VERSION, draft=draft_id, n=n))


async def texts_of(reading: Reading, draft_id: UUID, numbers: Sequence[int]) -> Texts:
    """The clauses of these versions of a draft, by their numbers; those that do not exist are left out."""
    if not numbers:
        return {}
    rows = await reading.all(_TEXTS, draft=draft_id, numbers=sorted(set(numbers)))
    return {row["n"]: from_json(row["clauses"]) for row in rows}


async def texts_for(reading: Reading, rows: Sequence[Row]) -> Texts:
    """The versions that tell how these comments on one draft stand now; none when no newer one has come."""
    passed = {row["on_version"] for row in rows if row["on_version"] != row["current"]}
    return await texts_of(reading, rows[0]["draft_id"], [*passed, rows[0]["current"]]) if passed else {}


async def read_comment(reading: Reading, comment_id: UUID) -> Row:
    """One comment with what its draft says of it; raises NotFound."""
    return _found(await reading.one(_COMMENT, id=comment_id))


async def list_comments(  # noqa: PLR0913 - two filters beside the page
    reading: Reading,
    draft_id: UUID,
    *,
    clause: str | None,
    state: Wanted | None,
    today: date,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """The public's comments on a draft, oldest first, one more than `limit`."""
    given = {"clause": clause, "after": after, "today": today if state is Wanted.OVERDUE else None}
    values = {name: value for name, value in given.items() if value is not None}
    query = _comments_by(frozenset(values), state)
    return await reading.all(query, draft=draft_id, limit=limit + 1, **values)


async def all_comments(reading: Reading, draft_id: UUID) -> list[Row]:
    """Every comment of the public on a draft, oldest first; what its report is made of."""
    return await reading.all(_ALL_COMMENTS, draft=draft_id)


async def read_opinion(reading: Reading, opinion_id: UUID) -> Row:
    """One opinion with the phase of its draft; raises NotFound."""
    return _found(await reading.one(_OPINION, id=opinion_id))


async def list_opinions(reading: Reading, draft_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """The opinions on a draft, oldest first, one more than `limit`."""
    return await reading.all(_OPINIONS, draft=draft_id, after=after or UUID(int=0), limit=limit + 1)


async def list_opinion_comments(reading: Reading, opinion_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """The public's comments on an opinion, oldest first, one more than `limit`."""
    return await reading.all(_OPINION_COMMENTS, opinion=opinion_id, after=after or UUID(int=0), limit=limit + 1)


async def read_report(reading: Reading, draft_id: UUID) -> Row:
    """The report on a draft as it was produced; raises NotFound."""
    return _found(await reading.one(_REPORT, draft=draft_id))


async def hidden_comments(reading: Reading, draft_id: UUID) -> dict[str, str]:
    """The comments on a draft that are hidden now, with the ground; a report made before must not show them."""
    return {str(row["id"]): row["hidden_ground"] for row in await reading.all(_HIDDEN, draft=draft_id)}


async def count_comments(reading: Reading, draft_id: UUID, today: date) -> Row:
    """How many comments came, were answered, were answered in time, are past their day and are hidden."""
    return _found(await reading.one(_COUNTS, draft=draft_id, today=today))


async def accepted_comments(reading: Reading, draft_id: UUID) -> list[Row]:
    """The accepted comments, counted by the version they were made on and the clause that the answer cites."""
    return await reading.all(_ACCEPTED, draft=draft_id)


def _is_author(row: Row, caller: Caller) -> bool:
    return caller.party == (row["author_scheme"], row["author_id"])


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


@lru_cache(maxsize=64)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    conditions = {
        "type": drafts.c.type == bindparam("type"),
        "agency": drafts.c.agency_bin == bindparam("agency"),
        "phase": drafts.c.phase == bindparam("phase"),
        "q": drafts.c.sought.ilike(bindparam("q")),
        "after": drafts.c.id < bindparam("after"),
    }
    statement = select(*drafts.c).where(*(conditions[name] for name in sorted(given)))
    return Query(statement.order_by(drafts.c.id.desc()).limit(bindparam("limit")))


@lru_cache(maxsize=64)
def _comments_by(given: frozenset[str], state: Wanted | None) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    conditions = {
        "clause": comments.c.clause == bindparam("clause"),
        "after": comments.c.id > bindparam("after"),
        "today": and_(is_open, comments.c.due_on < bindparam("today", type_=Date)),
    }
    states = {
        Wanted.UNANSWERED: comments.c.answered_at.is_(None),
        Wanted.OVERDUE: comments.c.answered_at.is_(None),
        Wanted.ANSWERED: comments.c.answered_at.is_not(None),
        Wanted.HIDDEN: comments.c.hidden_at.is_not(None),
    }
    statement = _on_drafts.where(*(conditions[name] for name in sorted(given)))
    if state is not None:
        statement = statement.where(states[state])
    return Query(statement.order_by(comments.c.id).limit(bindparam("limit")))


def _pattern(q: str) -> str:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


_of_its_draft = (drafts.c.phase, drafts.c.agency_bin, drafts.c.current, drafts.c.number.label("draft_number"))
_whole_comment = select(*comments.c, *_of_its_draft).join(drafts, drafts.c.id == comments.c.draft_id)
_of_the_public = (comments.c.draft_id == bindparam("draft", type_=Uuid), comments.c.opinion_id.is_(None))
_on_drafts = _whole_comment.where(*_of_the_public)
_late_or_due = comments.c.due_on < bindparam("today", type_=Date)

_DRAFT = Query(select(*drafts.c).where(drafts.c.id == bindparam("id")))
_VERSION = Query(
    select(*versions.c).where(
        versions.c.draft_id == bindparam("draft", type_=Uuid), versions.c.n == bindparam("n", type_=Integer)
    )
)
_TEXTS = Query(
    select(versions.c.n, versions.c.clauses).where(
        versions.c.draft_id == bindparam("draft", type_=Uuid),
        versions.c.n == any_(bindparam("numbers", type_=ARRAY(Integer))),
    )
)
_COMMENT = Query(_whole_comment.where(comments.c.id == bindparam("id")))
_ALL_COMMENTS = Query(select(*comments.c).where(*_of_the_public).order_by(comments.c.id))
_OPINION = Query(
    select(*opinions.c, *_of_its_draft)
    .join(drafts, drafts.c.id == opinions.c.draft_id)
    .where(opinions.c.id == bindparam("id"))
)
_OPINIONS = Query(
    select(*opinions.c)
    .where(opinions.c.draft_id == bindparam("draft", type_=Uuid), opinions.c.id > bindparam("after", type_=Uuid))
    .order_by(opinions.c.id)
    .limit(bindparam("limit"))
)
_OPINION_COMMENTS = Query(
    _whole_comment.where(
        comments.c.opinion_id == bindparam("opinion", type_=Uuid), comments.c.id > bindparam("after", type_=Uuid)
    )
    .order_by(comments.c.id)
    .limit(bindparam("limit"))
)
_REPORT = Query(select(*reports.c).where(reports.c.draft_id == bindparam("draft", type_=Uuid)))
_HIDDEN = Query(
    select(comments.c.id, comments.c.hidden_ground).where(*_of_the_public, comments.c.hidden_at.is_not(None))
)
_COUNTS = Query(
    select(
        func.count().label("received"),
        func.count(comments.c.answered_at).label("answered"),
        func.count().filter(comments.c.answered_on <= comments.c.due_on).label("answered_in_time"),
        func.count().filter(comments.c.answered_at.is_(None), _late_or_due).label("past_due"),
        func.count(comments.c.hidden_at).label("hidden"),
    ).where(*_of_the_public)
)
_ACCEPTED = Query(
    select(comments.c.on_version, comments.c.answer_clause, func.count().label("comments"))
    .where(*_of_the_public, comments.c.outcome == Outcome.ACCEPTED)
    .group_by(comments.c.on_version, comments.c.answer_clause)
)
