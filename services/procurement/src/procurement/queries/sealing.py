"""How a bid lies in the database before the deadline: encrypted, and bound to the bid that it is of.

Beside it stands a commitment, which the journal publishes at once. It is SHA-256 over a salt and the content, and the
salt is inside the seal: so nobody can guess the content, and after the opening everybody can see that it is the same.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verifier.canonical import commitment_of

_NONCE_BYTES = 12
_SALT_BYTES = 16


class SealBroken(Exception):
    """The sealed content cannot be read: it is another bid's, was changed, or was sealed with another key."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A content that cannot be read, and the commitment to it (hexadecimal)."""

    sealed: bytes
    commitment: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A content, and the salt (hexadecimal) that proves it against its commitment."""

    content: dict[str, Any]
    salt: str


class Seal:
    """Seals and opens the contents of bids with one key of 32 bytes (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, bid_id: UUID, content: Mapping[str, Any]) -> Sealed:
        nonce, salt = secrets.token_bytes(_NONCE_BYTES), secrets.token_bytes(_SALT_BYTES)
        plain = json.dumps({"salt": salt.hex(), "content": content}).encode()
        return Sealed(nonce + self._cipher.encrypt(nonce, plain, bid_id.bytes), commitment_of(salt, content).hex())

    def open(self, bid_id: UUID, sealed: bytes) -> Unsealed:
        """What was sealed for this bid.

        Raises:
            SealBroken: it cannot be read with this key, or for this bid.
        """
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bid_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error
        return Unsealed(**json.loads(plain))
