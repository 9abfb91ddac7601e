"""What the rules of public comment refuse, in facts; how it is told to people is settled elsewhere."""

from collections.abc import Sequence
from datetime import date


class DiscussionTooShort(Exception):
    """The discussion would end before the day that the law allows at the earliest for such a draft."""

    def __init__(self, *, until: date, earliest: date, days: int, source: str) -> None:
        super().__init__(f"the discussion cannot end on {until}; {earliest} at the earliest")
        self.until = until
        self.earliest = earliest
        self.days = days
        self.source = source
        self.errors = [{"pointer": "/discussion_until", "detail": f">= {earliest.isoformat()}"}]


class DiscussionOver(Exception):
    """The last day on which the public could comment has passed."""

    def __init__(self, until: date) -> None:
        super().__init__(f"the discussion ended on {until}")
        self.until = until


class UnknownType(Exception):
    """No type of draft in force on the day has this code."""

    def __init__(self, given: str) -> None:
        super().__init__(f"no type of draft in force is {given!r}")
        self.given = given


class UnknownClause(Exception):
    """The text has no clause of this id."""

    def __init__(self, clause: str) -> None:
        super().__init__(f"there is no clause {clause!r}")
        self.clause = clause


class RepeatedClause(Exception):
    """Two clauses of one text claim the same id."""

    def __init__(self, clause: str) -> None:
        super().__init__(f"the clause {clause!r} stands twice")
        self.clause = clause


class LanguageMissing(Exception):
    """A declared language of the draft lacks its words in one place."""

    def __init__(self, *, language: str, pointer: str) -> None:
        super().__init__(f"{pointer} has no words in {language}")
        self.language = language
        self.pointer = pointer
        self.errors = [{"pointer": pointer, "detail": language}]


class AnsweredAlready(Exception):
    """The comment has its answer, which stands."""


class ModeratedAlready(Exception):
    """The comment is hidden already, or is not hidden."""


class Unanswered(Exception):
    """The report is owed answers first; `count` comments wait, and the `first` of them are named."""

    def __init__(self, count: int, first: Sequence[tuple[str, date]]) -> None:
        super().__init__(f"{count} comments are not answered")
        self.count = count
        self.errors = [
            {"pointer": f"/v1/comments/{comment}", "detail": f"due_on {due_on.isoformat()}"}
            for comment, due_on in first
        ]


class AgencyUnknown(Exception):
    """The caller's token does not name, by its BIN, the body in whose office the caller acts."""
