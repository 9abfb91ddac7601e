"""The dated rows: the clock for opening, queues of claims, grounds of restrictions."""

from datetime import date, datetime, timedelta

import pytest

from registry.domain.errors import GroundMissing
from registry.domain.opening import is_late, set_clock
from registry.domain.queues import QUEUES, Category, queue_on
from registry.domain.restrictions import RESTRICTIONS, Kind, LegalGround, require_ground
from statute.calendars import CalendarMissing
from statute.deadlines import ALMATY
from statute.money import Money
from statute.regions import NAMES, Region
from statute.rules import Undecided

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23T00:00", "2026-11-26"),
        ("2026-11-23T23:59", "2026-11-26"),
        ("2026-11-26T10:00", "2026-12-01"),  # over a weekend
        ("2026-12-14T10:00", "2026-12-18"),  # the sixteenth is a holiday
    ],
)
def test_three_working_days_from_the_day_of_receipt(received: str, due: str) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=ALMATY)
    clock = set_clock(moment)
    assert clock.due_on.isoformat() == due
    assert (clock.rule.rules, clock.calendar) == ("report", "kz-2026.1")
    end = datetime.combine(clock.due_on, datetime.max.time(), ALMATY)
    assert (is_late(clock.due_on, end), is_late(clock.due_on, end + timedelta(seconds=1))) == (False, True)


def test_before_the_rules_and_behind_the_calendar_there_is_no_clock() -> None:
    with pytest.raises(Undecided):
        set_clock(datetime(2014, 12, 31, 12, tzinfo=ALMATY))
    with pytest.raises(CalendarMissing):
        set_clock(datetime(2027, 12, 30, 12, tzinfo=ALMATY))


def test_every_category_has_one_queue_and_each_row_its_source() -> None:
    assert {category: queue_on(DAY, category).queue for category in Category} == {
        "alimony": 1, "health": 1, "breadwinner": 1, "labour": 1, "authors": 2, "other": 3,
    }  # fmt: skip
    assert all(rule.source for rule in QUEUES)
    assert max(rule.queue for rule in QUEUES if rule.category != Category.OTHER) < queue_on(DAY, Category.OTHER).queue
    with pytest.raises(Undecided):
        queue_on(date(2014, 12, 31), Category.ALIMONY)


@pytest.mark.parametrize(
    ("kind", "debt", "allowed"),
    [
        (Kind.EXIT, "173000.00", False),  # 40 x 4325 is not over 40
        (Kind.EXIT, "173000.01", True),
        (Kind.LICENCE, "1081249.99", False),
        (Kind.LICENCE, "1081250.00", True),  # 250 x 4325 is enough
    ],
)
def test_the_size_of_the_debt_carries_a_restriction_or_does_not(kind: Kind, debt: str, *, allowed: bool) -> None:
    facts = {"debt": Money.from_text(debt), "periodic": False, "on": DAY}
    if allowed:
        assert require_ground(kind, LegalGround.DEBT, **facts).source  # type: ignore[arg-type]
        return
    with pytest.raises(GroundMissing) as caught:
        require_ground(kind, LegalGround.DEBT, **facts)  # type: ignore[arg-type]
    assert (caught.value.debt, caught.value.needed) == (debt, "173000.00" if kind is Kind.EXIT else "1081250.00")


def test_the_index_is_that_of_the_year_and_an_unknown_year_is_undecided() -> None:
    debt = Money.from_text("160000")
    assert require_ground(Kind.EXIT, LegalGround.DEBT, debt=debt, periodic=False, on=date(2025, 12, 31)).mci == 40
    with pytest.raises(GroundMissing):
        require_ground(Kind.EXIT, LegalGround.DEBT, debt=debt, periodic=False, on=date(2026, 1, 1))
    with pytest.raises(Undecided):
        require_ground(Kind.EXIT, LegalGround.DEBT, debt=debt, periodic=False, on=date(2027, 1, 1))


def test_periodic_payments_carry_a_restriction_without_an_amount() -> None:
    one = Money(1)
    assert require_ground(Kind.EXIT, LegalGround.PERIODIC_PAYMENTS, debt=one, periodic=True, on=DAY).mci is None
    with pytest.raises(GroundMissing) as caught:
        require_ground(Kind.EXIT, LegalGround.PERIODIC_PAYMENTS, debt=one, periodic=False, on=DAY)
    assert caught.value.needed is None


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("ground", LegalGround)
def test_a_kind_on_a_ground_that_no_row_knows_is_undecided(kind: Kind, ground: LegalGround) -> None:
    known = {(rule.kind, rule.ground) for rule in RESTRICTIONS}
    rich = {"debt": Money(10**12), "periodic": True, "on": DAY}
    if (kind, ground) in known:
        assert require_ground(kind, ground, **rich).kind is kind  # type: ignore[arg-type]
        return
    with pytest.raises(Undecided):
        require_ground(kind, ground, **rich)  # type: ignore[arg-type]


def test_every_region_has_its_names() -> None:
    assert NAMES.keys() == set(Region)
    assert all(names.keys() == {"kk", "ru", "en"} and all(names.values()) for names in NAMES.values())
