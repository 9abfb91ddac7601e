"""Receipts: honest ones are never refused, and whatever is changed in one is found, and named."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.canonical import canonical
from verifier.ed25519 import verify
from verifier.notes import LOG, WITNESS, Verify, parse_key
from verifier.receipts import Entry, Fault, Verified, verify_receipt
from verifier.signing import Signer, fast_verify

from .conftest import ABOUT, ORIGIN, SEEN, Journal, act, with_acts

private_parts = st.dictionaries(st.text(st.characters(max_codepoint=127)), st.text(max_size=9) | st.integers(0, 9))


def checked(receipt: dict[str, Any], *keys: str) -> Verified:
    return verify_receipt(canonical(receipt), [parse_key(key) for key in keys] or None, fast_verify)


def test_a_receipt_says_what_it_proves(journal: Journal, receipt: dict[str, Any]) -> None:
    def entry(number: int, *, disclosed: bool | None) -> Entry:
        return Entry(number, f"2026-08-20T12:00:00.{number:06}Z", "appeal.registered", number, "citizen", disclosed)

    verified = verify_receipt(canonical(receipt), [parse_key(key) for key in journal.keys])
    assert verified == Verified(
        origin=ORIGIN,
        object_kind="appeal",
        object_id=ABOUT["id"],
        size=11,
        entries=(
            entry(1, disclosed=True),
            entry(4, disclosed=False),
            entry(7, disclosed=None),
            entry(10, disclosed=None),
        ),
        witnesses=(("witness.example/w1", SEEN),),
        keys_given=True,
    )


@settings(deadline=None)
@given(st.data())
def test_an_honest_receipt_is_never_refused(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 70))
    private = data.draw(st.dictionaries(st.integers(0, count - 1), private_parts))
    mine = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    other = ABOUT | {"kind": "lot"}
    acts = [act(n, ABOUT if n in mine else other, private.get(n), n=n) for n in range(count)]
    shown = {n: part for n, part in private.items() if data.draw(st.booleans())}
    witnesses = [Signer.new(f"witness.example/{n}", WITNESS) for n in range(data.draw(st.integers(0, 3)))]
    journal = Journal(acts, shown, witnesses=witnesses)
    raw = canonical(journal.receipt()) + data.draw(st.sampled_from([b"", b"\n"]))
    given_keys = data.draw(st.sampled_from([None, [parse_key(key) for key in journal.keys]]))
    verified = verify_receipt(raw, given_keys, fast_verify)
    assert verified.size == count
    assert [one.index for one in verified.entries] == sorted(mine)
    disclosed = {one.index: one.disclosed for one in verified.entries}
    assert disclosed == {n: n in shown if n in private else None for n in mine}
    assert verified.witnesses == tuple((one.key.name, SEEN + n) for n, one in enumerate(witnesses))
    assert verified.keys_given == (given_keys is not None)


def test_the_keys_that_one_has_may_be_more_and_in_any_order(journal: Journal, receipt: dict[str, Any]) -> None:
    others = [Signer.new("other.example", kind).key.text for kind in (LOG, WITNESS)]
    assert checked(receipt, *reversed(journal.keys), *others).keys_given


def test_a_journal_under_another_key_is_not_believed(journal: Journal, receipt: dict[str, Any]) -> None:
    forged = with_acts()
    with pytest.raises(Fault) as found:
        checked(forged.receipt(), *journal.keys)
    assert (found.value.kind, found.value.place) == ("key", "keys[0]")
    with pytest.raises(Fault) as found:
        checked(receipt, journal.keys[0])
    assert (found.value.kind, found.value.place) == ("key", "keys[1]")
    with pytest.raises(Fault) as found:
        verify_receipt(canonical(receipt), [])
    assert (found.value.kind, found.value.place) == ("key", "keys[0]")


def test_a_log_that_writes_its_history_anew_has_no_cosignature_for_it(journal: Journal) -> None:
    honest = journal.note()
    journal.acts[4]["event"] = "appeal.refused"
    receipt = journal.receipt()
    cosignature = honest.splitlines(keepends=True)[-1]
    receipt["checkpoint"] = receipt["checkpoint"].splitlines(keepends=True)[:-1]
    receipt["checkpoint"] = "".join([*receipt["checkpoint"], cosignature])
    with pytest.raises(Fault) as found:
        checked(receipt)
    assert (found.value.kind, found.value.place) == ("witness", "checkpoint")


def test_every_byte_is_found_that_is_not_what_it_was() -> None:
    raw = canonical(with_acts(5).receipt()) + b"\n"
    verify_receipt(raw, None, fast_verify)
    for place in range(len(raw)):
        for bit in (5, place % 8):  # the fifth makes capitals
            refuse(flipped(raw, place, bit), fast_verify)


def test_bytes_are_found_without_any_library() -> None:
    raw = canonical(with_acts(5).receipt())
    verify_receipt(raw, None)
    for place in range(0, len(raw), 7):
        refuse(flipped(raw, place, place % 8), verify)


@pytest.mark.prove
@pytest.mark.parametrize("how", [fast_verify, verify], ids=["fast", "pure"])
def test_every_single_bit_is_found_that_is_not_what_it_was(receipt: dict[str, Any], how: Verify) -> None:
    raw = canonical(receipt) + b"\n"
    verify_receipt(raw, None, how)
    for place in range(len(raw)):
        for bit in range(8):
            refuse(flipped(raw, place, bit), how)


def refuse(raw: bytes, how: Verify) -> None:
    with pytest.raises(Fault):
        verify_receipt(raw, None, how)


@settings(deadline=None)
@given(st.data())
def test_whatever_replaces_a_part_of_a_receipt_is_found(data: st.DataObject) -> None:
    raw = canonical(WHOLE)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    changed = raw[:start] + data.draw(st.binary(max_size=20) | st.just(raw[start:end] * 2)) + raw[end:]
    if changed.removesuffix(b"\n") != raw:
        with pytest.raises(Fault):
            verify_receipt(changed, None, fast_verify)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.data())
def test_whatever_stands_in_the_place_of_a_member_is_found(data: st.DataObject) -> None:
    changed = json.loads(canonical(WHOLE))
    holder, name = data.draw(st.sampled_from(list(members(changed))))
    holder[name] = data.draw(anything)
    if changed != WHOLE:
        with pytest.raises(Fault):
            verify_receipt(json.dumps(changed, sort_keys=True, separators=(",", ":")).encode(), None, fast_verify)


def members(value: Any) -> Any:
    """All places in a JSON value: what holds a member, and under which name or at which index."""
    for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, name
        yield from members(value[name])


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


WHOLE = with_acts().receipt()
