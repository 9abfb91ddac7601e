"""The steps in which prices are counted: equal, round, and wide enough for the one price that is looked at."""

from itertools import count

_STEPS = 18
_ROUND = (10, 20, 25, 50, 100)


def round_step(width: int) -> int:
    """The next number from this one on that reads well: 1, 2, 2.5 or 5 times a power of ten."""
    if width <= _ROUND[0]:
        return max(1, width)
    power: int = 10 ** (len(str(width)) - 2)
    return next(each * power for each in _ROUND if each * power >= width)


def bounds_for(low: int, high: int, own: int) -> list[int]:
    """Where the steps begin, from at or below the lowest of three prices to above the highest."""
    least, most = min(low, own), max(high, own)
    step = round_step(-(-(most - least) // _STEPS) or -(-most // _STEPS))
    start = least // step * step
    return [start + step * n for n in range(1 + next(n for n in count(1) if start + step * n > most))]
