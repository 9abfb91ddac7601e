"""What is withheld of figures, so that no small one can be read or reckoned."""

from itertools import combinations
from random import Random

import pytest

from appeals.domain.statistics import FIGURES, PARTS, SMALL, WITHIN, Key, Withheld, quantile, withheld

Table = dict[Key, dict[str, int]]


def row(**parts: int) -> dict[str, int]:
    """A row by its parts; the others are zero."""
    counts = dict.fromkeys(FIGURES, 0) | parts
    return counts | {"filed": sum(counts[name] for name in PARTS)}


def names(hidden: Withheld, key: Key) -> set[str]:
    return {name for each, name in hidden if each == key}


def test_what_is_large_or_zero_is_published() -> None:
    assert withheld({("a",): row(answered=5, open=100), ("b",): row()}) == set()


def test_a_small_row_is_withheld_but_for_its_zeros() -> None:
    assert withheld({(): row(answered=3, open=1)}) == {((), "filed"), ((), "answered"), ((), "open")}


def test_a_small_part_takes_the_next_smallest_with_it() -> None:
    """Else it would be what is left of the sum."""
    hidden = withheld({(): row(answered=90, withdrawn=2, left=7, open=40)})
    assert names(hidden, ()) == {"withdrawn", "left"}


def test_small_parts_are_together_not_small() -> None:
    """1 and 1 would be known to be 2, and so each to be 1."""
    hidden = withheld({(): row(answered=90, withdrawn=1, left=1, open=40)})
    assert names(hidden, ()) == {"withdrawn", "left", "open"}


def test_a_small_row_takes_another_with_it() -> None:
    """The sum of the rows is the row of a coarser table."""
    table: Table = {("a",): row(open=3), ("b",): row(open=20), ("c",): row(open=50)}
    hidden = withheld(table)
    assert names(hidden, ("b",)) == {"filed", "open"}
    assert names(hidden, ("c",)) == set()


def test_a_withheld_row_withholds_figures_in_each_direction() -> None:
    table: Table = {(a, k): row(open=50 + n) for n, (a, k) in enumerate((a, k) for a in "abc" for k in "xyz")}
    table["a", "x"] = row(open=2)
    hidden = withheld(table)
    for a in "abc":
        assert len([k for k in "xyz" if ((a, k), "open") in hidden]) != 1
    for k in "xyz":
        assert len([a for a in "abc" if ((a, k), "open") in hidden]) != 1


@pytest.mark.parametrize("extended", [1, 4, 97])
def test_neither_a_part_nor_its_rest_may_be_small(extended: int) -> None:
    assert names(withheld({(): row(open=100, extended=extended)}), ()) == {"extended"}
    assert withheld({(): row(open=100, extended=5)}) == set()


def test_a_part_of_what_is_withheld_is_withheld() -> None:
    hidden = withheld({(): row(answered=90, left=3, open=10, overdue=5)})
    assert names(hidden, ()) == {"left", "open", "overdue"}


def test_another_threshold() -> None:
    assert withheld({(): row(answered=9, open=9)}, 10) == {((), "answered"), ((), "open")}
    assert SMALL == 5


@pytest.mark.parametrize("seed", range(30))
def test_no_subtraction_leaves_one_figure_or_a_small_sum(seed: int) -> None:
    draw = Random(seed)  # noqa: S311
    table = {
        key: row(**{part: draw.choice([0, 0, 1, 3, 6, 20, 300]) for part in PARTS})
        for key in _keys(draw.randrange(1, 4))
    }
    for counts in table.values():
        counts["extended"] = draw.randint(0, counts["filed"])
        counts["overdue"] = draw.randint(0, counts["open"])
    hidden = withheld(table)
    for key, counts in table.items():
        for name in FIGURES:
            assert (key, name) in hidden or not 0 < counts[name] < SMALL
        for name, whole in WITHIN.items():
            assert counts[name] == 0 or (key, name) in hidden or not 0 < counts[whole] - counts[name] < SMALL
        _assert_not_reckoned([(counts[part], (key, part) in hidden) for part in PARTS], counts["filed"])
    for n, name in ((n, name) for n in range(len(next(iter(table)))) for name in FIGURES):
        for others in {(*key[:n], *key[n + 1 :]) for key in table}:
            line = [key for key in table if (*key[:n], *key[n + 1 :]) == others]
            _assert_not_reckoned(
                [(table[key][name], (key, name) in hidden) for key in line], sum(table[key][name] for key in line)
            )


def _keys(dimensions: int) -> list[Key]:
    return [tuple(key) for key in {(*pair, "m")[:dimensions] for pair in combinations("abcdef", 2)}]


def _assert_not_reckoned(line: list[tuple[int, bool]], whole: int) -> None:
    """What is withheld of a line is nothing, or at least two that are together not small, or all that there is."""
    covered = [value for value, hidden in line if hidden]
    assert not covered or sum(covered) == whole or (len(covered) > 1 and sum(covered) >= SMALL)


@pytest.mark.parametrize(
    ("days", "percent", "expected"),
    [
        ({}, 50, None),
        ({3: 1}, 90, 3),
        ({1: 5, 2: 5}, 50, 1),
        ({1: 5, 2: 6}, 50, 2),
        ({0: 9, 40: 1}, 90, 0),
        ({0: 8, 40: 2}, 90, 40),
    ],
)
def test_the_fewest_days_in_which_so_many_were_answered(
    days: dict[int, int], percent: int, expected: int | None
) -> None:
    assert quantile(days, percent) == expected
