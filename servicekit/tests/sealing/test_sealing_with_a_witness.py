"""Sealing under a witness: only what continues what it has seen is sealed, and its being away later stops nothing."""

import asyncio
from pathlib import Path

import pytest

from servicekit.sealing import Published, Sealer
from servicekit.testing import serving
from servicekit.witnesses import Witness
from verifier.notes import WITNESS, Checkpoint, parse_checkpoint, parse_note, signature_by
from verifier.signing import Signer, fast_verify
from verifier.tree import EMPTY_ROOT

from .conftest import NOON, Journal, OverheardWitness


async def published(journal: Journal, sealer: Sealer) -> Published | None:
    async with journal.store.read() as reading:
        return await sealer.published(reading)


async def turn(journal: Journal, sealer: Sealer) -> int:
    return await sealer.run(journal.store, {}, NOON)


def is_refused(sealer: Sealer) -> bool:
    return sealer.refusal is not None


async def go_back(journal: Journal, size: int) -> None:
    """Make the database what it was when it had so many sealed entries."""
    for table, behind in (("cosignatures", "size > $1"), ("checkpoints", "size > $1"), ("leaves", "index >= $1")):
        await journal.admin.execute(f"DELETE FROM {table} WHERE {behind}", size)  # noqa: S608 - named here
    await journal.admin.execute("DELETE FROM journal WHERE id NOT IN (SELECT entry FROM leaves)")
    await journal.admin.execute("DELETE FROM nodes WHERE (index + 1) * 256 ^ level > $1", size)


