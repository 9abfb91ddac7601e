"""Many equal terms of time with one timer for all, because a timer each would cost more than what it guards."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class Deadlines(Generic[Item]):
    """Calls `due` with each item that was added and not removed for `seconds`."""

    def __init__(self, seconds: float, due: Callable[[Item], None]) -> None:
        self._seconds = seconds
        self._due = due
        self._ends: dict[Item, float] = {}  # in the order of their ends, since all terms are equal
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that runs, found once, since to find it costs a system call."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    def add(self, item: Item) -> None:
        loop = self._loop or self.loop
        self._ends[item] = ends = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(ends, self._look)

    def remove(self, item: Item) -> None:
        """Whatever becomes of the item now; one that is not there (any more) is no mistake."""
        self._ends.pop(item, None)

    def stop(self) -> None:
        """Forget all items."""
        self._ends.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = self.loop
        self._timer = None
        now = loop.time()
        overdue = []
        for item, ends in self._ends.items():
            if ends > now:
                self._timer = loop.call_at(ends, self._look)
                break
            overdue.append(item)
        for item in overdue:
            if self._ends.pop(item, None) is not None:
                self._due(item)
