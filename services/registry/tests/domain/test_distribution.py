"""How proceeds are shared: queue by queue, exactly, and the same for whoever counts."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.distribution import Claim, distribute

DAY = date(2026, 11, 23)


def claim(name: str, tiyn: int, queue: int = 1, days: int = 0) -> Claim:
    return Claim(name, queue, tiyn, DAY + timedelta(days=days))


CLAIMS = st.lists(
    st.tuples(st.integers(0, 10**6) | st.integers(0, 10**17), st.integers(1, 4), st.integers(0, 2)), max_size=12
).map(lambda rows: [claim(f"{n:02}", tiyn, queue, days) for n, (tiyn, queue, days) in enumerate(rows)])
PROCEEDS = st.integers(0, 10**7) | st.integers(0, 10**18)


def paid(proceeds: int, claims: list[Claim]) -> dict[str, int]:
    return {share.claim.id: share.paid for share in distribute(proceeds, claims).shares}


def test_claims_of_100_and_300_get_50_and_150_of_200() -> None:
    made = distribute(200_00, [claim("a", 100_00), claim("b", 300_00)])
    assert [(share.paid, share.rest, share.of_queue) for share in made.shares] == [
        (50_00, 50_00, Fraction(1, 4)),
        (150_00, 150_00, Fraction(3, 4)),
    ]
    assert (made.distributed, made.surplus) == (200_00, 0)


def test_alimony_is_paid_in_full_before_a_loan_and_the_pure_proportion_stands_beside() -> None:
    made = distribute(200_00, [claim("loan", 300_00, 3), claim("alimony", 100_00, 1)])
    assert [(share.claim.id, share.paid, share.proportional) for share in made.shares] == [
        ("alimony", 100_00, 50_00),
        ("loan", 100_00, 150_00),
    ]


def test_a_tiyn_that_cannot_be_split_goes_to_the_larger_remainder_then_the_earlier_then_the_smaller_id() -> None:
    assert paid(10, [claim("a", 6), claim("b", 6), claim("c", 2)]) == {"a": 4, "b": 4, "c": 2}
    assert paid(1, [claim("a", 5, days=1), claim("b", 5)]) == {"a": 0, "b": 1}
    assert paid(1, [claim("b", 5), claim("a", 5)]) == {"a": 1, "b": 0}


def test_what_no_claim_needs_is_surplus() -> None:
    made = distribute(500, [claim("a", 100), claim("b", 0, 2)])
    assert ([share.paid for share in made.shares], made.surplus) == ([100, 0], 400)
    assert distribute(7, []).surplus == 7


@pytest.mark.parametrize(("proceeds", "owed"), [(-1, 5), (5, -1)])
def test_an_amount_is_never_negative(proceeds: int, owed: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        distribute(proceeds, [claim("a", owed)])


@given(PROCEEDS, CLAIMS)
def test_all_that_can_be_paid_is_paid_and_nobody_gets_more_than_their_claim(proceeds: int, claims: list[Claim]) -> None:
    made = distribute(proceeds, claims)
    assert made.distributed == min(proceeds, sum(each.tiyn for each in claims))
    for share in made.shares:
        assert 0 <= share.paid <= share.claim.tiyn
        assert 0 <= share.proportional <= share.claim.tiyn
    assert sum(share.proportional for share in made.shares) == made.distributed


@given(PROCEEDS, CLAIMS)
def test_a_later_queue_gets_nothing_unless_all_before_it_are_full(proceeds: int, claims: list[Claim]) -> None:
    shares = distribute(proceeds, claims).shares
    for share in shares:
        if share.paid:
            assert all(other.rest == 0 for other in shares if other.claim.queue < share.claim.queue)


@given(PROCEEDS, CLAIMS)
def test_inside_a_queue_everybody_is_within_a_tiyn_of_the_exact_part(proceeds: int, claims: list[Claim]) -> None:
    shares = distribute(proceeds, claims).shares
    sums: defaultdict[int, int] = defaultdict(int)
    for share in shares:
        sums[share.claim.queue] += share.paid
    for share in shares:
        assert abs(share.paid - share.of_queue * sums[share.claim.queue]) < 1


@given(PROCEEDS, st.integers(0, 10**7), CLAIMS)
def test_more_money_gives_no_queue_less_and_no_claim_less_by_more_than_a_tiyn(
    proceeds: int, more: int, claims: list[Claim]
) -> None:
    """Largest remainders may take a single tiyn from one claim as proceeds grow (the Alabama paradox), and no more."""
    before, after = paid(proceeds, claims), paid(proceeds + more, claims)
    for queue in range(1, 5):
        names = [each.id for each in claims if each.queue == queue]
        assert sum(after[name] for name in names) >= sum(before[name] for name in names)
        assert all(after[name] >= before[name] - 1 for name in names)


@given(PROCEEDS, CLAIMS.flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_the_order_in_which_claims_are_told_changes_nothing(
    proceeds: int, orders: tuple[list[Claim], list[Claim]]
) -> None:
    told, shuffled = orders
    assert distribute(proceeds, shuffled) == distribute(proceeds, told)
