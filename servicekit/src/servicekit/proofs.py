"""Roots and proofs of the journal's tree (RFC 6962, 2.1), put together from the hashes that the database keeps.

The hash of any part of the tree comes from complete subtrees, and these from at most 128 hashes of one level: of
leaves, or of every 256 below. So a root or a proof of a million entries reads some hundred hashes, and nothing that is
kept is ever changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    bindparam,
    case,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from servicekit.database import Query, Reading, Writing
from servicekit.tables import leaves, nodes
from verifier.tree import EMPTY_ROOT, node_hash

# The leaves from the first to before the last.
Range: TypeAlias = tuple[int, int]
# A complete subtree: how high it is, and which of its height.
_Subtree: TypeAlias = tuple[int, int]
# Hashes that stand side by side: their level, the first, and how many.
_Run: TypeAlias = tuple[int, int, int]

_BITS_A_LEVEL = 8
_HASH_BYTES = 32
TILE = 1 << _BITS_A_LEVEL
_NODES_AT_ONCE = 64


async def root_at(reading: Reading, size: int) -> bytes:
    """The root over the first `size` leaves, which must be there."""
    if size == 0:
        return EMPTY_ROOT
    return (await hashes_of(reading, [(0, size)]))[0]


async def hashes_of(reading: Reading, ranges: Sequence[Range]) -> list[bytes]:
    """The hash of each range of leaves, all of which must be there."""
    parts = [list(_subtrees(*each)) for each in ranges]
    known = await _read(reading, {part for each in parts for part in each})
    return [_joined([known[part] for part in each]) for each in parts]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that a leaf stands in the tree of `size` leaves: PATH of RFC 6962, 2.1.1."""
    found: list[Range] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _left(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of `new` leaves extends that of `old`: PROOF of RFC 6962, 2.1.2."""
    found: list[Range] = []
    begin, end = 0, new
    if old == 0:
        return found
    while end != old:
        middle = begin + _left(end - begin)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return [*([(begin, end)] if begin else []), *found[::-1]]


async def tile(reading: Reading, level: int, index: int, width: int) -> bytes | None:
    """`width` hashes of a level, from the 256 * `index`th; None when not all are there."""
    (found,) = await _hashes(reading, [(level, index * TILE, width)])
    return found if len(found) == width * _HASH_BYTES else None


async def complete_nodes(writing: Writing, old: int, new: int) -> None:
    """Put down the hashes of every 256 that became complete when the tree grew from `old` to `new` leaves."""
    level = 0
    while new >= TILE:
        old, new = old // TILE, new // TILE
        for first in range(old, new, _NODES_AT_ONCE):
            made = range(first, min(first + _NODES_AT_ONCE, new))
            below = await _hashes(writing, [(level, index * TILE, TILE) for index in made])
            hashes = [_complete(each) for each in below]
            await writing.run(_ADD_NODES, level=level + 1, indexes=list(made), hashes=hashes)
        level += 1


def _left(count: int) -> int:
    """How many of `count` leaves, two or more, are on the left: the largest power of two below it."""
    return 1 << (count - 1).bit_length() - 1


def _subtrees(begin: int, end: int) -> Iterator[_Subtree]:
    """The complete subtrees that a range consists of, from left to right, each lower than the one before."""
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range from those of its complete subtrees."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes))


def _complete(hashes: bytes) -> bytes:
    """The hash of a complete subtree from those of one level in it, which stand one behind the other."""
    row = [hashes[at : at + _HASH_BYTES] for at in range(0, len(hashes), _HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


async def _read(reading: Reading, subtrees: set[_Subtree]) -> Mapping[_Subtree, bytes]:
    ordered = sorted(subtrees)
    found = await _hashes(reading, [_run(*each) for each in ordered])
    return {subtree: _complete(hashes) for subtree, hashes in zip(ordered, found, strict=True)}


def _run(height: int, index: int) -> _Run:
    """What of a level that is kept makes up a complete subtree."""
    level = height // _BITS_A_LEVEL
    above = height - level * _BITS_A_LEVEL
    return level, index << above, 1 << above


async def _hashes(reading: Reading, runs: Sequence[_Run]) -> list[bytes]:
    """The hashes of each run, one behind the other; of some or none where the tree ends before."""
    if not runs:
        return []
    levels, firsts, counts = (list(each) for each in zip(*runs, strict=True))
    rows = await reading.all(_HASHES, levels=levels, firsts=firsts, counts=counts)
    return [row["hashes"] or b"" for row in rows]


def _between(table: Table, *more: ColumnElement[bool]) -> ColumnElement[bytes]:
    joined = func.string_agg(table.c.hash, aggregate_order_by(literal_column("''::bytea"), table.c.index))
    chosen = (table.c.index >= _wanted.c.first, table.c.index < _wanted.c.first + _wanted.c.count)
    return select(joined).where(*chosen, *more).correlate(_wanted).scalar_subquery()


_wanted = (
    func.unnest(
        bindparam("levels", type_=ARRAY(SmallInteger)),
        bindparam("firsts", type_=ARRAY(BigInteger)),
        bindparam("counts", type_=ARRAY(Integer)),
    )
    .table_valued(column("level"), column("first"), column("count"), with_ordinality="place")
    .render_derived(name="wanted")
)
_of_level = nodes.c.level == _wanted.c.level
_HASHES = Query(
    select(case((_wanted.c.level == 0, _between(leaves)), else_=_between(nodes, _of_level)).label("hashes")).order_by(
        _wanted.c.place
    )
)
_made = (
    func.unnest(bindparam("indexes", type_=ARRAY(BigInteger)), bindparam("hashes", type_=ARRAY(LargeBinary)))
    .table_valued(column("index"), column("hash"))
    .render_derived(name="made")
)
_ADD_NODES = Query(
    insert(nodes).from_select(
        ["level", "index", "hash"], select(bindparam("level", type_=SmallInteger), _made.c.index, _made.c.hash)
    )
)
