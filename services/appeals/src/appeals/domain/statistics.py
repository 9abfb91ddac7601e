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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

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


# Figures that add up to one that is published: the parts of a row, or one figure of rows that differ in one place.
# Named by that place in their keys (or -1), the number of the group of rows (or of the row), and the figure; and
# whether not the figures are meant, but what they leave of those that they are a part of.
_Line: TypeAlias = tuple[int, int, str, bool]
_Place: TypeAlias = tuple[str, int]

_WHOLE = dict.fromkeys(PARTS, "filed") | WITHIN
# What is withheld with a figure: all of a row that is itself withheld, and what is a part of the figure.
_ENTAILED = {name: [part for part, whole in WITHIN.items() if whole == name] for name in FIGURES} | {"filed": FIGURES}
# Where it is known less when a figure is withheld: in its own lines, and those of the rests that it is in.
_TOUCHED = {
    name: [(name, False), *((part, True) for part, whole in WITHIN.items() if name in {part, whole})]
    for name in FIGURES
}


@dataclass(frozen=True, slots=True)
class _Columns:
    """A table by its columns, which is much faster: rows are numbered in the order of their keys.

    `groups` are the rows that differ in one place, by that place, and `group_of` the number of each row's.
    """

    values: Mapping[str, Sequence[int]]
    hidden: Mapping[str, bytearray]
    groups: Sequence[Sequence[Sequence[int]]]
    group_of: Sequence[Sequence[int]]


def withheld(table: Table, threshold: int = SMALL) -> Withheld:
    """Which figures of a table, by the key of their row and their name, are not published."""
    keys = sorted(table)
    columns = _columns_of(table, keys)
    touched: set[_Line] = set()
    waiting = set(_small(columns, threshold))
    while waiting or touched:
        touched.update(_touched(columns, waiting))
        entailed = set(_entailed(columns, waiting))
        for name, row in entailed:
            columns.hidden[name][row] = True
        # What the figures themselves need covers most rests as well.
        first = {line for line in touched if not line[-1]} or touched
        touched = touched - first
        waiting = entailed.union(*(_more(columns, line, threshold) for line in first))
    return {
        (keys[row], name)
        for name, hidden in columns.hidden.items()
        for row, is_hidden in enumerate(hidden)
        if is_hidden
    }


def quantile(days: Mapping[int, int], percent: int) -> int | None:
    """The fewest days within which so many percent were answered, of how many took how long; None of nothing."""
    whole, passed = sum(days.values()), 0
    for each in sorted(days):
        passed += days[each]
        if passed * 100 >= whole * percent:
            return each
    return None


def _columns_of(table: Table, keys: Sequence[Key]) -> _Columns:
    values = {name: [table[key][name] for key in keys] for name in FIGURES}
    groups: list[list[list[int]]] = []
    group_of: list[list[int]] = []
    for place in range(len(keys[0]) if keys else 0):
        found: dict[Key, list[int]] = defaultdict(list)
        for row, key in enumerate(keys):
            found[key[:place] + key[place + 1 :]].append(row)
        groups.append([*found.values()])
        numbers = [0] * len(keys)
        for number, rows in enumerate(groups[-1]):
            for row in rows:
                numbers[row] = number
        group_of.append(numbers)
    return _Columns(values, {name: bytearray(len(keys)) for name in FIGURES}, groups, group_of)


def _small(columns: _Columns, threshold: int) -> Iterator[_Place]:
    for name, values in columns.values.items():
        wholes = columns.values[WITHIN.get(name, name)]
        for row, (value, whole) in enumerate(zip(values, wholes, strict=True)):
            if value and (value < threshold or 0 < whole - value < threshold):
                yield name, row


def _touched(columns: _Columns, waiting: Iterable[_Place]) -> Iterator[_Line]:
    """Withhold these, and tell in which lines less is known then."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for name, row in waiting:
        columns.hidden[name][row] = True
        by_name[name].append(row)
    for name, rows in by_name.items():
        if name in PARTS:
            yield from ((-1, row, "", False) for row in rows)
        for place, group_of in enumerate(columns.group_of):
            for group in {group_of[row] for row in rows}:
                for each, rests in _TOUCHED[name]:
                    yield place, group, each, rests


def _entailed(columns: _Columns, hidden: Iterable[_Place]) -> Iterator[_Place]:
    for name, row in hidden:
        for part in _ENTAILED[name]:
            if columns.values[part][row] and not columns.hidden[part][row]:
                yield part, row


def _more(columns: _Columns, line: _Line, threshold: int) -> Sequence[_Place]:
    """The smallest shown figures of a line, so many that what is withheld of it cannot be told from the sum."""
    covered = _covered(columns, line)
    count, total = len(covered), sum(covered)
    if count >= 2 and total >= threshold:  # noqa: PLR2004 - one alone is what is left of the sum
        return ()
    shown = _shown(columns, line)
    if total + sum(measure for _, measure, _ in shown) < threshold:
        return ()  # the coarser table withholds the sum itself
    found = []
    for last, measure, place in sorted(shown):
        if count >= 2:  # noqa: PLR2004 - as above
            if total >= threshold:
                break
            if last and not measure:
                continue
        found.append(place)
        count, total = count + 1, total + measure
    return found


def _covered(columns: _Columns, line: _Line) -> list[int]:
    """How much is withheld of a line, each."""
    place, group, name, rests = line
    if place < 0:
        return [columns.values[part][group] for part in PARTS if columns.hidden[part][group]]
    values, hidden = columns.values[name], columns.hidden[name]
    if not rests:
        return [values[row] for row in columns.groups[place][group] if hidden[row]]
    wholes, unknown = columns.values[WITHIN[name]], columns.hidden[WITHIN[name]]
    rows = [row for row in columns.groups[place][group] if hidden[row] or unknown[row]]
    return [wholes[row] - values[row] for row in rows if wholes[row]]


def _shown(columns: _Columns, line: _Line) -> list[tuple[bool, int, _Place]]:
    """What can still be withheld of a line: whether only where nothing else is left, how much, and which.

    A zero of nothing cannot, and of a row that is itself withheld, nothing more needs to be.
    """
    place, group, name, rests = line
    if place < 0:
        parts = [] if columns.hidden["filed"][group] else PARTS
        shown = [(columns.values[part][group], part) for part in parts if not columns.hidden[part][group]]
        return [(not value, value, (part, group)) for value, part in shown]
    whole = _WHOLE.get(name, name)
    values, wholes, hidden = columns.values[name], columns.values[whole], columns.hidden[name]
    rows = [row for row in columns.groups[place][group] if wholes[row] and not hidden[row]]
    if not rests:
        return [(not values[row], values[row], (name, row)) for row in rows]
    unknown = columns.hidden[whole]
    measured = [(values[row], wholes[row] - values[row], row) for row in rows if not unknown[row]]
    return [(not (value and rest), rest, (name, row)) for value, rest, row in measured]
