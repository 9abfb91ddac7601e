"""What the rules of appeals refuse, in facts; how it is told to people is settled elsewhere."""

from datetime import date


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
