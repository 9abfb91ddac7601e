"""Many terms of time with one timer."""

import asyncio

from servicekit.deadlines import Deadlines


async def test_what_stays_falls_due_in_order_and_what_was_removed_does_not() -> None:
    due: list[str] = []
    deadlines = Deadlines[str](0.05, due.append)
    for name in ("one", "two", "three"):
        deadlines.add(name)
    deadlines.remove("two")
    deadlines.remove("never there")
    await asyncio.sleep(0.02)
    deadlines.add("four")
    assert due == []
    await asyncio.sleep(0.04)
    assert due == ["one", "three"]
    await asyncio.sleep(0.04)
    assert due == ["one", "three", "four"]


async def test_who_falls_due_may_add_and_remove_others() -> None:
    due: list[str] = []

    def note(name: str) -> None:
        due.append(name)
        if name == "one":
            deadlines.remove("two")
            deadlines.add("three")

    deadlines = Deadlines[str](0.02, note)
    deadlines.add("one")
    deadlines.add("two")
    await asyncio.sleep(0.06)
    assert due == ["one", "three"]


async def test_nothing_falls_due_after_the_end() -> None:
    due: list[str] = []
    deadlines = Deadlines[str](0.01, due.append)
    deadlines.add("one")
    deadlines.stop()
    await asyncio.sleep(0.03)
    assert due == []
