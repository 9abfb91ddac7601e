"""The JSON shapes of what the public says, what the drafter answers, and the report on all of it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from legal_acts.domain.clauses import Carried, Change, carry, change_of
from legal_acts.domain.clocks import pinned_answer_clock
from legal_acts.domain.comment import Ground, Moderation, Outcome, State, is_late, is_overdue, state_of
from legal_acts.domain.draft import OPEN, Phase
from legal_acts.permissions import PERMISSIONS, relation_to_comment, sees_hidden
from legal_acts.queries import Texts
from legal_acts.schemas.words import ClauseId, Words
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language
from servicekit.shapes import Asked, Basis, NextAction, basis_of
from statute.deadlines import local


class NewComment(Asked):
    """A comment on a clause, or without one on the whole draft; `suggestion` is the wording that one would prefer."""

    clause: ClauseId | None = None
    text: Words
    suggestion: Words | None = None
    language: Language


class NewOpinionComment(Asked):
    """A comment on an expert opinion."""

    text: Words
    language: Language


class NewAnswer(Asked):
    """The drafter's answer; one that accepts cites the clause where the text shows it."""

    outcome: Outcome
    reason: Words
    language: Language
    clause: ClauseId | None = None

    @model_validator(mode="after")
    def _accepted_somewhere(self) -> Any:
        if self.outcome is Outcome.ACCEPTED and self.clause is None:
            raise ValueError("what is accepted is accepted in a clause")
        return self


class NewModeration(Asked):
    """To hide a comment's words on a ground, or to show them again; why, the public reads while they are hidden."""

    action: Moderation
    ground: Ground | None = None
    reason: Words

    @model_validator(mode="after")
    def _hidden_on_a_ground(self) -> Any:
        if (self.action is Moderation.HIDE) != (self.ground is not None):
            raise ValueError("hiding needs a ground, and nothing else has one")
        return self


class Author(BaseModel):
    """Who wrote: a company by its name, a person by the first name and the first letter of the surname."""

    kind: Literal["person", "company"]
    name: str | None


class CommentAnswer(BaseModel):
    """The drafter's answer. `clause_change` is what became of the cited clause since the text that was commented on."""

    outcome: Outcome
    reason: str
    language: Language
    clause: str | None
    clause_change: Change | None
    answered_at: datetime
    late: bool


class Hidden(BaseModel):
    """Why a comment's words are not shown."""

    ground: Ground
    reason: str
    at: datetime


class CommentSummary(BaseModel):
    """A comment as it stands in a list.

    `version` is the text that it was made on, `carried` how it stands in the current one. `text` is null while it is
    hidden, but for its author, for who must answer it and for moderators. `due_on` is null where no answer is owed.
    """

    id: UUID
    draft: UUID
    opinion: UUID | None
    version: int
    clause: str | None
    carried: Carried | None
    author: Author
    text: str | None
    suggestion: str | None
    language: Language
    submitted_at: datetime
    state: State
    due_on: date | None
    overdue: bool
    answer: CommentAnswer | None
    hidden: Hidden | None
    synthetic: bool


class Comment(CommentSummary):
    """A comment with the rule on its answer and what this caller may do now."""

    basis: Basis | None
    actions: list[NextAction]


class ReportCounts(BaseModel):
    """What came in the discussion and what became of it."""

    received: int
    answered: int
    accepted: int
    partly: int
    not_accepted: int
    late: int
    hidden: int


class ReportDiscussion(BaseModel):
    """From when to when the public could comment."""

    opened_on: date
    until: date


class ReportedComment(BaseModel):
    """A comment with its answer, as it stood when the report was made."""

    id: UUID
    clause: str | None
    version: int
    author: str | None
    submitted_at: datetime
    due_on: date
    language: Language
    text: str | None
    suggestion: str | None
    hidden: Ground | None
    outcome: Outcome
    reason: str
    reason_language: Language
    answer_clause: str | None
    answered_at: datetime
    late: bool


