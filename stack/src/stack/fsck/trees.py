"""The tree over a journal's leaves (RFC 6962, 2.1), worked out anew: hashes of a level stand one behind the other.

Level 0 are the leaves, and each hash of the next level is that of 256 below it, as C2SP tlog-tiles cuts the tree.
"""

from collections.abc import Sequence
from functools import reduce

from verifier.tree import EMPTY_ROOT, node_hash, root_of

HASH = 32
"""Bytes of a hash."""
TILE = 256
"""Hashes of a tile."""
_BITS_A_LEVEL = 8


def split(hashes: bytes) -> list[bytes]:
    """Take hashes that stand one behind the other apart."""
    return [hashes[begin : begin + HASH] for begin in range(0, len(hashes), HASH)]


def levels_of(leaves: bytes) -> list[bytes]:
    """Work out the levels above the leaves; of each only the hashes over 256 that are all there."""
    levels = [leaves]
    while len(levels[-1]) >= TILE * HASH:
        below = levels[-1]
        whole = range(0, len(below) - TILE * HASH + 1, TILE * HASH)
        levels.append(b"".join(root_of(split(below[begin : begin + TILE * HASH])) for begin in whole))
    return levels


def root_at(levels: Sequence[bytes], size: int) -> bytes:
    """Work out the root of the first `size` leaves, which must be there, from the levels above them.

    A tree is made of complete ones, each smaller than the one to its left: one for each bit of its size.
    """
    parts = [_complete(levels, size, height) for height in reversed(range(size.bit_length())) if size >> height & 1]
    return reduce(lambda right, left: node_hash(left, right), reversed(parts)) if parts else EMPTY_ROOT


def tile_address(level: int, index: int, width: int) -> str:
    """The address of a tile, as C2SP tlog-tiles writes it: an index in groups of three digits, `.p/8` for 8 hashes."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[begin : begin + 3] for begin in range(0, len(digits), 3)]
    place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{place}" + ("" if width == TILE else f".p/{width}")


def _complete(levels: Sequence[bytes], size: int, height: int) -> bytes:
    """The hash of the complete tree of that height among those that a tree of `size` leaves is made of."""
    level, above = divmod(height, _BITS_A_LEVEL)
    first = size >> height + 1 << above + 1
    return root_of(split(levels[level][first * HASH : (first + (1 << above)) * HASH]))
