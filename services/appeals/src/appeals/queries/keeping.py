"""Answers for which much is read and reckoned are kept in memory, for as long as what they are made of is the same."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sized
from typing import Any, TypeVar

ROWS = 40_000
_Answer = TypeVar("_Answer", bound=Sized)


class Kept:
    """The answers that were asked for last, as many as have so many rows together; nobody changes them.

    An answer is found by all that it is made of, so it is never an old one.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self._free = rows
        self._rows = rows
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    async def answer(self, made_of: Hashable, reckon: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """The answer that is kept, or that which is reckoned now."""
        found: _Answer | None = self._answers.get(made_of)
        if found is not None:
            self._answers.move_to_end(made_of)
            return found
        new = await reckon()
        if len(new) < self._rows and made_of not in self._answers:
            self._answers[made_of] = new
            self._free -= len(new) + 1
            while self._free < 0:
                _, oldest = self._answers.popitem(last=False)
                self._free += len(oldest) + 1
        return new
