"""Receipts: what a citizen takes home from a journal, and how anybody checks it without asking its operator."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verifier import ed25519, notes
from verifier.canonical import canonical, commitment_of, leaf_hash_of
from verifier.notes import Checkpoint, Key, Note, Verify
from verifier.tree import root_from_inclusion

Witnesses = tuple[tuple[str, int], ...]
"""Who cosigned a checkpoint, and when, in seconds since 1970."""

_TEXT, _NUMBER, _OPEN, _HASH, _SALT = '".*"', "-?[0-9]+", "{.*}", '"[0-9a-f]{64}"', '"[0-9a-f]{32}"'
_ID, _WORD = '"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"', '"[a-z][a-z0-9_.-]*"'
_TIME = '"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z"'
_OBJECT, _PRIVATE = {"id": _ID, "kind": _WORD}, {"data": _OPEN, "salt": _SALT}
_ACT = {"at": _TIME, "by": {"role": _WORD}, "event": _WORD, "id": _ID, "object": _OBJECT | {"version": _NUMBER}}
_ENTRY = _ACT | {"commitment": f"null|{_HASH}", "data": _OPEN}
_PLACED = {"entry": _ENTRY, "index": _NUMBER, "leaf": _HASH, "private": f"null|{_OPEN}", "proof": [_TEXT]}
_RECEIPT = {"checkpoint": _TEXT, "entries": [_PLACED], "form": '"ashyq-receipt/1"', "keys": [_TEXT], "object": _OBJECT}
"""A receipt, member by member: a pattern of its JSON, or a list of one form."""


class Fault(Exception):
    """Something is not what a journal once said: of what kind, at which place, what is wrong, and what proves it."""

    def __init__(self, kind: str, place: str, message: str, *evidence: str) -> None:
        super().__init__(f"{kind} at {place}: {message}")
        self.kind, self.place, self.message, self.evidence = kind, place, message, evidence


@dataclass(frozen=True, slots=True)
class Entry:
    """An act that is in the journal, at its index.

    `disclosed` says whether its private part is in the receipt, and matches; None where it has none.
    """

    index: int
    at: str
    event: str
    version: int
    role: str
    disclosed: bool | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt proves: these acts about an object are among the first `size` of the journal `origin`.

    Without `keys_given` the keys are those in the receipt itself: it is whole, but whose they are is only what it says.
    """

    origin: str
    object_kind: str
    object_id: str
    size: int
    entries: tuple[Entry, ...]
    witnesses: Witnesses
    keys_given: bool


def verify_receipt(raw: bytes, keys: Sequence[Key] | None, verify: Verify = ed25519.verify) -> Verified:
    """Check all of a receipt; a single bit that is another than it was is found.

    Args:
        raw: the receipt, one line of canonical JSON, and at most one newline behind it.
        keys: those that one already has, of the log and of every witness in the receipt; None takes those in it.
        verify: how to verify an Ed25519 signature.

    Raises:
        Fault: the first thing that is wrong.
    """
    receipt = _read(raw.removesuffix(b"\n"))
    about, own = receipt["object"], read_keys(receipt["keys"], keys)
    note, checkpoint, witnesses = open_checkpoint(receipt["checkpoint"], own, verify)
    _expect(len(witnesses) == len(own) - 1, "witness", "checkpoint", "A witness in the receipt has not cosigned it.")
    _expect(len(note.signatures) == len(own), "signature", "checkpoint", "Others than the receipt's keys signed it.")
    entries = tuple(_entry(one, about, checkpoint, f"entries[{n}]") for n, one in enumerate(receipt["entries"]))
    indexes = [one.index for one in entries]
    _expect(indexes and indexes == sorted({*indexes}), "form", "entries", "There are none, or not by increasing index.")
    return Verified(own[0].name, about["kind"], about["id"], checkpoint.size, entries, witnesses, keys is not None)


def read_keys(texts: Sequence[str], given: Sequence[Key] | None) -> list[Key]:
    """Read the keys that a journal, or a receipt, names: its log's, and then those of its witnesses.

    Raises:
        Fault: of the kind `key`; also where one is not among the given ones, if there are such.
    """
    keys: list[Key] = []
    for n, text in enumerate(texts):
        keys.append(_got("key", f"keys[{n}]", notes.parse_key, text))
        _expect((keys[n].algorithm == notes.LOG) == (n == 0), "key", f"keys[{n}]", "Only the first is that of a log.")
        _expect(given is None or keys[n] in given, "key", f"keys[{n}]", "It is not among the keys that were given.")
    _expect(0 < len(keys) == len({key.public for key in keys}), "key", "keys", "There is none, or one stands twice.")
    return keys


