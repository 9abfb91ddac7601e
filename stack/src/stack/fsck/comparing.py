"""What was done to a list of entries, seen from the leaves that were sealed.

Entries that are listed in the order of their leaves, as many as there can be, stand as they were. Between two of them
something was changed, taken away or put there.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stack.fsck.faults import Fault, Kind, at, between
from stack.fsck.listing import Listing
from stack.fsck.trees import split

_SAID: dict[Kind, str] = {
    "edited": "The entry is not the one that was sealed",
    "deleted": "The entry that was sealed is not listed",
    "inserted": "An entry is listed that was not sealed",
    "duplicated": "An entry is listed that stands elsewhere, too",
    "reordered": "The entries are not listed in the order in which they were sealed",
    "gap": "The entries are those that were sealed, and this index is not given to any",
}
# A listed entry by its position, and the index of its leaf.
_Pair = tuple[int, int]


def compare(listing: Listing, sealed: bytes) -> list[Fault]:
    """Say how a list of entries differs from the leaves that were sealed.

    Args:
        listing: what is listed; it may go on behind what is sealed.
        sealed: the leaves, one behind the other.

    Returns:
        One fault of each kind, at the first place where it is found; none where nothing differs.
    """
    listed, leaves = split(bytes(listing.leaves)), split(sealed)
    indexes = {leaf: index for index, leaf in enumerate(leaves)}
    kept = _longest_run([(n, indexes[leaf]) for n, leaf in enumerate(listed) if leaf in indexes])
    listed = listed[: _end(listing, kept, len(leaves))]
    places: dict[Kind, list[int]] = defaultdict(list)
    for kind, index in _differences(listing, listed, leaves, kept):
        places[kind].append(index)
    if not places and listing.dense < len(leaves):
        places["gap"].append(listing.dense)
    position, last = kept[-1] if kept else (-1, -1)
    if position == len(listing.indexes) - 1 and last < len(leaves) - 1:  # nothing is listed behind
        lost = places.pop("deleted", [])
        places["deleted"] = [index for index in lost if index < last]
        places["truncated"] = [index for index in lost if index > last]
    return [_fault(kind, found, len(leaves)) for kind, found in places.items() if found]


def _fault(kind: Kind, indexes: Sequence[int], size: int) -> Fault:
    first = min(indexes)
    if kind == "truncated":
        return Fault(kind, between(first, size), f"The last {size - first} of {size} entries are not listed.")
    more = "" if len(indexes) == 1 else f"; this is the first of {len(indexes)} such places"
    return Fault(kind, at(first), f"{_SAID[kind]}{more}.")


def _longest_run(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The most pairs, in their order, of which each has a larger index than the one before."""
    lowest: list[int] = []  # the lowest index at which a run of each length ends, and by which pair
    ends: list[int] = []
    before: list[int | None] = []
    for n, (_, index) in enumerate(pairs):
        length = bisect_left(lowest, index)
        before.append(ends[length - 1] if length else None)
        lowest[length : length + 1] = [index]
        ends[length : length + 1] = [n]
    found = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(pairs[last])
        last = before[last]
    return found[::-1]


def _end(listing: Listing, kept: Sequence[_Pair], size: int) -> int:
    """The position behind the last entry to be judged; what follows was entered later."""
    position, index = kept[-1] if kept else (-1, -1)
    # Where all leaves are accounted for, only an index that is not beyond the last one's is out of place.
    limit = size if index < size - 1 else listing.indexes[position] + 1
    behind = range(position + 1, len(listing.indexes))
    return max((n for n in behind if listing.indexes[n] < limit), default=position) + 1


def _differences(
    listing: Listing, listed: Sequence[bytes], leaves: Sequence[bytes], kept: Sequence[_Pair]
) -> Iterator[tuple[Kind, int]]:
    """What differs between those entries that stand as they were, and at which index."""
    indexes = {leaf: index for index, leaf in enumerate(leaves)}
    standing, everywhere = {listed[n] for n, _ in kept}, set(listed)
    for before, behind in pairwise([(-1, -1), *kept, (len(listed), len(leaves))]):
        lost = deque(index for index in range(before[1] + 1, behind[1]) if leaves[index] not in everywhere)
        for n in range(before[0] + 1, behind[0]):
            leaf, index = listed[n], listing.indexes[n]
            if leaf in indexes and leaf not in standing:
                yield "reordered", min(index, indexes[leaf])
            elif leaf in standing:
                yield "duplicated", index
                if lost:
                    lost.popleft()  # in whose place it stands
            else:
                yield ("edited", lost.popleft()) if lost else ("inserted", index)
        yield from (("deleted", index) for index in lost)
