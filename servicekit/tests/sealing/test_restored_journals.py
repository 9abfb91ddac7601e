"""Journals that were restored in another cluster, where transactions are counted anew: each entry is sealed once."""

import random

import pytest

from servicekit.sealing import MOST_AT_ONCE, Sealer
from verifier.signing import Signer

from .conftest import NOON, Journal

FAR = 10**9


async def all_sealed_once(journal: Journal, log: Signer, sealer: Sealer) -> None:
    await journal.seal(sealer)
    await journal.checkpoints(log.key)
    assert await journal.unsealed() == 0


@pytest.mark.parametrize("ahead", [-300, -1, 0, 1, 5, FAR])
async def test_entries_with_numbers_of_another_cluster_are_sealed(journal: Journal, log: Signer, ahead: int) -> None:
    sealer = Sealer(log, None)
    restored = await journal.restore([await journal.now() + ahead] * 3)
    await journal.burn(10)  # what stands at a number that is being given out has to wait until it is past
    await all_sealed_once(journal, log, sealer)
    assert set(await journal.sealed()) == set(restored)
    entries = await journal.enter(2)
    await all_sealed_once(journal, log, sealer)
    assert await journal.sealed() == [*restored, *entries]


async def test_entries_from_before_and_behind_and_of_now_are_all_sealed(journal: Journal, log: Signer) -> None:
    now, sealer = await journal.now(), Sealer(log, None)
    small, large = await journal.restore([5, 3, 4]), await journal.restore([now + FAR, FAR**2])
    present = await journal.enter(3)
    await all_sealed_once(journal, log, sealer)
    assert await journal.sealed() == [small[1], small[2], small[0], *present, *large]


async def test_numbers_that_are_reached_again_hide_no_entry(journal: Journal, log: Signer) -> None:
    """Entries of the past and of the present get the very same numbers, and each is still its own."""
    start, sealer = await journal.now(), Sealer(log, None)
    await journal.restore(range(start + 1, start + 120, 3))
    while await journal.now() < start + 150:
        await journal.enter()
        await sealer.run(journal.store, {}, NOON)
    await all_sealed_once(journal, log, sealer)
    shared = "SELECT count(*) FROM (SELECT transaction FROM journal GROUP BY 1 HAVING count(*) > 1) AS twice"
    assert await journal.admin.fetchval(shared) > 0


async def test_many_entries_of_another_cluster_are_sealed_in_turns(journal: Journal, log: Signer) -> None:
    now, chance = await journal.now(), random.Random(7)  # noqa: S311 - a repeatable mixture, no secret
    numbers = [chance.choice([chance.randrange(3, now), now + FAR + chance.randrange(99)]) for _ in range(2500)]
    await journal.restore(numbers)
    sealer = Sealer(log, None)
    assert await sealer.run(journal.store, {}, NOON) == MOST_AT_ONCE
    await journal.enter(10)
    await all_sealed_once(journal, log, sealer)
    assert len(await journal.sealed()) == 2510


@pytest.mark.parametrize("ahead", [-300, 40, FAR])
async def test_a_sealed_journal_goes_on_in_another_cluster(journal: Journal, log: Signer, ahead: int) -> None:
    """Its last checkpoint says before which number nothing is unsealed, and that number means nothing any more."""
    sealer = Sealer(log, None)
    restored = await journal.restore([await journal.now() + ahead] * 4)
    await journal.burn(60)
    await all_sealed_once(journal, log, sealer)
    await moved_to_another_cluster(journal, await journal.now() + ahead)
    entries = [entry for _ in range(3) for entry in await journal.enter()]
    await all_sealed_once(journal, log, sealer)
    assert await journal.sealed() == [*restored, *entries]


async def test_what_is_entered_before_an_old_number_is_reached_is_sealed_behind_it(
    journal: Journal, log: Signer
) -> None:
    """As when nothing is sealed for a while after a journal was restored, and the cluster's numbers go on."""
    sealer = Sealer(log, None)
    await journal.enter(2)
    await journal.seal(sealer)
    await moved_to_another_cluster(journal, await journal.now() + 50)
    await journal.enter(2)
    await journal.burn(100)
    await all_sealed_once(journal, log, sealer)


async def moved_to_another_cluster(journal: Journal, floor: int) -> None:
    """Make it as if the last checkpoint had been put down in a cluster that had got as far as this number."""
    await journal.admin.execute("UPDATE checkpoints SET cluster = 1, floor = $1::text::xid8", str(floor))
