"""Whether what a journal serves is of one piece, and what is at fault where it is not: values in, faults out.

Entries, tiles and the signed root are three views of one tree. Where two of them agree, the third is at fault; and
what was known of the journal before must be part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stack.fsck.comparing import compare
from stack.fsck.faults import Fault, at, between
from stack.fsck.listing import Listing
from stack.fsck.trees import HASH, TILE, levels_of, root_at, split, tile_address
from verifier.notes import Checkpoint


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint that the journal has signed: by whom it is known, and the note that proves it."""

    by: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Views:
    """What a journal serves: a checkpoint with its note, the entries, and of each level the hashes in its tiles.

    The first level are the leaves; a level ends where a tile is not there.
    """

    checkpoint: Checkpoint
    note: str
    listing: Listing
    tiles: Sequence[bytes]

    @property
    def listed(self) -> bytes:
        """The leaves of the entries, as far as these are listed one after the other."""
        return bytes(self.listing.leaves[: min(self.listing.dense, self.checkpoint.size) * HASH])


def judge(views: Views, known: Sequence[Known]) -> list[Fault]:
    """Find what is wrong with what a journal serves.

    Args:
        views: what it serves; its entries may go on behind the checkpoint.
        known: what it is held to, in any order.
    """
    listed, tiled = views.listed, views.tiles[0]
    tree = _sealed(tiled, views.checkpoint) or (_sealed(listed, views.checkpoint) if listed != tiled else None)
    if tree is None:
        tree = levels_of(max(listed, tiled, key=len))
        faults = _at_odds(views, tree, known) + views.listing.faults(views.checkpoint.size)
    else:
        faults = [] if _is_whole(views, tree[0]) else compare(views.listing, tree[0])
        faults = faults or views.listing.faults(views.checkpoint.size)
        damaged = [level for level, hashes in enumerate(tree) if hashes != _tiles(views, level)]
        faults += [_damaged(views, level, tree[level]) for level in damaged]
    return faults + _taken_back(views, tree, known)


def _sealed(leaves: bytes, checkpoint: Checkpoint) -> list[bytes] | None:
    """The tree over leaves, if it is the one of which the root was signed."""
    if len(leaves) != checkpoint.size * HASH:
        return None
    tree = levels_of(leaves)
    return tree if root_at(tree, checkpoint.size) == checkpoint.root else None


def _is_whole(views: Views, sealed: bytes) -> bool:
    """Whether the list has the leaves that were sealed, and behind them only later ones."""
    size = views.checkpoint.size
    return views.listed == sealed and all(index >= size for index in views.listing.indexes[size:])


def _tiles(views: Views, level: int) -> bytes:
    return views.tiles[level] if level < len(views.tiles) else b""


def _damaged(views: Views, level: int, sealed: bytes) -> Fault:
    """The first tile of a level that does not hold what it should."""
    served, wanted = split(_tiles(views, level)), split(sealed)
    same = _same(served, wanted)
    index = same // TILE
    address = tile_address(level, index, min(TILE, len(wanted) - index * TILE))
    if same == len(served):
        return Fault("tile", address, "The tile is not there.")
    below = "the entry" if level == 0 else "those below it"
    return Fault("tile", address, f"Hash {same % TILE} of the tile is not that of {below}.")


def _same(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many are the same from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, pair in pairs if pair[0] != pair[1]), min(len(one), len(other)))


def _at_odds(views: Views, tree: Sequence[bytes], known: Sequence[Known]) -> list[Fault]:
    """What is wrong where neither the entries nor the leaves in tiles have the root that was signed."""
    size, listing, tiled, listed = views.checkpoint.size, views.listing, views.tiles[0], views.listed
    both, there = min(len(listed), len(tiled)), len(tree[0]) // HASH
    faults = [] if listed[:both] == tiled[:both] else compare(listing, tiled)
    reach = max(listing.indexes, default=-1) + 1
    sound, end = _bounds(tree, views, known)
    if listing.dense < min(reach, size):
        faults.append(Fault("gap", at(listing.dense), "The index is not there, and not in a tile either."))
    elif there < size and end == size:
        faults.append(Fault("truncated", between(there, size), f"Of {size} entries there are {there}."))
    elif there < size:
        faults.append(Fault("deleted", between(sound, end), f"Of {size} entries there are {there}."))
    else:
        place = "checkpoint" if sound == size else between(sound, end)
        faults.append(Fault("root", place, "The signed root is not that of the entries.", (views.note,)))
    return faults + _lost_tile(views, reach)


def _lost_tile(views: Views, reach: int) -> list[Fault]:
    """The tile of leaves that is not there although its entries are."""
    index = len(views.tiles[0]) // HASH // TILE
    width = min(TILE, views.checkpoint.size - index * TILE)
    if len(views.tiles[0]) == views.checkpoint.size * HASH or index * TILE + width > reach:
        return []
    return [Fault("tile", tile_address(0, index, width), "The tile is not there.")]


def _bounds(tree: Sequence[bytes], views: Views, known: Sequence[Known]) -> tuple[int, int]:
    """How many of the first leaves are what is known of them, and how many are not, or the size where nothing says so.

    Tiles above the leaves say so too, beyond what is known better.
    """
    size = views.checkpoint.size
    sound, end = _between(_held(tree, known), size)
    above, wanted = (split(level) for level in (_tiles(views, 1), tree[1] if len(tree) > 1 else b""))
    same = _same(above, wanted)
    if same < min(len(above), len(wanted)) and (same + 1) * TILE > sound:
        end = min(end, (same + 1) * TILE)
    return max(sound, min(same * TILE, end)), end


def _held(tree: Sequence[bytes], known: Sequence[Known]) -> Mapping[int, bool]:
    """Of the known checkpoints, by their size: whether the tree begins with all that there are of it."""
    there = len(tree[0]) // HASH
    held: dict[int, bool] = {}
    for one in known:
        if one.size <= there:
            held[one.size] = held.get(one.size, True) and root_at(tree, one.size) == one.root
    return held


def _between(held: Mapping[int, bool], size: int) -> tuple[int, int]:
    """The last size that holds, and the first behind it that does not."""
    end = min((each for each, holds in held.items() if not holds), default=size)
    return max((each for each, holds in held.items() if holds and each <= end), default=0), end


def _taken_back(views: Views, tree: Sequence[bytes], known: Sequence[Known]) -> list[Fault]:
    """What is known, and not so any more."""
    size, faults = views.checkpoint.size, []
    held = _held(tree, known)
    if not all(held.values()):
        first, end = _between(held, size)
        (against, *_) = (one for one in known if one.size == end and root_at(tree, end) != one.root)
        message = f"The first {end} entries are not those that are {against.by}"
        message += f"; the first {first} are." if first else "."
        faults.append(Fault("rewritten", between(first, end), message, (against.note, views.note)))
    largest = max(known, key=lambda one: one.size, default=None)
    if largest is not None and largest.size > size:
        message = f"There are {size} entries, and {largest.size} are {largest.by}."
        faults.append(Fault("rolled-back", between(size, largest.size), message, (largest.note, views.note)))
    return faults
