"""Quantiles of the eighth type, by hand."""

import math

import pytest

from redflags.quartiles import lower_fence, quantile, quartiles, upper_fence


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 0.25, 7.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        # (4 + 1/3) / 4 + 1/3 = 17/12: five twelfths of the way from the first to the second
        ([10.0, 22.0, 34.0, 46.0], 0.25, 10 + 12 * 5 / 12),
        ([10.0, 22.0, 34.0, 46.0], 0.75, 34 + 12 * 7 / 12),
        ([3.0, 1.0, 2.0], 0.0, 1.0),
        ([3.0, 1.0, 2.0], 1.0, 3.0),
        # (2 + 1/3) / 4 + 1/3 < 1: before the first
        ([1.0, 2.0], 0.25, 1.0),
    ],
)
def test_a_quantile_lies_between_its_neighbours(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == pytest.approx(expected, abs=1e-12)


def test_nothing_has_no_quantile() -> None:
    assert math.isnan(quantile([], 0.5))
    assert math.isnan(quantile([1.0], 1.01))
    assert all(map(math.isnan, quartiles([])))
    assert math.isnan(lower_fence(math.nan, math.nan))


def test_fences_are_one_and_a_half_ranges_away_and_rounded_once() -> None:
    assert lower_fence(10.0, 14.0) == 4.0
    assert upper_fence(10.0, 14.0) == 20.0
    assert upper_fence(0.13, 1.85) == 4.430000000000001
    assert (1.85 - 0.13) * 1.5 + 1.85 == 4.43, "rounded twice, it is another double"
