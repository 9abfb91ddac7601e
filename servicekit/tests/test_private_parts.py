"""Private parts: read with their key alone, for their entry alone, and proven by a commitment that tells nothing."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from servicekit.private_parts import PrivatePartBroken, hide, reveal
from verifier.canonical import NotCanonical, commitment_of

ENTRY, OTHER = UUID(int=7), UUID(int=8)
SAID = {"text": "Өтініш 😀", "phone": "+7 701 000 00 00", "list": [1, None, True, {"deep": "ә"}]}

names = st.text(st.characters(max_codepoint=127), max_size=5)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
plain = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
parts = st.dictionaries(names, values, max_size=4)


@given(parts, st.uuids())
def test_what_was_hidden_comes_back_and_is_proven(private: dict[str, Any], entry: UUID) -> None:
    hidden = hide(entry, private)
    part = reveal(entry, hidden.sealed, hidden.key)
    assert (part.data, len(part.salt)) == (private, 16)
    assert hidden.commitment == commitment_of(part.salt, part.data)
    assert hidden.commitment == hashlib.sha256(part.salt + rfc8785.dumps(private)).digest()


@given(parts, st.binary(max_size=16))
def test_the_order_of_members_does_not_matter_to_a_commitment(private: dict[str, Any], salt: bytes) -> None:
    assert commitment_of(salt, private) == commitment_of(salt, dict(reversed(private.items())))


@given(parts, parts)
def test_another_private_part_has_another_commitment(private: dict[str, Any], other: dict[str, Any]) -> None:
    salt = bytes(16)
    same = rfc8785.dumps(private) == rfc8785.dumps(other)
    assert (commitment_of(salt, private) == commitment_of(salt, other)) == same


def test_equal_parts_have_nothing_in_common() -> None:
    one, other = hide(ENTRY, SAID), hide(ENTRY, SAID)
    assert not {one.commitment, one.sealed, one.key} & {other.commitment, other.sealed, other.key}
    salts = {reveal(ENTRY, each.sealed, each.key).salt for each in (one, other)}
    assert len(salts) == 2


def test_what_is_kept_shows_nothing_of_what_was_said() -> None:
    hidden = hide(ENTRY, SAID)
    for kept in (hidden.sealed, hidden.commitment, hidden.key):
        assert not any(word.encode() in kept for word in ("Өтініш", "phone"))


@given(st.data())
def test_a_single_bit_that_changed_is_noticed(data: st.DataObject) -> None:
    hidden = hide(ENTRY, SAID)
    for kept in ("sealed", "key"):
        damaged = bytearray(getattr(hidden, kept))
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        with pytest.raises(PrivatePartBroken, match=str(ENTRY)):
            reveal(ENTRY, **({"sealed": hidden.sealed, "key": hidden.key} | {kept: bytes(damaged)}))


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed, key: (OTHER, sealed, key),
        lambda sealed, _: (ENTRY, sealed, hide(ENTRY, SAID).key),
        lambda _, key: (ENTRY, hide(ENTRY, SAID).sealed, key),
        lambda sealed, key: (ENTRY, sealed[:-1], key),
        lambda sealed, key: (ENTRY, sealed + b"\0", key),
        lambda _, key: (ENTRY, b"", key),
        lambda sealed, key: (ENTRY, sealed, key[:-1]),
        lambda sealed, _: (ENTRY, sealed, b""),
    ],
    ids=["another entry", "another key", "another part", "cut off", "longer", "nothing", "a short key", "no key"],
)
def test_what_was_not_hidden_so_is_not_believed(damage: Callable[[bytes, bytes], tuple[UUID, bytes, bytes]]) -> None:
    hidden = hide(ENTRY, SAID)
    with pytest.raises(PrivatePartBroken):
        reveal(*damage(hidden.sealed, hidden.key))


@pytest.mark.parametrize("value", [1.5, 2**53, "\ud800", b"a", {"ә": 1}, object()], ids=lambda value: ascii(value)[:12])
def test_what_has_no_one_way_to_be_written_cannot_be_hidden(value: object) -> None:
    with pytest.raises(NotCanonical):
        hide(ENTRY, {"value": value})
