"""What the rules of appeals refuse, in facts; how it is told to people is settled elsewhere."""

from collections.abc import Sequence
from datetime import date


class NotAllowedNow(Exception):
    """The appeal's status does not allow the action."""

    def __init__(self, *, action: str, status: str, allowed_actions: Sequence[str]) -> None:
        super().__init__(f"{action} is not allowed in {status}")
        self.action = action
        self.status = status
        self.allowed_actions = [str(allowed) for allowed in allowed_actions]


class TermExpired(Exception):
    """The term has passed without an answer: by law the appeal is refused, and no later decision undoes that."""

    def __init__(self, due_on: date) -> None:
        super().__init__(f"the term expired on {due_on}")
        self.due_on = due_on


class ForwardingTooLate(Exception):
    """The days in which a body may still say that it is not competent are over."""

    def __init__(self, forward_by: date) -> None:
        super().__init__(f"forwarding was possible until {forward_by}")
        self.forward_by = forward_by


class SameAgency(Exception):
    """An appeal cannot be forwarded to the body that has it."""


class CalendarMissing(Exception):
    """The working calendar of the days that would have to be counted is not known yet."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the appeal between its being read and its being changed."""


class PartyUnknown(Exception):
    """The caller's token names neither a person's nor a company's number, so nobody would be the applicant."""
