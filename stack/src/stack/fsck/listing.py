"""The entries of a journal as they are listed; of each only hashes are kept, so that a long journal fits."""

import json
from array import array
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from stack.fsck.faults import Fault, Kind, at
from verifier.canonical import NotCanonical, leaf_hash_of
from verifier.tree import leaf_hash


class Listing:
    """Entries in the order in which they are listed: the index that each is given, and its leaf, worked out anew.

    `dense` says how many of the first have the indexes 0, 1, 2 and so on. `faults` are those of the entries among
    themselves before the index `size`, the first of each kind: an id that is there twice, a version that goes down.
    """

    def __init__(self, size: int) -> None:
        self.leaves = bytearray()
        self.indexes = array("q")
        self.dense = 0
        self._size = size
        self._ids: set[bytes] = set()
        self._versions: dict[bytes, int] = {}
        self._faults: dict[Kind, Fault] = {}

    @property
    def faults(self) -> list[Fault]:
        return [*self._faults.values()]

    def add(self, item: Mapping[str, Any]) -> None:
        """Take in the next entry.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: it is none.
        """
        entry = dict(item)
        index: int = entry.pop("index")
        self.indexes.append(index)
        self.leaves += _leaf(entry)
        if self.dense == index == len(self.indexes) - 1:
            self.dense += 1
        if index < self._size:
            self._look_back(index, entry)

    def _look_back(self, index: int, entry: Mapping[str, Any]) -> None:
        known, about = UUID(entry["id"]).bytes, entry["object"]
        if known in self._ids:
            self._add_fault("duplicated", index, f"The id {entry['id']} has been there before.")
        self._ids.add(known)
        key, version = UUID(about["id"]).bytes, about["version"]
        before = self._versions.get(key, version)
        if version < before:
            message = f"It is version {version} of {about['kind']} {about['id']}, of which {before} came before."
            self._add_fault("reordered", index, message)
        self._versions[key] = max(version, before)

    def _add_fault(self, kind: Kind, index: int, message: str) -> None:
        self._faults.setdefault(kind, Fault(kind, at(index), message))


def _leaf(entry: Mapping[str, Any]) -> bytes:
    try:
        return leaf_hash_of(entry)
    except NotCanonical:
        # No journal seals such an entry, so this is a hash that no journal has.
        return leaf_hash(b"not canonical: " + json.dumps(entry).encode())
