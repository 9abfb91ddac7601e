"""The Merkle tree of a journal (RFC 6962, proofs as in RFC 9162): what a proof proves. All hashes are 32 bytes."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


class BadProof(ValueError):
    """A proof that cannot be one: not as long as the tree's size and the index ask for."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf; the byte in front keeps it from being taken for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Hash all leaf hashes up to the root, level by level; one that has no neighbour rises as it is."""
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0] if level else EMPTY_ROOT


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Work out the root that a tree of `size` leaves has if this leaf hash stands at `index`.

    Raises:
        BadProof: the index is not in the tree, or the proof is not as long as its way.
    """
    return _climb(leaf, index, size, proof)[0]


def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the new tree begins with all the leaves of the old one.

    Every tree begins with the empty one, and with itself, both without a proof. Else the proof begins with the last
    full subtree of the old one, unless that is the old tree itself, and then has its way up in the new one.
    """
    if not 0 <= old_size <= new_size or (old_size == 0 and old_root != EMPTY_ROOT):
        return False
    if old_size in {0, new_size}:
        return not proof and (old_size < new_size or old_root == new_root)
    level = (old_size & -old_size).bit_length() - 1
    index, last = old_size - 1 >> level, new_size - 1 >> level
    try:
        subtree, *way = proof if index else [old_root, *proof]
        return _climb(subtree, index, last + 1, way) == (new_root, old_root)
    except ValueError:  # the proof is empty, or not as long as this way
        return False


def _climb(node: bytes, index: int, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Work out the root over a node, and the one it would have if it were the last node of its level.

    The proof has the neighbours on the way up. Below the level where this way meets that of the last node, the bits
    of the index say on which side they stand; above it all of them stand to the left. Those to the left were there
    before this node was.
    """
    meeting = (index ^ (size - 1)).bit_length()
    length = meeting + (index >> meeting).bit_count()
    if not 0 <= index < size or len(proof) != length or any(len(one) != len(EMPTY_ROOT) for one in (node, *proof)):
        raise BadProof(f"To prove that {size} have one at {index}, it would be in them, with {length} whole hashes.")
    before = node
    for level, neighbour in enumerate(proof):
        if level >= meeting or index >> level & 1:
            node, before = node_hash(neighbour, node), node_hash(neighbour, before)
        else:
            node = node_hash(node, neighbour)
    return node, before
