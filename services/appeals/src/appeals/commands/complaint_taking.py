"""What every step of a complaint has in common: who may take it now, and what it does to the appeal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from appeals.commands.taking import applicant_of, tell
from appeals.domain.appeal import Action as AppealAction
from appeals.domain.appeal import Status as AppealStatus
from appeals.domain.appeal import transition as appeal_transition
from appeals.domain.complaint import Action, Status, transition
from appeals.domain.errors import TermExpired
from appeals.notices import COMPLAINT_KIND, COMPLAINT_TOLD, complaint_notices, complaint_notices_to_bodies
from appeals.permissions import COMPLAINT_OPERATIONS, COMPLAINT_SIGHT, PERMISSIONS, relation_to_complaint
from appeals.queries.complaints import appeal_behind
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.notices import notify
from servicekit.steps import Step, take
from statute.deadlines import local


def begin_complaint(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may take it now.

    Raises:
        NotFound: the complaint is not the caller's to see.
        Forbidden: the caller sees it and may not do this.
        NotAllowedNow: the complaint's status does not allow it.
    """
    relation = relation_to_complaint(row, caller)
    role = PERMISSIONS.require(COMPLAINT_OPERATIONS[action], caller, relation, sight=COMPLAINT_SIGHT)
    edge = transition(Status(row["status"]), action)
    return Step(row, edge.target, edge.event, role, now)


def begin_by_law(row: Row, action: Action, now: datetime) -> Step:
    """The step that the rules take of themselves when a term has passed."""
    edge = transition(Status(row["status"]), action)
    return Step(row, edge.target, edge.event, "system", now)


def require_in_term(row: Row, column: str, now: datetime) -> None:
    """Raises TermExpired when the day in a column of the complaint has passed."""
    if local(now).date() > row[column]:
        raise TermExpired(row[column])


async def move(
    writing: Writing,
    step: Step,
    query: Query,
    values: dict[str, Any],
    *,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> Row:
    """Take a step of a complaint and enter it in the journal; the complaint as it is now.

    Raises:
        ChangedMeanwhile: somebody else changed the complaint since it was read.
    """
    owner = applicant_of(step.row)
    return await take(writing, step, query, values, kind=COMPLAINT_KIND, public=public, private=private, owner=owner)


async def end_in_appeal(  # noqa: PLR0913 - a step has these sides
    writing: Writing,
    step: Step,
    new: Row,
    action: AppealAction,
    query: Query,
    values: dict[str, Any],
    *,
    public: Mapping[str, Any] | None = None,
) -> None:
    """Let the end of a complaint, which `step` was, do to its appeal what the table says, and tell the applicant.

    `public` is what the journal says of it besides the body and the complaint.

    Raises:
        ChangedMeanwhile: somebody else changed the appeal since it was read.
    """
    appeal = await appeal_behind(writing, new)
    edge = appeal_transition(AppealStatus(appeal["status"]), action)
    after = Step(appeal, edge.target, edge.event, step.role, step.now)
    said = {"agency": appeal["agency"], "complaint": str(new["id"]), **(public or {})}
    await announce(writing, step, new, await tell(writing, after, query, values, public=said))


async def announce(writing: Writing, step: Step, new: Row, appeal: Row) -> None:
    """Tell the applicant of a step that others took, and the bodies, once it shows in the complaint and the appeal."""
    told = complaint_notices(step.event, new, appeal) if step.event in COMPLAINT_TOLD else []
    await notify(writing, *told, *complaint_notices_to_bodies(step.event, new, appeal), at=step.now)
