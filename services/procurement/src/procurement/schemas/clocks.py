"""The shape of a clock: a term of the law as it stands today."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from procurement.domain.clocks import Bound, State
from procurement.domain.clocks import Clock as Reckoned
from procurement.schemas.parts import Basis


class Clock(BaseModel):
    """A term: `due_on` is the last day of what is due at the `latest`, or the first of what may come at the `earliest`.

    `late_by` counts working days. `about` is the object whose step it is. Without a `basis` no rule in force gives the
    term (`undecided`); without `due_on` its end lies beyond the known `calendar` (`uncounted`).
    """

    matter: str
    about: UUID
    bound: Bound
    state: State
    starts_on: date
    due_on: date | None
    done_on: date | None
    late_by: int
    basis: Basis | None
    calendar: str


def clock_of(found: Reckoned, about: UUID) -> Clock:
    """A clock of an object, as everybody sees it."""
    rule = found.rule
    return Clock(
        matter=found.matter,
        about=about,
        bound=found.bound,
        state=found.state,
        starts_on=found.starts_on,
        due_on=found.due_on,
        done_on=found.done_on,
        late_by=found.late_by,
        basis=None if rule is None else Basis(rules=rule.rules, version=rule.version, source=rule.source),
        calendar=found.calendar,
    )
