"""The shape of a term of an appeal."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from appeals.domain.case_clocks import Binds, CaseClock, State
from appeals.schemas.agencies import AgencyName, name_of
from servicekit.shapes import Basis, Term, basis_of, term_of


class AppealClock(BaseModel):
    """A term of an appeal, or of a complaint about it, as it stands today, and the rule that gives it.

    Of `appeal.preliminary_notice`, `due_on` is the first day on which an adverse decision is allowed. `term` is the
    rule's own: a body may set more or less for a correction, and an extension or a pause moves `due_on`.
    """

    matter: str
    binds: Annotated[Binds, Field(description="Whose term it is: the body's, the applicant's or the higher body's.")]
    agency: Annotated[AgencyName, Field(description="The body where the appeal was then; of a review the body above.")]
    complaint: Annotated[UUID | None, Field(description="Whose term it is, if it is not the appeal's own.")]
    starts_on: date
    due_on: date
    kept_on: date | None
    state: State
    late_by: Annotated[int, Field(description="Working days after `due_on`, until it was done or until today.")]
    days_left: Annotated[int | None, Field(description="Working days after today; null when it does not run.")]
    term: Term
    basis: Basis


def clock_of(found: CaseClock) -> AppealClock:
    """A term as the parties see it."""
    return AppealClock(
        matter=found.matter,
        binds=found.binds,
        agency=name_of(found.agency),
        complaint=found.complaint,
        starts_on=found.starts_on,
        due_on=found.due_on,
        kept_on=found.kept_on,
        state=found.state,
        late_by=found.late_by,
        days_left=found.days_left,
        term=term_of(found.rule.term),
        basis=basis_of(found.rule),
    )
