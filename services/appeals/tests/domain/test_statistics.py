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


def test_complaints_and_those_upheld_are_withheld_where_small() -> None:
    assert names(withheld({(): row(open=90, complaints=3)}), ()) == {"complaints"}
    assert names(withheld({(): row(open=90, complaints=30, complaints_upheld=2)}), ()) == {"complaints_upheld"}
    assert names(withheld({(): row(open=90, complaints=30, complaints_upheld=28)}), ()) == {"complaints_upheld"}
    assert names(withheld({(): row(open=90, complaints=4, complaints_upheld=4)}), ()) == {
        "complaints",
        "complaints_upheld",
    }
    assert withheld({(): row(open=90, complaints=30, complaints_upheld=20)}) == set()
    assert names(withheld({(): row(open=3, complaints=30)}), ()) == {"filed", "open", "complaints"}


def test_a_zero_is_withheld_where_nothing_else_can_be() -> None:
    """Else the one row with complaints upheld, of which two were not, would be what is told of all."""
    table: Table = {
        ("a",): row(open=90, complaints=10, complaints_upheld=8),
        ("b",): row(open=90, complaints=20),
        ("c",): row(open=90, complaints=30),
    }
    assert withheld(table) == {(("a",), "complaints_upheld"), (("b",), "complaints_upheld")}


def test_rests_that_are_withheld_are_together_not_small() -> None:
    """Two of the ten of a were not upheld; were b, of which all were, withheld alone with it, two would be the sum."""
    table: Table = {
        ("a",): row(open=90, complaints=10, complaints_upheld=8),
        ("b",): row(open=90, complaints=9, complaints_upheld=9),
        ("c",): row(open=90, complaints=60, complaints_upheld=50),
    }
    assert withheld(table) == {((key,), "complaints_upheld") for key in "abc"}


def test_of_a_row_with_one_part_its_sum_does_not_tell_the_part() -> None:
    table: Table = {("a",): row(open=20), ("b",): row(answered=20, open=3), ("c",): row(answered=30, open=70)}
    assert len(names(withheld(table), ("a",))) != 1


@pytest.mark.parametrize("seed", range(60))
def test_no_subtraction_leaves_one_figure_or_a_small_sum(seed: int) -> None:
    table = _table(Random(seed), _keys(1 + seed % 3))  # noqa: S311
    hidden = withheld(table)
    for key, counts in table.items():
        for name in FIGURES:
            assert (key, name) in hidden or not 0 < counts[name] < SMALL
        for name, whole in WITHIN.items():
            assert counts[name] == 0 or (key, name) in hidden or not 0 < counts[whole] - counts[name] < SMALL
            assert (key, whole) not in hidden or (key, name) in hidden or counts[name] == 0
        if (key, "filed") not in hidden:
            _assert_not_reckoned([(counts[part], (key, part) in hidden) for part in PARTS if counts["filed"]])
    for n, name in ((n, name) for n in range(len(next(iter(table)))) for name in FIGURES):
        for others in {(*key[:n], *key[n + 1 :]) for key in table}:
            line = [key for key in table if (*key[:n], *key[n + 1 :]) == others]
            _assert_not_reckoned([(table[key][name], (key, name) in hidden) for key in line if _may(table[key], name)])
            if name in WITHIN:
                whole = WITHIN[name]
                covered = {key for key in line if {(key, name), (key, whole)} & hidden}
                _assert_not_reckoned(
                    [(table[key][whole] - table[key][name], key in covered) for key in line if table[key][whole]]
                )


@pytest.mark.parametrize("seed", range(40))
def test_no_complaints_that_are_withheld_are_the_same_in_all_worlds(seed: int) -> None:
    """Tried out: all that a body could have had, so that what is told of each body and of all is so."""
    draw = Random(seed)  # noqa: S311
    table: Table = {}
    for body in "abcd":
        whole = draw.choice([0, 2, 4, 7, 9])
        table[(body,)] = row(open=90, complaints=whole, complaints_upheld=draw.choice([0, draw.randint(0, whole)]))
    every = {name: sum(counts[name] for counts in table.values()) for name in FIGURES}
    hidden, hidden_of_all = withheld(table), {name for _, name in withheld({(): every})}
    worlds = {key: _worlds(counts, {name for each, name in hidden if each == key}) for key, counts in table.items()}
    wanted = _worlds(every, hidden_of_all)
    for key, counts in table.items():
        sums = {(0, 0)}
        for other in table.keys() - {key}:
            sums = {(a + c, b + d) for a, b in sums for c, d in worlds[other]}
        possible = {(a, b) for a, b in worlds[key] if any((a + c, b + d) in wanted for c, d in sums)}
        whole, part = counts["complaints"], counts["complaints_upheld"]
        for small, told in ((whole, 0), (part, 1), (whole - part if part else 0, 2)):
            if 0 < small < SMALL:
                assert len({(a, b, a - b)[told] for a, b in possible}) > 1, (key, table)


def _worlds(counts: dict[str, int], hidden: set[str]) -> set[tuple[int, int]]:
    """The complaints, and those upheld, that a row may have had by what is told of it."""
    return {
        (whole, part)
        for whole in range(37)
        for part in range(whole + 1)
        if "complaints" in hidden or whole == counts["complaints"]
        if "complaints_upheld" in hidden or part == counts["complaints_upheld"]
    }


def _table(draw: Random, keys: list[Key]) -> Table:
    table = {key: row(**{part: draw.choice([0, 0, 1, 3, 6, 20, 300]) for part in PARTS}) for key in keys}
    for counts in table.values():
        counts["complaints"] = draw.choice([0, 0, 2, 6, 9, 40])
        for name, whole in WITHIN.items():
            counts[name] = draw.choice([0, counts[whole], draw.randint(0, counts[whole])])
    return table


def _keys(dimensions: int) -> list[Key]:
    return [tuple(key) for key in {(*pair, "m")[:dimensions] for pair in combinations("abcdef", 2)}]


def _may(counts: dict[str, int], name: str) -> bool:
    """Whether a figure may be withheld: a zero of nothing is never."""
    return counts[{**dict.fromkeys(PARTS, "filed"), **WITHIN}.get(name, name)] > 0


def _assert_not_reckoned(line: list[tuple[int, bool]]) -> None:
    """What is withheld of a line is nothing, or at least two that are together not small, or all that there is.

    If it is all that there is, it is a single one or small: then the coarser table has it too, and as little of it.
    """
    covered = [value for value, hidden in line if hidden]
    enough = len(covered) > 1 and sum(covered) >= SMALL
    assert not covered or enough or len(covered) == len(line) or sum(value for value, _ in line) < SMALL


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