def open_checkpoint(text: str, keys: Sequence[Key], verify: Verify) -> tuple[Note, Checkpoint, Witnesses]:
    """Verify a note with a checkpoint.

    Args:
        text: the note.
        keys: the log's, which must have signed it, and then those of witnesses, who may have.
        verify: how to verify an Ed25519 signature.

    Returns:
        The note, the checkpoint, and which witnesses cosigned it, when.

    Raises:
        Fault: of the kind `checkpoint`, `key`, `signature` or `witness`.
    """
    note: Note = _got("checkpoint", "checkpoint", notes.parse_note, text)
    checkpoint: Checkpoint = _got("checkpoint", "checkpoint", notes.parse_checkpoint, note.text)
    _expect(checkpoint.origin == keys[0].name, "key", "keys[0]", "It is not of the log that the checkpoint names.")
    signed = _got("signature", "checkpoint", notes.signature_by, note, keys[0], verify)
    _expect(signed, "signature", "checkpoint", "Its log has not signed it.")
    found = [_got("witness", "checkpoint", notes.signature_by, note, key, verify) for key in keys[1:]]
    return note, checkpoint, tuple((one.name, one.time or 0) for one in found if one)


def _expect(fits: object, kind: str, place: str, message: str) -> None:
    if not fits:
        raise Fault(kind, place, message)


def _got(kind: str, place: str, read: Callable[..., Any], *given: object) -> Any:
    """Return what a reader makes of it; what the reader refuses is a fault."""
    try:
        return read(*given)
    except ValueError as error:
        raise Fault(kind, place, str(error)) from None


def _read(raw: bytes) -> Any:
    """Read a receipt; a byte that is not UTF-8 becomes another letter, and so is found as what it is not."""
    try:
        receipt = json.loads(raw.decode(errors="replace"))
        written = canonical(receipt)
    except json.JSONDecodeError as error:
        raise Fault("form", f"byte {len(error.doc[: error.pos].encode())}", f"This is not JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise Fault("form", "receipt", str(error)) from None
    other = next((n for n, pair in enumerate(zip(raw, written, strict=False)) if len({*pair}) > 1), len(written))
    _expect(raw == written, "form", f"byte {other}", "From here on it is not written as canonical JSON is.")
    _check_form(receipt, _RECEIPT, "receipt")
    return receipt


def _check_form(value: Any, form: Any, place: str) -> None:
    if isinstance(form, str):
        _expect(re.fullmatch(form, json.dumps(value)), "form", place, "It is not written as it is in a receipt.")
    elif isinstance(form, list):
        _expect(isinstance(value, list), "form", place, "It is no list, as it is in a receipt.")
        for n, one in enumerate(value):
            _check_form(one, form[0], f"{place}[{n}]")
    else:
        _expect(isinstance(value, dict) and value.keys() == form.keys(), "form", place, "It has other members.")
        for name, inner in form.items():
            _check_form(value[name], inner, f"{place}.{name}".removeprefix("receipt."))


def _entry(placed: Any, about: Any, checkpoint: Checkpoint, place: str) -> Entry:
    entry, private, index = placed["entry"], placed["private"], placed["index"]
    act, leaf = entry["object"], leaf_hash_of(entry)
    _expect(leaf.hex() == placed["leaf"], "entry", f"{place}.entry", "It was changed: its hash is not the leaf.")
    _expect(act == act | about, "object", f"{place}.entry.object", "It is about another object than the receipt.")
    if private is not None:
        _check_form(private, _PRIVATE, f"{place}.private")
        commitment = commitment_of(bytes.fromhex(private["salt"]), private["data"]).hex()
        _expect(commitment == entry["commitment"], "private", f"{place}.private", "The entry commits to another one.")
    proof = _got("proof", f"{place}.proof", lambda: [notes.from_base64(one) for one in placed["proof"]])
    root = _got("proof", f"{place}.proof", root_from_inclusion, leaf, index, checkpoint.size, proof)
    _expect(root == checkpoint.root, "proof", f"{place}.proof", "By it the journal has not this entry at this index.")
    disclosed = private is not None if entry["commitment"] else None
    return Entry(index, entry["at"], entry["event"], act["version"], entry["by"]["role"], disclosed)
