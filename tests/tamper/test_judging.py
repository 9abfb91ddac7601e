"""The judgement alone, on values: no honest journal of any size is accused, and every kind of fault is told apart."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from stack.fsck.faults import Fault
from stack.fsck.judging import Known, Views, judge
from stack.fsck.listing import Listing
from stack.fsck.trees import HASH, TILE, levels_of, root_at, split, tile_address
from verifier.canonical import leaf_hash_of
from verifier.notes import Checkpoint
from verifier.tree import root_of

Entry = dict[str, Any]
SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 700)
LARGE = (65_535, 65_536, 65_537)
SIZE = 700
WHERE = [3, 255, 256, 437, 511, 512, 650, 698]


def entry(number: int, *, about: int | None = None, version: int = 1) -> Entry:
    """An entry; the object's id is of the entry's number unless it is about another."""
    subject = number if about is None else about
    return {"id": str(UUID(int=number)), "object": {"id": str(UUID(int=subject)), "kind": "note", "version": version}}


def entries(count: int) -> list[Entry]:
    return [entry(number) for number in range(count)]


def leaves_of(those: Sequence[Entry]) -> bytes:
    return b"".join(map(leaf_hash_of, those))


def listed(those: Sequence[Entry], indexes: Sequence[int] | None = None) -> Listing:
    listing = Listing()
    for index, each in zip(range(len(those)) if indexes is None else indexes, those, strict=True):
        listing.add({"index": index, **each})
    return listing


def views(sealed: bytes, listing: Listing, tiles: Sequence[bytes] | None = None) -> Views:
    """What a journal serves that has signed these leaves."""
    levels = levels_of(sealed)
    size = len(sealed) // HASH
    checkpoint = Checkpoint("tests.example/journal", size, root_at(levels, size))
    return Views(checkpoint, "the note", listing, levels if tiles is None else tiles)


def known(those: Sequence[Entry], *sizes: int) -> list[Known]:
    return [
        Known("remembered", size, root_of([leaf_hash_of(one) for one in those[:size]]), str(size)) for size in sizes
    ]


def told(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    return [(fault.kind, fault.place) for fault in faults]


@pytest.mark.parametrize("size", [*SIZES, *LARGE])
def test_roots_are_those_of_the_verifier(size: int) -> None:
    leaves = [number.to_bytes(HASH) for number in range(size)]
    levels = levels_of(b"".join(leaves))
    for part in {size, size // 2, size // 3, max(size - 1, 0), min(size, 256), min(size, 300)}:
        assert root_at(levels, part) == root_of(leaves[:part])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("later", [0, 1, 300])
def test_an_honest_journal_is_not_accused_also_when_it_has_grown(size: int, later: int) -> None:
    those = entries(size + later)
    held = known(those, *(each for each in SIZES if each <= size))
    assert judge(views(leaves_of(those[:size]), listed(those)), held) == []


@pytest.fixture(scope="module")
def long_listing() -> Listing:
    """The longest journal here; it is also each shorter one that has grown."""
    return listed(entries(LARGE[-1]))


@pytest.mark.parametrize("size", LARGE)
def test_an_honest_journal_is_not_accused_where_the_tree_gets_a_level(size: int, long_listing: Listing) -> None:
    leaves = bytes(long_listing.leaves)
    found = views(leaves[: size * HASH], long_listing)
    assert [len(level) // HASH for level in found.tiles] == [size, size // 256, *([1] if size >= TILE**2 else [])]
    held = [Known("remembered", each, root_of(split(leaves[: each * HASH])), "") for each in (1, 255, 256, 65_535)]
    assert judge(found, held) == []


def test_an_object_of_which_versions_stay_or_rise_is_not_accused() -> None:
    those = [entry(0, about=9), entry(1, about=9), entry(2, about=9, version=2), entry(3, about=8)]
    assert judge(views(leaves_of(those), listed(those)), []) == []


def edited(those: list[Entry], place: int, _: random.Random) -> None:
    those[place] = entry(place, version=2)


def deleted(those: list[Entry], place: int, _: random.Random) -> None:
    del those[place]


def inserted(those: list[Entry], place: int, _: random.Random) -> None:
    those.insert(place, entry(10_000))


def copied(those: list[Entry], place: int, chance: random.Random) -> None:
    those[place] = those[chance.choice([*range(place), *range(place + 1, SIZE)])]


def duplicated(those: list[Entry], place: int, chance: random.Random) -> None:
    those.insert(place, those[chance.choice([*range(place - 1), *range(place + 1, SIZE)])])


def swapped(those: list[Entry], place: int, chance: random.Random) -> None:
    other = chance.randrange(place + 1, SIZE)
    those[place], those[other] = those[other], those[place]


def moved(those: list[Entry], place: int, chance: random.Random) -> None:
    those.insert(chance.randrange(place + 1, SIZE), those.pop(place))


CHANGES: dict[str, tuple[Callable[[list[Entry], int, random.Random], None], str]] = {
    "edited": (edited, "edited"),
    "deleted": (deleted, "deleted"),
    "inserted": (inserted, "inserted"),
    "copied": (copied, "duplicated"),
    "duplicated": (duplicated, "duplicated"),
    "swapped": (swapped, "reordered"),
    "moved": (moved, "reordered"),
}


@pytest.mark.parametrize("later", [0, 40])
@pytest.mark.parametrize("place", WHERE)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_list_is_named_with_its_first_index(change: str, place: int, later: int) -> None:
    """Indexes are given anew, so that the list alone looks whole."""
    those, (do, kind) = entries(SIZE + later), CHANGES[change]
    sealed = leaves_of(those[:SIZE])
    do(those, place, random.Random(f"{change} {place}"))  # noqa: S311 - repeatable, no secret
    size_listed = those if later else those[: SIZE + 1]
    assert told(judge(views(sealed, listed(size_listed)), [])) == [(kind, f"entries[{place}]")]


@pytest.mark.parametrize("later", [0, 40])
@pytest.mark.parametrize("place", [0, *WHERE, 699])
def test_an_index_that_is_left_out_is_a_deleted_entry(place: int, later: int) -> None:
    those = entries(SIZE + later)
    kept = [index for index in range(len(those)) if index != place]
    found = judge(views(leaves_of(those[:SIZE]), listed([those[n] for n in kept], kept)), [])
    at_end = place == SIZE - 1 and not later
    assert told(found) == [("truncated", "entries[699:700]") if at_end else ("deleted", f"entries[{place}]")]


@pytest.mark.parametrize("rest", [0, 1, 255, 256, 300, 512, 699])
def test_a_list_that_ends_early_is_truncated(rest: int) -> None:
    those = entries(SIZE)
    found = judge(views(leaves_of(those), listed(those[:rest])), known(those, 0, 100, 400, 700))
    assert told(found) == [("truncated", f"entries[{rest}:700]")]


def test_right_entries_under_wrong_indexes_are_a_gap() -> None:
    those = entries(SIZE)
    shifted = [index + (index >= 300) for index in range(SIZE)]
    assert told(judge(views(leaves_of(those), listed(those, shifted)), [])) == [("gap", "entries[300]")]


def test_several_changes_are_all_named() -> None:
    those = entries(SIZE)
    sealed = leaves_of(those)
    chance = random.Random(1)  # noqa: S311 - repeatable, no secret
    edited(those, 600, chance)
    edited(those, 500, chance)
    inserted(those, 400, chance)
    deleted(those, 100, chance)
    found = told(judge(views(sealed, listed(those)), []))
    assert sorted(found) == [("deleted", "entries[100]"), ("edited", "entries[500]"), ("inserted", "entries[399]")]


@pytest.mark.parametrize("place", [0, *WHERE, 699])
def test_a_leaf_in_a_tile_that_is_not_the_entrys_is_the_tiles_fault(place: int) -> None:
    those = entries(SIZE)
    sealed = leaves_of(those)
    bad = bytearray(sealed)
    bad[place * HASH + 5] ^= 1
    found = judge(views(sealed, listed(those), [bytes(bad), levels_of(sealed)[1]]), known(those, 300))
    width = 256 if place < 512 else 188
    assert told(found) == [("tile", tile_address(0, place // 256, width))]


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("missing", [False, True])
def test_a_tile_above_the_leaves_is_judged_by_what_is_below_it(
    level: int,
    missing: bool,  # noqa: FBT001
    long_listing: Listing,
) -> None:
    sealed = bytes(long_listing.leaves)
    tiles = levels_of(sealed)
    tiles[level] = b"" if missing else bytes([tiles[level][0] ^ 1]) + tiles[level][1:]
    place = "tile/1/000" if level == 1 else "tile/2/000.p/1"
    assert told(judge(views(sealed, long_listing, tiles), [])) == [("tile", place)]


@pytest.mark.parametrize("place", [0, *WHERE, 699])
def test_an_entry_that_was_changed_with_its_leaf_is_found_by_the_root(place: int) -> None:
    """Tiles above the leaves tell in which 256 entries it is, and what is known tells it more exactly."""
    those = entries(SIZE)
    honest = leaves_of(those)
    held = known(those, 90, 300, 520)
    those[place] = entry(place, version=2)
    tiles = [leaves_of(those), levels_of(honest)[1]]
    full = place < 512
    begin, end = (place // 256 * 256, place // 256 * 256 + 256) if full else (512, 700)
    found = views(honest, listed(those), tiles)
    assert told(judge(found, [])) == [("root", f"entries[{begin}:{end}]")]
    sizes = [0, 90, 300, 520, 700]
    after = next(n for n, size in enumerate(sizes) if size > place)
    inner = f"entries[{max(begin, sizes[after - 1])}:{min(end, sizes[after])}]"
    rewritten = [("rewritten", f"entries[{sizes[after - 1]}:{sizes[after]}]")] if place < 520 else []
    assert told(judge(found, held)) == [("root", inner), *rewritten]


def test_a_signed_root_of_nothing_is_the_checkpoints_fault() -> None:
    those = entries(SIZE)
    found = views(leaves_of(those), listed(those))
    other = Views(Checkpoint("tests.example/journal", SIZE, bytes(HASH)), "the note", found.listing, found.tiles)
    assert told(judge(other, [])) == [("root", "entries[512:700]")]
    assert told(judge(other, known(those, 90, 700))) == [("root", "checkpoint")]


@pytest.mark.parametrize("rest", [0, 1, 255, 256, 300, 512, 699])
def test_entries_and_tiles_that_end_early_are_truncated(rest: int) -> None:
    those = entries(SIZE)
    sealed = leaves_of(those)
    tiles = [sealed[: rest // 256 * 256 * HASH], levels_of(sealed)[1]]
    found = judge(views(sealed, listed(those[:rest]), tiles), known(those, 90, 400, 700))
    assert told(found) == [("truncated", f"entries[{rest}:700]")]


@pytest.mark.parametrize("place", [3, 255, 256, 437, 511])
def test_an_entry_that_is_gone_with_its_leaf_is_deleted_and_not_the_last_one(place: int) -> None:
    those = entries(SIZE)
    sealed = leaves_of(those)
    held = known(those, 90, 520)
    del those[place]
    tiles = [leaves_of(those)[: 512 * HASH], levels_of(sealed)[1]]
    begin = place // 256 * 256
    found = views(sealed, listed(those), tiles)
    assert told(judge(found, [])) == [("deleted", f"entries[{begin}:{begin + 256}]")]
    place_known = "entries[0:90]" if place < 90 else "entries[90:520]"
    assert ("rewritten", place_known) in told(judge(found, held))


@pytest.mark.parametrize("place", [3, 255, 256, 511, 512, 650])
def test_an_index_that_is_nowhere_is_a_gap(place: int) -> None:
    those = entries(SIZE)
    sealed = leaves_of(those)
    kept = [index for index in range(SIZE) if index != place]
    tiles = [sealed[: place // 256 * 256 * HASH], levels_of(sealed)[1]]
    found = judge(views(sealed, listed([those[n] for n in kept], kept), tiles), known(those, 90, 700))
    tile = tile_address(0, place // 256, 256 if place < 512 else 188)
    assert told(found) == [("gap", f"entries[{place}]"), ("tile", tile)]


@pytest.mark.parametrize("place", [0, 89, 90, 299, 300, 519, 520, 699])
def test_a_history_that_was_rewritten_is_found_between_two_known_checkpoints(place: int) -> None:
    those = entries(SIZE)
    held = known(those, 700, 90, 520, 300)
    for index in range(place, SIZE):
        those[index] = entry(index, version=2)
    end = next(size for size in (90, 300, 520, 700) if size > place)
    begin = max(size for size in (0, 90, 300, 520) if size <= place)
    (fault,) = judge(views(leaves_of(those), listed(those)), held)
    assert told([fault]) == [("rewritten", f"entries[{begin}:{end}]")]
    assert fault.evidence == (str(end), "the note")


def test_less_than_was_known_is_rolled_back() -> None:
    those = entries(SIZE)
    found = views(leaves_of(those[:500]), listed(those[:500]))
    assert told(judge(found, known(those, 90, 500, 640, 700))) == [("rolled-back", "entries[500:700]")]


def test_two_known_checkpoints_of_one_size_prove_two_histories() -> None:
    those = entries(SIZE)
    other = [*those[:400], *(entry(index, version=2) for index in range(400, 600))]
    held = [*known(those, 90, 300, 600), *known(other, 300, 600)]
    assert told(judge(views(leaves_of(those), listed(those)), held)) == [("rewritten", "entries[300:600]")]


def test_an_id_that_is_sealed_twice_is_duplicated() -> None:
    those = entries(SIZE)
    those[600] = entry(5, version=2)
    assert told(judge(views(leaves_of(those), listed(those)), [])) == [("duplicated", "entries[600]")]


def test_versions_that_are_sealed_in_the_wrong_order_are_reordered() -> None:
    those = entries(SIZE)
    those[10], those[600] = entry(10, about=5000, version=2), entry(600, about=5000, version=1)
    assert told(judge(views(leaves_of(those), listed(those)), [])) == [("reordered", "entries[600]")]


def test_an_entry_that_no_journal_can_have_sealed_is_edited() -> None:
    those = entries(3)
    sealed = leaves_of(those)
    those[1] |= {"data": {"sum": 1.5}}
    assert told(judge(views(sealed, listed(those)), [])) == [("edited", "entries[1]")]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("tile/0/000", (0, 0, 256)),
        ("tile/0/067.p/8", (0, 67, 8)),
        ("tile/1/x001/234.p/255", (1, 1234, 255)),
        ("tile/0/x001/x234/067", (0, 1_234_067, 256)),
    ],
)
def test_tiles_stand_at_the_addresses_of_the_specification(address: str, place: tuple[int, int, int]) -> None:
    assert tile_address(*place) == address


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_done_to_the_list_is_seen_and_nothing_else(seed: int) -> None:
    """A small journal, so that changes meet each other and its ends."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    size, later = chance.randrange(1, 9), chance.choice([0, 0, 1, 3])
    honest = list(enumerate(entries(size + later)))
    sealed = leaves_of([each for _, each in honest[:size]])
    those = honest.copy()
    for _ in range(chance.randrange(1, 4)):
        place, other = chance.randrange(len(those) or 1), chance.choice(honest)
        some = [(chance.choice([place, other[0]]), chance.choice([other[1], entry(chance.randrange(100, 103))]))]
        those[place : place + chance.choice([0, 1])] = chance.choice([some, [], some[::-1]])
    if chance.random() < 0.5:
        those = list(enumerate(each for _, each in those))
    found = judge(views(sealed, listed([each for _, each in those], [index for index, _ in those])), [])
    same = those[:size] == honest[:size] and all(index >= size for index, _ in those[size:])
    assert (found == []) == same
