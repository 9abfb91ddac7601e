"""The entries of a journal as they are listed; of each some 80 bytes are kept, so that a long journal fits."""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from stack.fsck.faults import Fault, at
from verifier.canonical import NotCanonical, leaf_hash_of
from verifier.tree import leaf_hash

_ID = 16
"""Bytes of an id."""


class Listing:
    """Entries in the order in which they are listed: the index that each is given, and its leaf, worked out anew.

    `dense` says how many of the first have the indexes 0, 1, 2 and so on.
    """

    def __init__(self) -> None:
        self.leaves = bytearray()
        self.indexes = array("q")
        self.dense = 0
        self._ids = bytearray()
        self._objects = bytearray()
        self._versions = array("q")

    def add(self, item: Mapping[str, Any]) -> None:
        """Take in the next entry.

        Raises:
            KeyError, TypeError, ValueError, AttributeError, OverflowError: it is none.
        """
        entry = dict(item)
        index: int = entry.pop("index")
        self.indexes.append(index)
        self.leaves += _leaf(entry)
        self._ids += UUID(entry["id"]).bytes
        self._objects += UUID(entry["object"]["id"]).bytes
        self._versions.append(entry["object"]["version"])
        if self.dense == index == len(self.indexes) - 1:
            self.dense += 1

    def faults(self, size: int) -> list[Fault]:
        """What is wrong among the entries with an index below `size`: an id comes again, an object's version goes down.

        Returns:
            One fault of each kind, at the first place.
        """
        there = [n for n, index in enumerate(self.indexes) if index < size]
        again = min((n for _, n in _neighbours(bytes(self._ids), there)), default=None)
        versions = self._versions
        same = _neighbours(bytes(self._objects), there)
        back = min((n for before, n in same if versions[n] < versions[before]), default=None)
        found = []
        if again is not None:
            found.append(Fault("duplicated", at(self.indexes[again]), "An entry with this id came before."))
        if back is not None:
            message = f"It is version {versions[back]} of its object, of which a later one came before."
            found.append(Fault("reordered", at(self.indexes[back]), message))
        return found


def _leaf(entry: Mapping[str, Any]) -> bytes:
    try:
        return leaf_hash_of(entry)
    except NotCanonical:
        # No journal seals such an entry, so this is a hash that no journal has.
        return leaf_hash(b"not canonical: " + json.dumps(entry).encode())


def _neighbours(ids: bytes, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Positions of the same id, each with the next."""

    def id_at(position: int) -> bytes:
        return ids[position * _ID : (position + 1) * _ID]

    pairs = pairwise(sorted(positions, key=id_at))
    return (pair for pair in pairs if id_at(pair[0]) == id_at(pair[1]))
