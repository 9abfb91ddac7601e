"""The private part of a journal entry: proven by a commitment that is public, readable while its key is kept."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verifier.canonical import canonical, commitment_of

_SALT_BYTES = 16
_KEY_BYTES = 32
_NONCE = bytes(12)  # a key is used once


class PrivatePartBroken(Exception):
    """What is kept of a private part is not what was hidden under this key for this entry."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is kept of a private part: its commitment for everybody, itself under a key, and the key."""

    commitment: bytes
    sealed: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Revealed:
    """A private part with the salt by which its commitment can be checked."""

    salt: bytes
    data: dict[str, Any]


def hide(entry: UUID, private: Mapping[str, Any]) -> Hidden:
    """Put the private part of an entry under a new key (AES-256-GCM), with a new salt.

    Raises:
        NotCanonical: it holds something that has no canonical form.
    """
    salt, key = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_KEY_BYTES)
    content = canonical({"data": private, "salt": salt.hex()})
    return Hidden(commitment_of(salt, private), AESGCM(key).encrypt(_NONCE, content, entry.bytes), key)


def reveal(entry: UUID, sealed: bytes, key: bytes) -> Revealed:
    """The private part of an entry.

    Raises:
        PrivatePartBroken: it is not what was hidden.
    """
    try:
        content = json.loads(AESGCM(key).decrypt(_NONCE, sealed, entry.bytes))
    except (InvalidTag, ValueError) as error:
        raise PrivatePartBroken(str(entry)) from error
    return Revealed(bytes.fromhex(content["salt"]), content["data"])
