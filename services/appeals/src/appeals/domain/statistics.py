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
from collections.abc import Iterator, Mapping, Sequence
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
Cell: TypeAlias = tuple[Key, str]
Withheld: TypeAlias = set[Cell]
# Figures that add up to one that is published: the parts of a row, or one figure of rows that differ in one part of
# their keys; named by which part that is (or -1), the rest of the key, and the figure.
Line: TypeAlias = tuple[int, Key, str]


def withheld(table: Mapping[Key, Counts], threshold: int = SMALL) -> Withheld:
    """Which figures of a table, by the key of their row and their name, are not published."""
    values = {(key, name): counts[name] for key, counts in table.items() for name in FIGURES if counts[name]}
    lines: dict[Line, list[Cell]] = defaultdict(list)
    for cell in values:
        for line in _lines_of(cell):
            lines[line].append(cell)
    hidden: Withheld = set()
    waiting = {cell for cell in values if _is_small(table[cell[0]], cell[1], threshold)}
    while waiting:
        hidden |= waiting
        touched = {line for cell in waiting for line in _lines_of(cell)}
        entailed = {each for cell in waiting for each in _entailed(cell)} & values.keys()
        entailed -= hidden
        hidden |= entailed
        waiting = {cell for line in touched for cell in _more(lines[line], values, hidden, threshold)} | entailed
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


def _lines_of(cell: Cell) -> Iterator[Line]:
    key, name = cell
    if name in PARTS:
        yield -1, key, ""
    for n in range(len(key)):
        yield n, key[:n] + key[n + 1 :], name


def _entailed(cell: Cell) -> Iterator[Cell]:
    """What is withheld with a figure: all of a row that is itself withheld, and what is a part of the figure."""
    key, withheld_name = cell
    for name in FIGURES:
        if withheld_name == "filed" or WITHIN.get(name) == withheld_name:
            yield key, name


def _more(cells: Sequence[Cell], values: Mapping[Cell, int], hidden: Withheld, threshold: int) -> Iterator[Cell]:
    """The smallest shown figures of a line, so many that what is withheld of it cannot be told from the sum."""
    covered = [values[cell] for cell in cells if cell in hidden]
    count, total = len(covered), sum(covered)
    if count >= 2 and total >= threshold:  # noqa: PLR2004 - one alone is what is left of the sum
        return
    for cell in sorted((cell for cell in cells if cell not in hidden), key=lambda cell: (values[cell], cell)):
        if count >= 2 and total >= threshold:  # noqa: PLR2004 - as above
            return
        yield cell
        count, total = count + 1, total + values[cell]
