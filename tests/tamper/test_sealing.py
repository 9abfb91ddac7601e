"""The service's own sealer holds what it finds to what the witness has seen, and signs nothing that contradicts it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from servicekit.testing import JOURNAL_KEY, serving
from stack.testing import TestDatabase
from verifier.receipts import verify_receipt
from verifier.signing import Signer, fast_verify
from witness.app import create_app as create_witness

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
Copied: TypeAlias = Callable[..., Awaitable[TestDatabase]]
SIGNER = Signer.parse(JOURNAL_KEY)


@pytest.fixture
async def witnessed(honest: Any, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """The settings by which a service seals with the witness as it was when the journal had 700 entries."""
    shutil.copytree(honest.witness_folder, tmp_path / "witness")
    async with serving(create_witness(tmp_path / "witness", honest.witness, [SIGNER.key])) as witness:
        url = str(witness.base_url).rstrip("/")
        yield {"witness_url": url, "witness_key": honest.witness.key.text, "seal_seconds": 0.02}


async def receipt_of(client: httpx.AsyncClient, filer: Any, appeal: str) -> httpx.Response:
    """What is said of a receipt when it is said no longer that it will come."""
    answer = await client.get(f"/v1/appeals/{appeal}/receipt", headers=filer.citizen)
    while answer.status_code == 202:
        await asyncio.sleep(0.02)
        answer = await client.get(f"/v1/appeals/{appeal}/receipt", headers=filer.citizen)
    return answer


async def assert_not_sealing(client: httpx.AsyncClient, filer: Any) -> None:
    """Appeals are taken as ever, and their receipts are not promised."""
    for _ in range(3):
        answer = await receipt_of(client, filer, await filer.file(client))
        assert (answer.status_code, answer.json()["code"]) == (503, "not-sealing")


async def test_after_an_old_backup_nothing_is_sealed_until_the_right_state_is_put_back(
    copied: Copied, serve: Callable[..., Any], look: Fsck, filer: Any, witnessed: dict[str, Any], honest: Any
) -> None:
    async with serve(await copied(backup=True), **witnessed) as client:
        await assert_not_sealing(client, filer)
        assert await look(client) == [("rolled-back", "entries[513:700]")]
    async with serve(await copied(), **witnessed) as client:
        answer = await receipt_of(client, filer, await filer.file(client))
        receipt = verify_receipt(answer.content, [SIGNER.key, honest.witness.key], fast_verify)
        assert receipt.entries[0].index == 700
        assert await look(client, witness=witnessed["witness_url"]) == []


async def test_after_an_old_backup_that_went_on_nothing_is_sealed(
    copied: Copied, serve: Callable[..., Any], look: Fsck, filer: Any, witnessed: dict[str, Any]
) -> None:
    database = await copied(backup=True)
    async with serve(database, witness_url=None, witness_key=None, seal_seconds=0.02) as client:
        await filer.reach(client, 720)
    async with serve(database, **witnessed) as client:
        await assert_not_sealing(client, filer)
        assert await look(client) == [("rolled-back", "entries[513:700]")]


async def test_a_history_that_was_rewritten_is_not_gone_on_with(
    operator: asyncpg.Connection,
    hash_anew: Callable[..., Awaitable[None]],
    sign_anew: Callable[..., Awaitable[str]],
    serve: Callable[..., Any],
    filer: Any,
    witnessed: dict[str, Any],
) -> None:
    await operator.execute("UPDATE journal SET role = 'auditor' FROM leaves WHERE entry = id AND index = 300")
    await hash_anew(300)
    await sign_anew()
    async with serve(**witnessed) as client:
        await assert_not_sealing(client, filer)