async def test_what_is_sealed_is_cosigned_and_only_then_published(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealer = Sealer(log, witness)
    for size in (2, 5, 300):
        await journal.enter(size - len(await journal.sealed()))
        await journal.seal(sealer)
        found = await published(journal, sealer)
        assert found is not None
        note = parse_note(found.note)
        assert parse_checkpoint(note.text).size == found.size == size
        assert all(signature_by(note, key, fast_verify) for key in (log.key, witness.key))
        assert len(note.signatures) == 2
    assert overheard.checkpoints == await journal.checkpoints(log.key)
    assert sealer.keys == [log.key.text, witness.key.text]


async def test_an_empty_journal_is_cosigned_and_goes_on_from_there(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealer = Sealer(log, witness)
    await journal.seal(sealer)
    await journal.enter()
    await journal.seal(sealer)
    empty, one = await journal.checkpoints(log.key)
    assert empty == Checkpoint(log.key.name, 0, EMPTY_ROOT)
    assert overheard.checkpoints == [empty, one]


async def test_a_journal_that_was_sealed_alone_can_be_given_a_witness(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    await journal.enter(3)
    await journal.seal(Sealer(log, None))
    sealer = Sealer(log, witness)
    assert await published(journal, sealer) is None
    assert await turn(journal, sealer) == 0
    assert (await published(journal, sealer) or Published(0, "")).size == 3
    assert overheard.checkpoints == await journal.checkpoints(log.key)


async def test_while_the_witness_is_away_from_the_start_nothing_is_sealed(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealer, overheard.is_away = Sealer(log, witness), True
    await journal.enter(2)
    assert [await turn(journal, sealer) for _ in range(3)] == [0, 0, 0]
    assert await journal.checkpoints(log.key) == []
    assert sealer.refusal is None  # waiting helps
    overheard.is_away = False
    await journal.seal(sealer)
    assert [each.size for each in overheard.checkpoints] == [2]


async def test_when_the_witness_goes_away_later_sealing_goes_on_and_receipts_wait(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealer = Sealer(log, witness)
    await journal.enter(2)
    await journal.seal(sealer)
    overheard.is_away = True
    for _ in range(3):
        await journal.enter(2)
        await turn(journal, sealer)
    assert [each.size for each in await journal.checkpoints(log.key)] == [2, 4, 6, 8]
    assert (await published(journal, sealer) or Published(0, "")).size == 2
    overheard.is_away = False
    assert await turn(journal, sealer) == 0
    assert (await published(journal, sealer) or Published(0, "")).size == 8
    assert [each.size for each in overheard.checkpoints] == [2, 8]


async def test_a_new_process_waits_for_a_witness_that_is_away(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    await journal.enter(2)
    await journal.seal(Sealer(log, witness))
    overheard.is_away = True
    await journal.enter(2)
    assert await turn(journal, Sealer(log, witness)) == 0
    assert [each.size for each in await journal.checkpoints(log.key)] == [2]


async def test_who_seals_while_the_witness_is_away_says_so(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness, logged: list[dict[str, object]]
) -> None:
    sealer = Sealer(log, witness)
    await journal.seal(sealer)
    overheard.is_away = True
    await journal.enter(2)
    assert await turn(journal, sealer) == 2
    assert [line["event"] for line in logged] == ["the witness is away"]


async def test_what_the_witness_cosigned_unheard_is_cosigned_again(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealer = Sealer(log, witness)
    await journal.enter(3)
    await journal.seal(sealer)
    await journal.admin.execute("DELETE FROM cosignatures")
    assert await published(journal, sealer) is None
    assert await turn(journal, Sealer(log, witness)) == 0
    assert (await published(journal, sealer) or Published(0, "")).size == 3
    assert [each.size for each in overheard.checkpoints] == [3, 3]


async def test_sealers_under_one_witness_do_not_get_in_each_others_way(
    own_journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    sealers = [Sealer(log, witness) for _ in range(3)]
    for _ in range(8):
        await own_journal.enter(40)
        await asyncio.gather(*(turn(own_journal, sealer) for sealer in sealers))
    await own_journal.seal(*sealers)
    checkpoints = await own_journal.checkpoints(log.key)
    assert [sealer.refusal for sealer in sealers] == [None] * 3
    assert set(overheard.checkpoints) <= set(checkpoints)
    assert overheard.checkpoints[-1] == checkpoints[-1]


@pytest.mark.parametrize("back", [0, 1, 255])
async def test_an_older_backup_is_not_sealed(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness, back: int
) -> None:
    for size in (1, 254, 5):
        await journal.enter(size)
        await journal.seal(Sealer(log, witness))
    await go_back(journal, back)
    before, sealer = await journal.checkpoints(log.key), Sealer(log, witness)
    assert await turn(journal, sealer) == 0
    assert is_refused(sealer)  # before anybody builds on it
    await journal.enter(back + 10)
    assert [await turn(journal, sealer) for _ in range(2)] == [0, 0]
    assert sealer.refusal == f"The journal has {back} sealed entries, and its witness has seen 260."
    assert await journal.checkpoints(log.key) == before
    assert [each.size for each in overheard.checkpoints] == [1, 255, 260]


async def test_another_history_of_the_same_size_is_not_sealed(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    await journal.enter(2)
    await journal.seal(Sealer(log, witness))
    await journal.enter(1)
    await journal.seal(Sealer(log, witness))
    await go_back(journal, 2)
    await journal.enter(1)
    await journal.seal(Sealer(log, None))
    sealer = Sealer(log, witness)
    assert await turn(journal, sealer) == 0
    assert sealer.refusal == "The first 3 entries are not those that the witness has seen."
    await journal.enter(5)
    assert await turn(journal, sealer) == 0
    assert [each.size for each in await journal.checkpoints(log.key)] == [2, 3]
    assert [each.size for each in overheard.checkpoints] == [2, 3]


async def test_another_history_below_a_longer_one_is_not_sealed(
    journal: Journal, log: Signer, witness: Witness, overheard: OverheardWitness
) -> None:
    await journal.enter(3)
    await journal.seal(Sealer(log, witness))
    await go_back(journal, 0)
    await journal.enter(9)
    await journal.seal(Sealer(log, None))
    sealer = Sealer(log, witness)
    await journal.enter(1)
    assert await turn(journal, sealer) == 0
    assert sealer.refusal == "The first 3 entries are not those that the witness has seen."
    assert await published(journal, sealer) is None
    assert [each.size for each in overheard.checkpoints] == [3]


async def test_the_right_journal_is_sealed_again_without_a_restart(
    journal: Journal, log: Signer, witness: Witness, logged: list[dict[str, object]]
) -> None:
    await journal.enter(2)
    await journal.seal(Sealer(log, witness))
    kept = await journal.admin.fetch("SELECT * FROM leaves WHERE index = 1")
    last = await journal.admin.fetch("SELECT * FROM checkpoints")
    await journal.admin.execute("DELETE FROM cosignatures; DELETE FROM checkpoints; DELETE FROM leaves WHERE index = 1")
    sealer = Sealer(log, witness)
    assert [await turn(journal, sealer) for _ in range(3)] == [0, 0, 0]
    assert is_refused(sealer)
    assert [line["log_level"] for line in logged] == ["error"]  # said once, not in every turn
    await journal.admin.copy_records_to_table("leaves", records=[tuple(row) for row in kept])
    await journal.admin.copy_records_to_table("checkpoints", records=[tuple(row) for row in last])
    await journal.enter()
    await journal.seal(sealer)
    assert not is_refused(sealer)
    assert [each.size for each in await journal.checkpoints(log.key)] == [2, 3]


async def test_without_a_witness_a_process_remembers_what_it_has_sealed(journal: Journal, log: Signer) -> None:
    sealer = Sealer(log, None)
    await journal.enter(2)
    await journal.seal(sealer)
    await go_back(journal, 0)
    await journal.enter(1)
    assert await turn(journal, sealer) == 0
    assert sealer.refusal is not None
    assert await journal.seal(Sealer(log, None)) == 1


async def test_a_signature_by_another_key_of_the_witness_is_not_published(
    journal: Journal, log: Signer, witness: Witness, tmp_path: Path
) -> None:
    """The witness was set up anew under its old name: what the old one cosigned must be cosigned again."""
    await journal.enter(2)
    await journal.seal(Sealer(log, witness))
    anew = Signer.new(witness.key.name, WITNESS)
    async with serving(OverheardWitness(tmp_path / "anew", anew, log.key)) as client:
        sealer = Sealer(log, Witness(client, anew.key))
        await journal.seal(sealer)
        found = await published(journal, sealer)
    assert found is not None
    assert signature_by(parse_note(found.note), anew.key, fast_verify) is not None
