"""What of the figures of appeals may be published: small ones are withheld, and so is what would give them away.

A table has a row for each body, kind or month, or for each that several of these have together; the figures of a row
add up (`filed` is what was ended, passed on, or is open), and so do those of rows, to the rows of a coarser table,
which is published too. So a small figure could be found by subtraction, and is withheld together with others:

- a figure below the threshold is withheld, unless it is zero;
- where figures add up, those that are withheld are at least two, and together not below the threshold: the smallest
  others are withheld too until that is so, and where nothing else is left, a zero;
- a figure that is a part of another leaves a rest, which is to be told as little: it is withheld where the rest is
  small too, and so many are withheld that the rests cannot be told from their sum;
- a row of which `filed` is withheld withholds all of it but zeros.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

SMALL = 5
"""Counts below it are withheld. No rule of law sets it: it is the usual threshold of statistical offices."""

PARTS = ("answered", "withdrawn", "left", "refused_by_expiry", "forwarded", "open")
"""What adds up to `filed`."""
WITHIN = {"extended": "filed", "overdue": "open", "complaints_upheld": "complaints"}
"""What is a part of another figure, whose rest is nobody's business either."""
FIGURES = ("filed", *PARTS, "complaints", *WITHIN)

Key: TypeAlias = tuple[str, ...]
Counts: TypeAlias = Mapping[str, int]
Table: TypeAlias = Mapping[Key, Counts]
Cell: TypeAlias = tuple[Key, str]
Withheld: TypeAlias = set[Cell]


class _Line(NamedTuple):
    """Figures that add up to one that is published: the parts of a row, or one figure of rows that differ in one place.

    Named by that place in their keys (or -1), the rest of the key, and the figure; with `rests`, it is what these leave
    of the figures that they are a part of that adds up.
    """

    place: int
    others: Key
    name: str
    rests: bool = False


_WHOLE = dict.fromkeys(PARTS, "filed") | WITHIN
# Of which figures the rest is as little known as the figure.
_RESTS = {name: [part for part, whole in WITHIN.items() if name in {part, whole}] for name in FIGURES}


def withheld(table: Table, threshold: int = SMALL) -> Withheld:
    """Which figures of a table, by the key of their row and their name, are not published."""
    lines: dict[_Line, list[Cell]] = defaultdict(list)
    waiting: Withheld = set()
    for key, counts in table.items():
        for name in FIGURES:
            if counts[_WHOLE.get(name, name)]:
                for line in _lines_of((key, name)):
                    if not line.rests or line.name == name:
                        lines[line].append((key, name))
                if _is_small(counts, name, threshold):
                    waiting.add((key, name))
    hidden: Withheld = set()
    touched: set[_Line] = set()
    while waiting or touched:
        hidden |= waiting
        touched |= {line for cell in waiting for line in _lines_of(cell)}
        entailed = {(key, name) for cell in waiting for key, name in _entailed(cell) if table[key][name]} - hidden
        hidden |= entailed
        # What the figures themselves need covers most rests as well.
        first = {line for line in touched if not line.rests} or touched
        touched = touched - first
        waiting = {cell for line in first for cell in _more(table, line, lines[line], hidden, threshold)} | entailed
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


def _lines_of(cell: Cell) -> Iterator[_Line]:
    """The lines in which it is known less when a figure is withheld."""
    key, name = cell
    if name in PARTS:
        yield _Line(-1, key, "")
    for n in range(len(key)):
        others = key[:n] + key[n + 1 :]
        yield _Line(n, others, name)
        for part in _RESTS[name]:
            yield _Line(n, others, part, rests=True)


def _entailed(cell: Cell) -> Iterator[Cell]:
    """What is withheld with a figure: all of a row that is itself withheld, and what is a part of the figure."""
    key, withheld_name = cell
    for name in FIGURES:
        if withheld_name == "filed" or WITHIN.get(name) == withheld_name:
            yield key, name


def _more(table: Table, line: _Line, cells: list[Cell], hidden: Withheld, threshold: int) -> Iterator[Cell]:
    """The smallest shown figures of a line, so many that what is withheld of it cannot be told from the sum."""
    if line.place < 0 and (line.others, "filed") in hidden:
        return
    count = total = shown_total = 0
    shown: list[tuple[bool, int, Cell]] = []
    for cell in cells:
        key, name = cell
        value = table[key][name]
        measure = table[key][WITHIN[name]] - value if line.rests else value
        if cell in hidden or (line.rests and (key, WITHIN[name]) in hidden):
            count, total = count + 1, total + measure
        else:
            shown.append((not value or not measure, measure, cell))
            shown_total += measure
    if total + shown_total < threshold:
        return  # the coarser table withholds the sum itself
    for nothing, measure, cell in sorted(shown):
        if count >= 2:  # noqa: PLR2004 - one alone is what is left of the sum
            if total >= threshold:
                return
            if nothing and not measure:
                continue
        yield cell
        count, total = count + 1, total + measure
