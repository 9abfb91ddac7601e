"""What is reckoned of columns: steps that follow one another, each of them once however many formulas ask for it.

A profile and its `alternatives` differ in an answer or two. What does not depend on those is the same step.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from scorer.batch.approximate import Column


class Step:
    """What an operation makes of what earlier steps found and of constants, or a column as it is laid out (`key`)."""

    __slots__ = ("does", "doubts", "key", "of")

    def __init__(self, does: Callable[..., Any] | None, of: tuple[Any, ...], key: Hashable, *, doubts: bool) -> None:
        self.does, self.of, self.key, self.doubts = does, of, key, doubts


class Plan:
    """Steps in an order in which they can be taken."""

    def __init__(self) -> None:
        self._steps: dict[Hashable, Step] = {}

    @property
    def keys(self) -> list[Hashable]:
        """The keys of columns that are to be laid out."""
        return [step.key for step in self._steps.values() if step.does is None]

    def column(self, key: Hashable) -> Step:
        """Return the step that finds a column."""
        return self._steps.setdefault(("column", key), Step(None, (), key, doubts=False))

    def step(self, does: Callable[..., Any], *of: Any, doubts: bool = False) -> Step:
        """Return the step that does this; the same one whenever it is asked for.

        One that `doubts` finds two things: a value, and which of it is doubtful.
        """
        key = (does, *((type(one), one) for one in of))  # 1 is True, but not the same
        return self._steps.setdefault(key, Step(does, of, None, doubts=doubts))

    def leading_to(self, wanted: Sequence[Any]) -> "Program":
        """Return the steps that lead to the wanted ones; constants may be among these."""
        needed, taken = {one for one in wanted if isinstance(one, Step)}, []
        for step in reversed(self._steps.values()):
            if step in needed:
                last = {one for one in step.of if isinstance(one, Step)} - needed
                needed |= last
                taken.append((step, tuple(last)))
        return Program(tuple(wanted), tuple(reversed(taken)))


class Program:
    """Steps to take one after the other, and by each those that nobody asks for after it."""

    def __init__(self, wanted: tuple[Any, ...], steps: tuple[tuple[Step, tuple[Step, ...]], ...]) -> None:
        self._wanted, self._steps = wanted, steps

    def __len__(self) -> int:
        return len(self._steps)

    def run(self, columns: Mapping[Hashable, Any], lots: int) -> tuple[list[Any], Column]:
        """Return what is found of columns, and which of the lots are in doubt."""
        found: dict[Any, Any] = {}
        doubtful = np.zeros(lots, dtype=bool)
        with np.errstate(all="ignore"):
            for step, spent in self._steps:
                if step.does is None:
                    found[step] = columns[step.key]
                    continue
                value = step.does(*[found[one] if type(one) is Step else one for one in step.of])
                if step.doubts:
                    value, which = value
                    if np.any(which):
                        doubtful |= np.any(which, axis=0) if np.ndim(which) > 1 else which
                for one in spent:
                    del found[one]  # so that its memory, still near, is that of the next
                found[step] = value
        return [found[one] if type(one) is Step else one for one in self._wanted], doubtful
