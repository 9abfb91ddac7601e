"""Ranking many lots at once gives what scoring each of them gives."""

import random
from dataclasses import replace
from typing import Any

import pytest

from scorer import profile, profiles, score
from scorer.batch import LARGEST, doubts, prepare, rank

SEED = 7


@pytest.mark.parametrize("name", profiles())
def test_no_lot_is_ranked_otherwise(drawn: Any, name: str) -> None:
    rules, dice = profile(name), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    batch = []
    for _ in range(250):
        lot = drawn.lot(rules, dice)
        batch.append((lot, drawn.bids(rules, lot, dice)))
    prepared = prepare(rules, batch)
    assert doubts(prepared) < len(batch) * 9 // 10, "columns should decide something, however many ties were drawn"
    for (lot, bids), order in zip(batch, rank(prepared), strict=True):
        told = score(rules, lot, bids)
        assert order == (tuple(one.bid for one in told.ranking), told.winner), (lot, bids)


def test_what_does_not_fit_a_column_is_refused(drawn: Any) -> None:
    rules, dice = profile("lowest-price"), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    lot = drawn.lot(rules, dice)
    large = replace(drawn.bid(rules, lot, "a", dice), price=LARGEST + 1)
    with pytest.raises(OverflowError):
        prepare(rules, [(lot, [large])])


def test_nothing_to_rank() -> None:
    assert rank(prepare(profile("lowest-price"), [])) == []
