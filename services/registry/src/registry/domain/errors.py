"""What the rules of the registry refuse, in facts; how it is told to people is settled elsewhere."""


class OfficeUnknown(Exception):
    """The caller's token names no office, so nobody would answer for the proceeding."""


class ReceivedLater(Exception):
    """The document is said to have been received at a moment that has not come yet."""


class RestrictionInForce(Exception):
    """A restriction of this kind is in force in the proceeding already."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} is in force")
        self.kind = kind


class GroundMissing(Exception):
    """The facts of the proceeding do not give the restriction the ground that was named; `needed` is in tenge."""

    def __init__(self, *, kind: str, ground: str, debt: str, needed: str | None, source: str) -> None:
        super().__init__(f"{kind} on the ground of {ground} has no ground")
        self.kind = kind
        self.ground = ground
        self.debt = debt
        self.needed = needed
        self.source = source


class BirthDateNeeded(Exception):
    """A person was asked for by name alone, which would list namesakes."""


class NameIncomplete(Exception):
    """A person was asked for by fewer than two words, which would list namesakes."""


class NotOneQuestion(Exception):
    """A search must be by IIN, by BIN, or by name and birth date: one of them, and whole."""
