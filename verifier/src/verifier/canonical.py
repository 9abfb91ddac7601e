"""The one way to write a JSON value as bytes (RFC 8785), for what journals hold: no floats, member names in ASCII."""

import hashlib
import json
from contextlib import suppress

from verifier.tree import leaf_hash


class NotCanonical(ValueError):
    """A value that has no one way to be written: a float, a lone surrogate, a name that is not ASCII."""


def canonical(value: object) -> bytes:
    """Write dicts, lists, strings, whole numbers within 2**53, booleans and None.

    ASCII names, sorted as Python sorts them, are in the order of UTF-16 code units that RFC 8785 asks for, and
    `json` escapes what it escapes in the same way.

    Raises:
        NotCanonical: it holds anything else, or is nested deeper than Python reads.
    """
    with suppress(UnicodeEncodeError, RecursionError):
        if _fits(value):
            return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    raise NotCanonical("It holds a float, a number beyond 2**53, a lone surrogate, a name not in ASCII, or no JSON.")


def leaf_hash_of(entry: object) -> bytes:
    """Hash an entry's public form as a leaf of its journal's tree."""
    return leaf_hash(canonical(entry))


def commitment_of(salt: bytes, private: object) -> bytes:
    """Hash a private part with its 16 bytes of salt, without which nobody can guess what was hashed."""
    return hashlib.sha256(salt + canonical(private)).digest()


def _fits(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isascii() for name in value) and all(map(_fits, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_fits, value))
    # at 2**53, either way, other JSON readers begin to lose digits (RFC 7493, section 2.2)
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)
