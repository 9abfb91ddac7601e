"""The tree: published vectors of Certificate Transparency, another implementation, and the RFC's own definitions."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from verifier.notes import from_base64
from verifier.tree import EMPTY_ROOT, BadProof, is_consistent, leaf_hash, node_hash, root_from_inclusion, root_of

from .conftest import consistency_proof, inclusion_proof

# github.com/transparency-dev/merkle, proof/verify_test.go: leaves, roots of sizes 1 to 8, and proofs
PUBLISHED = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in PUBLISHED]
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSIONS = {
    (0, 1): "",
    (0, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (5, 8): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
}
CONSISTENCIES = {
    (1, 1): "",
    (1, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (6, 8): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 5): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (6, 7): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
}
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
sizes = st.integers(1, 300)


def hashes(text: str) -> list[bytes]:
    return [bytes.fromhex(text[at : at + 64]) for at in range(0, len(text), 64)]


def proves(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        return root_from_inclusion(leaf, index, size, proof) == root
    except BadProof:
        return False


def spoilt(proof: list[bytes], *roots: bytes) -> list[list[bytes]]:
    """All the ways in which the published tests spoil a proof."""
    longer = [[*proof, extra] for extra in (b"", SOME, *roots)] + [[extra, *proof] for extra in (b"", SOME, *roots)]
    flipped = [
        [bytes([one[0] ^ 8]) + one[1:] if n == at else one for n, one in enumerate(proof)] for at in range(len(proof))
    ]
    return [*longer, *flipped, *([proof[:-1], proof[1:]] if proof else [])]


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    # RFC 6962, section 2.1
    assert root_of([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_published_leaves_have_the_published_roots() -> None:
    assert [root_of(LEAVES[: size + 1]) for size in range(8)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_a_published_inclusion_proof_holds_and_no_spoilt_one(index: int, size: int) -> None:
    leaf, root, proof = LEAVES[index], ROOTS[size - 1], hashes(INCLUSIONS[index, size])
    assert proves(leaf, index, size, proof, root)
    assert inclusion_proof(index, LEAVES[:size]) == proof
    assert not any(proves(leaf, index, size, bad, root) for bad in spoilt(proof, root))
    for other, others in (
        (index - 1, size),
        (index + 1, size),
        (index ^ 2, size),
        (index, size * 2),
        (index, size // 2),
    ):
        assert not proves(leaf, other, others, proof, root)
    for bad_leaf, bad_root in ((b"WrongLeaf", root), (SOME, root), (leaf, EMPTY_ROOT), (leaf, SOME)):
        assert not proves(bad_leaf, index, size, proof, bad_root)


@pytest.mark.parametrize(("old", "new"), CONSISTENCIES)
def test_a_published_consistency_proof_holds_and_no_spoilt_one(old: int, new: int) -> None:
    old_root, new_root, proof = ROOTS[old - 1], ROOTS[new - 1], hashes(CONSISTENCIES[old, new])
    assert is_consistent(old, old_root, new, new_root, proof)
    assert consistency_proof(old, LEAVES[:new]) == proof
    assert not any(is_consistent(old, old_root, new, new_root, bad) for bad in spoilt(proof, old_root, new_root))
    for bad_old, bad_new in ((b"WrongRoot", new_root), (old_root, b"WrongRoot"), (SOME, new_root), (old_root, SOME)):
        assert not is_consistent(old, bad_old, new, bad_new, proof)
    others = ((old - 1, new), (old + 1, new), (old ^ 2, new), (old, new * 2), (old, new // 2)) if proof else ()
    assert not any(is_consistent(one, old_root, other, new_root, proof) for one, other in others)


# github.com/FiloSottile/torchwood, internal/witness/witness_test.go: a witness sees a sigsum log grow
GROWN = {
    1: "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    3: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
    5: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
}
GROWTH = {
    (1, 3): "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    (1, 5): "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= +fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI= "
    "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}


@pytest.mark.parametrize(("old", "new"), GROWTH)
def test_a_log_that_a_witness_saw_grow_has_grown(old: int, new: int) -> None:
    proof = [from_base64(one) for one in GROWTH[old, new].split()]
    assert is_consistent(old, from_base64(GROWN[old]), new, from_base64(GROWN[new]), proof)
    assert not is_consistent(old, from_base64(GROWN[old]), new, SOME, proof)


@pytest.mark.parametrize(("size", "root"), [(0, EMPTY_ROOT), (1, SOME), (5, SOME)])
def test_every_tree_begins_with_itself_and_with_the_empty_one(size: int, root: bytes) -> None:
    assert is_consistent(size, root, size, root, [])
    assert is_consistent(0, EMPTY_ROOT, size, root, [])
    assert not is_consistent(size, root, size, root, [SOME])
    assert not is_consistent(0, EMPTY_ROOT, size, root, [SOME])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((0, SOME), (0, SOME)),
        ((0, SOME), (1, SOME)),
        ((0, EMPTY_ROOT), (0, SOME)),
        ((1, SOME), (1, EMPTY_ROOT)),
        ((1, SOME), (2, SOME)),
        ((2, SOME), (1, SOME)),
        ((1, SOME), (0, EMPTY_ROOT)),
        ((-1, SOME), (1, SOME)),
    ],
)
def test_nothing_else_holds_without_a_proof(old: tuple[int, bytes], new: tuple[int, bytes]) -> None:
    assert not is_consistent(*old, *new, [])


def test_a_proof_whose_hashes_are_cut_elsewhere_is_none() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    root = node_hash(left, right)
    assert root == node_hash(left + right[:1], right[1:])
    assert not proves(left + right[:1], 0, 2, [right[1:]], root)
    assert not is_consistent(1, left + right[:1], 2, root, [right[1:]])


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_in_a_small_tree_holds_for_its_own_place_alone(size: int) -> None:
    leaves = [leaf_hash(str(n).encode()) for n in range(size)]
    root = root_of(leaves)
    for index in range(size):
        proof = inclusion_proof(index, leaves)
        assert [other for other in range(size) if proves(leaves[index], other, size, proof, root)] == [index]
    for old in range(1, size + 1):
        proof, old_root = consistency_proof(old, leaves), root_of(leaves[:old])
        fits = [other for other in range(1, size + 1) if is_consistent(other, old_root, size, root, proof)]
        assert fits == [old]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=200), st.randoms(use_true_random=False))
def test_roots_and_proofs_are_those_of_another_implementation(entries: list[bytes], chance: random.Random) -> None:
    tree, leaves = InmemoryTree(algorithm="sha256"), [leaf_hash(entry) for entry in entries]
    tree.append_entries(entries)
    size = chance.randint(1, len(entries))
    root = tree.get_root(size)
    assert root_of(leaves[:size]) == root
    index = chance.randrange(size)
    path = tree.prove_inclusion(index + 1, size).path
    assert path[0] == leaves[index]
    assert root_from_inclusion(path[0], index, size, path[1:]) == root
    old = chance.randint(1, size)
    proof = as_rfc(tree.prove_consistency(old, size)) if old < size else []
    assert proof == consistency_proof(old, leaves[:size])
    assert is_consistent(old, tree.get_root(old), size, root, proof)


def as_rfc(proof: Any) -> list[bytes]:
    """Write a consistency proof of pymerkle as the RFC does.

    Where the old leaves end with a whole subtree, pymerkle takes its right neighbour apart; the RFC does not. And the
    RFC leaves out the old tree itself.
    """
    if proof.subset[0]:
        return list(proof.path[1:] if sum(proof.subset) == 1 else proof.path)
    end = proof.subset.index(1)
    neighbour = proof.path[0]
    for right in proof.path[1:end]:
        neighbour = node_hash(neighbour, right)
    last_old = [proof.path[end]] if any(proof.subset[end + 1 :]) else []
    return [*last_old, neighbour, *proof.path[end + 1 :]]


@settings(deadline=None)
@given(st.lists(sizes, min_size=2, max_size=4, unique=True).map(sorted), st.integers(0, 299))
def test_a_log_that_changes_one_old_entry_is_never_consistent(grown: list[int], changed: int) -> None:
    leaves = [leaf_hash(str(n).encode()) for n in range(300)]
    forged = [leaf_hash(b"forged") if n == changed else leaf for n, leaf in enumerate(leaves)]
    for old, new in pairwise(grown):
        proof = consistency_proof(old, forged[:new])
        holds = is_consistent(old, root_of(leaves[:old]), new, root_of(forged[:new]), proof)
        assert holds == (changed >= old)
