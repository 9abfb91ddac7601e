"""Requests counted in this process's memory, by fixed windows of a minute.

`limits` has a store of this kind too, but it looks through all of its keys at almost every hit.
"""

import math
import time
from collections.abc import Callable

WINDOW_SECONDS = 60


class Counts:
    """How often each key was hit in its window, which begins with its first hit."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._hits: dict[tuple[str, str], list[float]] = {}  # the count, and when its window ends
        self._cleaned = now()

    def __len__(self) -> int:
        return len(self._hits)

    def hit(self, kind: str, who: str, limit: int) -> int:
        """Count once more; the seconds until there is room again, or 0 when there is."""
        now = self._now()
        window = self._hits.get((kind, who))
        if window is None or window[1] <= now:
            if now - self._cleaned > WINDOW_SECONDS:
                self._hits = {key: hit for key, hit in self._hits.items() if hit[1] > now}
                self._cleaned = now
            self._hits[kind, who] = [1, now + WINDOW_SECONDS]
            return 0  # a limit is one at least
        window[0] += 1
        return 0 if window[0] <= limit else math.ceil(window[1] - now)
