"""What of the figures of appeals may be published: small ones are withheld, and so is what would give them away.

A table has a row for each body, kind or month, or for each that several of these have together; the figures of a row
add up (`filed` is what was ended, passed on, or is open), and so do those of rows, to the rows of a coarser table,
which is published too. So a small figure could be found by subtraction, and is withheld together with others:

- a figure below the threshold is withheld, unless it is zero;
- where figures add up, those that are withheld are at least two, and together not below the threshold: the smallest
  others are withheld too until that is so;
- a row of which `filed` is withheld withholds all of it but zeros.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

SMALL = 5
"""Counts below it are withheld. No rule of law sets it: it is the usual threshold of statistical offices."""

PARTS = ("answered", "withdrawn", "left", "refused_by_expiry", "forwarded", "open")
"""What adds up to `filed`."""
WITHIN = {"extended": "filed", "overdue": "open"}
"""What is a part of another figure, whose rest is nobody's business either."""
FIGURES = ("filed", *PARTS, *WITHIN)

Key: TypeAlias = tuple[str, ...]
Counts: TypeAlias = Mapping[str, int]
Withheld: TypeAlias = set[tuple[Key, str]]


def withheld(table: Mapping[Key, Counts], threshold: int = SMALL) -> Withheld:
    """Which figures of a table, by the key of their row and their name, are not published."""
    hidden = {(key, name) for key, counts in table.items() for name in FIGURES if _is_small(counts, name, threshold)}
    lines = _lines(table)
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        _hide_in_rows(table, hidden, threshold)
        for (name, _), keys in lines.items():
            _hide_more(hidden, [((key, name), table[key][name]) for key in keys], threshold)
    return hidden


def quantile(days: Mapping[int, int], percent: int) -> int | None:
    """The fewest days within which so many percent were answered, of how many took how long; None of nothing."""
    whole, passed = sum(days.values()), 0
    for each in sorted(days):
        passed += days[each]
        if passed * 100 >= whole * percent:
            return each
    return None


def _is_small(counts: Counts, name: str, threshold: int) -> bool:
    value = counts[name]
    rest = counts[WITHIN[name]] - value if name in WITHIN else 0
    return 0 < value < threshold or (value > 0 and 0 < rest < threshold)


def _lines(table: Mapping[Key, Counts]) -> Mapping[tuple[str, Key], Sequence[Key]]:
    """The figures that add up to one of a coarser table: of one name, in rows that differ in one part of the key."""
    lines: dict[tuple[str, Key], list[Key]] = defaultdict(list)
    for key, counts in table.items():
        for n in range(len(key)):
            others = (str(n), *key[:n], *key[n + 1 :])
            for name in FIGURES:
                if counts[name]:
                    lines[name, others].append(key)
    return lines


def _hide_in_rows(table: Mapping[Key, Counts], hidden: Withheld, threshold: int) -> None:
    for key in {key for key, _ in hidden}:
        counts = table[key]
        if (key, "filed") in hidden:
            hidden |= {(key, name) for name in FIGURES if counts[name]}
            continue
        _hide_more(hidden, [((key, name), counts[name]) for name in PARTS], threshold)
        hidden |= {(key, name) for name, whole in WITHIN.items() if counts[name] and (key, whole) in hidden}


def _hide_more(hidden: Withheld, cells: Iterable[tuple[tuple[Key, str], int]], threshold: int) -> None:
    """Withhold the smallest of what is shown, until what is withheld here cannot be told from the sum."""
    shown = []
    count = total = 0
    for cell, value in cells:
        if cell in hidden:
            count, total = count + 1, total + value
        elif value:
            shown.append((value, cell))
    if not count:
        return
    shown.sort(reverse=True)
    while shown and (count < 2 or total < threshold):  # noqa: PLR2004 - one alone is the rest
        value, cell = shown.pop()
        hidden.add(cell)
        count, total = count + 1, total + value