class Report(BaseModel):
    """The report that ended a discussion; only the words of a comment that was hidden since are left out."""

    number: str
    produced_at: datetime
    discussion: ReportDiscussion
    versions: Annotated[int, Field(description="How many versions the text had by then.")]
    counts: ReportCounts
    comments: list[ReportedComment]


def comment_summary_of(row: Row, caller: Caller, texts: Texts, today: date) -> CommentSummary:
    """A row as it stands in a list, for this caller."""
    return CommentSummary(**_summary(row, caller, texts, today))


def comment_of(row: Row, caller: Caller, texts: Texts, today: date) -> Comment:
    """A row as this caller sees it, with what they may do now."""
    relation = relation_to_comment(row, caller)
    return Comment(
        **_summary(row, caller, texts, today),
        basis=None if row["due_on"] is None else basis_of(pinned_answer_clock(row).rule),
        actions=[
            NextAction(name=name, method="POST", href=f"/v1/comments/{row['id']}/{name}")
            for name, operation in _actions(row)
            if PERMISSIONS.role_for(operation, caller, relation)
        ],
    )


def report_shown(body: dict[str, Any], hidden: dict[str, str]) -> Report:
    """A report as it was kept, without the words that moderators have hidden since."""
    comments = [
        each | {"text": None, "suggestion": None, "hidden": hidden[each["id"]]} if each["id"] in hidden else each
        for each in body["comments"]
    ]
    return Report.model_validate(body | {"comments": comments})


def author_of(row: Row) -> Author:
    return Author(kind="company" if row["author_scheme"] == "KZ-BIN" else "person", name=row["author_shown"])


def _actions(row: Row) -> list[tuple[str, str]]:
    owed = row["answered_at"] is None and Phase(row["phase"]) in OPEN
    return [("answers", "answer_comment")] * owed + [("moderation", "moderate_comment")]


def _summary(row: Row, caller: Caller, texts: Texts, today: date) -> dict[str, Any]:
    shown = row["hidden_at"] is None or sees_hidden(row, caller)
    return {
        "id": row["id"],
        "draft": row["draft_id"],
        "opinion": row["opinion_id"],
        "version": row["on_version"],
        "clause": row["clause"],
        "carried": _carried(row, texts),
        "author": author_of(row),
        "text": row["text"] if shown else None,
        "suggestion": row["suggestion"] if shown else None,
        "language": row["language"],
        "submitted_at": local(row["submitted_at"]),
        "state": state_of(row),
        "due_on": row["due_on"],
        "overdue": is_overdue(row, today),
        "answer": _answer(row, texts),
        "hidden": _hidden(row),
        "synthetic": row["synthetic"],
    }


def _carried(row: Row, texts: Texts) -> Carried | None:
    if row["clause"] is None:
        return None
    if row["on_version"] == row["current"]:
        return Carried.EXACT
    return carry(row["clause"], texts[row["on_version"]], texts[row["current"]])


def _answer(row: Row, texts: Texts) -> CommentAnswer | None:
    if row["answered_at"] is None:
        return None
    return CommentAnswer(
        outcome=row["outcome"],
        reason=row["answer"],
        language=row["answer_language"],
        clause=row["answer_clause"],
        clause_change=_clause_change(row, texts),
        answered_at=local(row["answered_at"]),
        late=is_late(row["answered_at"], row["due_on"]),
    )


def _clause_change(row: Row, texts: Texts) -> Change | None:
    if row["answer_clause"] is None:
        return None
    if row["on_version"] == row["current"]:
        return Change.UNCHANGED
    return change_of(row["answer_clause"], texts[row["on_version"]], texts[row["current"]])


def _hidden(row: Row) -> Hidden | None:
    if row["hidden_at"] is None:
        return None
    return Hidden(ground=row["hidden_ground"], reason=row["hidden_reason"], at=local(row["hidden_at"]))
