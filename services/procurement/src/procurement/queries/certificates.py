"""Certificates of evaluated lots, kept as they were made, since their digest is in the journal."""

import asyncio
import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from procurement.tables import certificates
from scorer import canonical, explained
from servicekit.database import Query, Reading
from servicekit.permissions import NotFound

# What is written once and read seldom need not be small at any price.
_LEVEL = 1


def packed(certificate: Mapping[str, Any]) -> bytes:
    """A certificate as it lies in the database: its canonical JSON, which says the same words for each bid, packed."""
    return zlib.compress(canonical(certificate), _LEVEL)


async def read_certificate(reading: Reading, lot_id: UUID) -> dict[str, Any]:
    """The certificate of a lot, without a receipt.

    Raises:
        NotFound: it was not evaluated yet.
    """
    content = await reading.value(_ONE, lot=lot_id)
    if content is None:
        raise NotFound
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    return found


async def read_explained(reading: Reading, lot_id: UUID) -> dict[str, Any]:
    """The certificate of a lot with its explanation, if there is one for so many bids; it is not to be changed.

    Raises:
        NotFound: the lot was not evaluated yet.
    """
    content = await reading.value(_ONE, lot=lot_id)
    if content is None:
        raise NotFound
    # It takes a while, and others are not to wait for that.
    return await asyncio.to_thread(_explained, content)


@lru_cache(maxsize=128)
def _explained(content: bytes) -> dict[str, Any]:
    return explained(json.loads(zlib.decompress(content)))


_ONE = Query(select(certificates.c.content).where(certificates.c.lot_id == bindparam("lot")))
