"""Canonical JSON: the same bytes as the RFC's own example and as another implementation, and nothing else at all."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.canonical import NotCanonical, canonical, commitment_of, leaf_hash_of

numbers = st.integers(-(2**53) + 1, 2**53 - 1)
plain = st.none() | st.booleans() | numbers | st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(max_codepoint=127))
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=20)


@settings(deadline=None)
@given(values)
def test_it_writes_what_another_implementation_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@settings(deadline=None)
@given(values)
def test_it_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value


def test_it_writes_the_texts_of_the_rfc_as_the_rfc_does() -> None:
    # RFC 8785, sections 3.2.2 and 3.2.3, without the numbers, which are floats
    value = {"string": '\u20ac$\x0f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert canonical(value).hex(" ") == (
        "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c "
        "22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d"
    )


REFUSED: dict[str, Any] = {
    "a float": 1.0,
    "not a number": float("nan"),
    "a float in a list": [0.5],
    "minus nothing": {"a": -0.0},
    "too large": 2**53,
    "too small": -(2**53),
    "a name that is not ASCII": {"б": 1},
    "a number for a name": {1: 1},
    "null for a name": {None: 1},
    "a lone surrogate": "\ud800",
    "a lone surrogate within": {"a": ["\udfff"]},
    "bytes": b"bytes",
    "a set": {1, 2},
    "anything": object(),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_a_journal_does_not_hold_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_largest_numbers_are_written() -> None:
    assert canonical([2**53 - 1, 1 - 2**53]) == b"[9007199254740991,-9007199254740991]"


def test_what_is_nested_too_deeply_is_refused() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical):
        canonical(value)


def test_an_entry_is_hashed_as_a_leaf() -> None:
    assert leaf_hash_of({"b": 1, "a": None}) == hashlib.sha256(b'\x00{"a":null,"b":1}').digest()


def test_a_private_part_is_hashed_behind_its_salt() -> None:
    salt = bytes(range(16))
    assert commitment_of(salt, {"b": 1, "a": "ш"}) == hashlib.sha256(salt + '{"a":"ш","b":1}'.encode()).digest()
