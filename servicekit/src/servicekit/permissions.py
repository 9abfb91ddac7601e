"""Who may do what: one table per service, operation by role by relation to the object."""

from collections.abc import Collection, Mapping

from servicekit.identity import Caller

ANYONE = "anyone"
SIGNED_IN = "signed-in"
ANY = "any"


class Unauthenticated(Exception):
    """The operation needs to know who is asking."""


class Forbidden(Exception):
    """The caller is known and may not do this."""

    def __init__(self, operation: str) -> None:
        super().__init__(operation)
        self.operation = operation


class NotFound(Exception):
    """There is no such object, or it is not this caller's to see; the answer is the same."""


class Permissions:
    """The table `{operation: {role: relations}}`.

    The role `ANYONE` opens an operation to people without a token, `SIGNED_IN` to anyone with one; the relation `ANY`
    asks for no tie to the object.
    """

    def __init__(self, table: Mapping[str, Mapping[str, Collection[str]]]) -> None:
        self.table = {
            operation: {role: frozenset(relations) for role, relations in row.items()}
            for operation, row in table.items()
        }

    def admit(self, operation: str, caller: Caller) -> None:
        """Let in a caller who has a role for the operation, before any object is looked at.

        Raises:
            Unauthenticated: nobody has said who is asking, and it matters.
            Forbidden: no role of the caller is in the operation's row.
        """
        row = self.table[operation]
        if ANYONE in row or not caller.roles.isdisjoint(row):
            return
        if caller.subject is None:
            raise Unauthenticated
        if SIGNED_IN not in row:
            raise Forbidden(operation)

    def role_for(self, operation: str, caller: Caller, relation: str) -> str | None:
        """The role in which the caller may do the operation to an object so related, or None."""
        row = self.table[operation]
        everybody = [SIGNED_IN] if caller.subject is not None and SIGNED_IN in row else []
        for role in sorted(caller.roles & row.keys()) + everybody:
            if ANY in row[role] or relation in row[role]:
                return role
        return ANYONE if ANYONE in row else None

    def require(self, operation: str, caller: Caller, relation: str, *, sight: str) -> str:
        """The role in which the caller does `operation`; `sight` is the operation that lets one see the object.

        Raises:
            NotFound: the caller may not even see the object.
            Forbidden: the caller sees it and may not do this.
        """
        role = self.role_for(operation, caller, relation)
        if role is not None:
            return role
        if self.role_for(sight, caller, relation) is None:
            raise NotFound
        raise Forbidden(operation)
