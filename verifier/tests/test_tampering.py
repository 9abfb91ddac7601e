"""Each way to tamper with a receipt is found as what it is, at its place."""

import base64
import json
from typing import Any

import pytest

from verifier.canonical import canonical, leaf_hash_of
from verifier.notes import LOG, WITNESS, Key, parse_checkpoint, parse_note
from verifier.receipts import Fault, verify_receipt
from verifier.signing import Signer, fast_verify

from .conftest import ABOUT, ORIGIN, Change, Journal

Receipt = dict[str, Any]


def member(path: str, value: Any) -> Change:
    """Put another value at a path as `entries.1.entry.event`."""

    def change(receipt: Receipt, _: Journal) -> None:
        holder, name = reached(receipt, path)
        assert holder.get(name) != value if isinstance(holder, dict) else holder[name] != value
        holder[name] = value

    return change


def without(path: str) -> Change:
    def change(receipt: Receipt, _: Journal) -> None:
        holder, name = reached(receipt, path)
        del holder[name]

    return change


def reached(value: Any, path: str) -> tuple[Any, Any]:
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        value = value[step]
    return value, last


def in_checkpoint(old: str, new: str) -> Change:
    def change(receipt: Receipt, _: Journal) -> None:
        assert old in receipt["checkpoint"]
        receipt["checkpoint"] = receipt["checkpoint"].replace(old, new, 1)

    return change


def signatures(*taken: int) -> Change:
    """Leave only these signature lines, in this order."""

    def change(receipt: Receipt, _: Journal) -> None:
        text, lines = receipt["checkpoint"].split("\n\n")
        every = lines.splitlines(keepends=True)
        receipt["checkpoint"] = f"{text}\n\n" + "".join(every[n] for n in taken)

    return change


def entry_and_leaf(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][1]["entry"]["event"] = "appeal.refused"
    receipt["entries"][1]["leaf"] = leaf_hash_of(receipt["entries"][1]["entry"]).hex()


def entry_of_another(receipt: Receipt, journal: Journal) -> None:
    receipt["entries"].insert(1, journal.placed(3))


def own_private_part(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][2]["private"] = receipt["entries"][0]["private"]


def private_part_of_another(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][1]["private"] = {"data": {"text": "another"}, "salt": "00" * 16}


def exchanged(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][0], receipt["entries"][1] = receipt["entries"][1], receipt["entries"][0]


def twice(receipt: Receipt, _: Journal) -> None:
    receipt["entries"].insert(0, receipt["entries"][0])


def spelled_otherwise(receipt: Receipt, _: Journal) -> None:
    """Set a bit in the last letter before the padding; lax readers throw it away."""
    proof = receipt["entries"][0]["proof"]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    proof[0] = proof[0][:-2] + last[last.index(proof[0][-2]) | 1] + "="
    assert base64.b64decode(proof[0])


def proof_longer(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][0]["proof"] *= 2


def proof_of_another(receipt: Receipt, _: Journal) -> None:
    receipt["entries"][0]["proof"] = receipt["entries"][1]["proof"]


def another_root(receipt: Receipt, journal: Journal) -> None:
    checkpoint = parse_checkpoint(parse_note(receipt["checkpoint"]).text)
    old, new = (base64.b64encode(one).decode() for one in (checkpoint.root, bytes(32)))
    in_checkpoint(old, new)(receipt, journal)


def another_checkpoint(receipt: Receipt, journal: Journal) -> None:
    receipt["checkpoint"] = journal.note(9)


def strange_signature(receipt: Receipt, _: Journal) -> None:
    text = parse_note(receipt["checkpoint"]).text
    receipt["checkpoint"] += Signer.new("stranger.example", WITNESS).cosign(text, 1)


def extension(receipt: Receipt, journal: Journal) -> None:
    receipt["checkpoint"] = journal.sealed(parse_note(receipt["checkpoint"]).text + "more\n")


def forged_signature(receipt: Receipt, journal: Journal) -> None:
    """Sign with another key under the log's key id."""
    text = parse_note(receipt["checkpoint"]).text
    other = Signer.new(ORIGIN, LOG)
    forged = base64.b64decode(other.sign(text).split(" ")[2])
    line = base64.b64encode(journal.log.key.id + forged[4:]).decode()
    receipt["checkpoint"] = f"{text}\n— {ORIGIN} {line}\n{journal.witnesses[0].cosign(text, 1)}"


def key_of_another(receipt: Receipt, _: Journal) -> None:
    receipt["keys"][0] = Signer.new(ORIGIN, LOG).key.text


def witness_that_did_not_sign(receipt: Receipt, _: Journal) -> None:
    receipt["keys"].append(Signer.new("absent.example", WITNESS).key.text)


def log_as_witness(receipt: Receipt, journal: Journal) -> None:
    receipt["keys"].append(Key("friend.example", WITNESS, journal.log.key.public).text)


def second_log(receipt: Receipt, _: Journal) -> None:
    receipt["keys"].append(Signer.new("log.example", LOG).key.text)


def key_twice(receipt: Receipt, journal: Journal) -> None:
    receipt["keys"].append(receipt["keys"][1])
    receipt["checkpoint"] += journal.witnesses[0].cosign(parse_note(receipt["checkpoint"]).text, 1)


def only_the_witness(receipt: Receipt, _: Journal) -> None:
    receipt["keys"] = receipt["keys"][1:]


TAMPERED: dict[str, tuple[Change, str, str]] = {
    "another event": (member("entries.1.entry.event", "appeal.refused"), "entry", "entries[1].entry"),
    "another time": (member("entries.0.entry.at", "2026-08-21T12:00:00.000001Z"), "entry", "entries[0].entry"),
    "another role": (member("entries.2.entry.by.role", "officer"), "entry", "entries[2].entry"),
    "other data": (member("entries.1.entry.data.subject", "Ши"), "entry", "entries[1].entry"),
    "more data": (member("entries.1.entry.data.more", "x"), "entry", "entries[1].entry"),
    "another version": (member("entries.1.entry.object.version", 5), "entry", "entries[1].entry"),
    "another commitment": (member("entries.0.entry.commitment", "00" * 32), "entry", "entries[0].entry"),
    "no commitment": (member("entries.1.entry.commitment", None), "entry", "entries[1].entry"),
    "another leaf": (member("entries.3.leaf", "00" * 32), "entry", "entries[3].entry"),
    "another entry and its leaf": (entry_and_leaf, "proof", "entries[1].proof"),
    "an entry about another object": (entry_of_another, "object", "entries[1].entry.object"),
    "another object": (member("object.id", ABOUT["id"][:-1] + "8"), "object", "entries[0].entry.object"),
    "another kind of object": (member("object.kind", "lot"), "object", "entries[0].entry.object"),
    "another private text": (member("entries.0.private.data.text", "мен емес"), "private", "entries[0].private"),
    "another salt": (member("entries.0.private.salt", "00" * 16), "private", "entries[0].private"),
    "a private part where there is none": (own_private_part, "private", "entries[2].private"),
    "a private part that is another": (private_part_of_another, "private", "entries[1].private"),
    "another index": (member("entries.0.index", 2), "proof", "entries[0].proof"),
    "an index behind the last": (member("entries.3.index", 11), "proof", "entries[3].proof"),
    "an index before the first": (member("entries.0.index", -1), "proof", "entries[0].proof"),
    "a hash of zeros": (member("entries.0.proof.1", base64.b64encode(bytes(32)).decode()), "proof", "entries[0].proof"),
    "a short hash": (member("entries.0.proof.1", base64.b64encode(bytes(31)).decode()), "proof", "entries[0].proof"),
    "no base64": (member("entries.0.proof.1", "ш"), "proof", "entries[0].proof"),
    "the same hash spelled otherwise": (spelled_otherwise, "proof", "entries[0].proof"),
    "a hash less": (without("entries.0.proof.3"), "proof", "entries[0].proof"),
    "more hashes": (proof_longer, "proof", "entries[0].proof"),
    "the proof of another": (proof_of_another, "proof", "entries[0].proof"),
    "entries in another order": (exchanged, "form", "entries"),
    "an entry twice": (twice, "form", "entries"),
    "no entries": (member("entries", []), "form", "entries"),
    "another size": (in_checkpoint("\n11\n", "\n12\n"), "signature", "checkpoint"),
    "another root": (another_root, "signature", "checkpoint"),
    "an older checkpoint": (another_checkpoint, "proof", "entries[0].proof"),
    "another log": (in_checkpoint(f"{ORIGIN}\n", "ashyq.example/registry\n"), "key", "keys[0]"),
    "an extension line": (extension, "checkpoint", "checkpoint"),
    "a size with a zero before it": (in_checkpoint("\n11\n", "\n011\n"), "checkpoint", "checkpoint"),
    "no signature": (signatures(), "checkpoint", "checkpoint"),
    "only the witness signed": (signatures(1), "signature", "checkpoint"),
    "only the log signed": (signatures(0), "witness", "checkpoint"),
    "the log signed twice": (signatures(0, 0, 1), "signature", "checkpoint"),
    "a forged signature": (forged_signature, "signature", "checkpoint"),
    "a stranger signed": (strange_signature, "signature", "checkpoint"),
    "no note": (member("checkpoint", "ш"), "checkpoint", "checkpoint"),
    "the key of another": (key_of_another, "signature", "checkpoint"),
    "a key that is none": (member("keys.0", "ashyq.example/appeals"), "key", "keys[0]"),
    "no keys": (member("keys", []), "key", "keys"),
    "a witness less": (without("keys.1"), "signature", "checkpoint"),
    "a witness more": (witness_that_did_not_sign, "witness", "checkpoint"),
    "the log is its own witness": (log_as_witness, "key", "keys"),
    "a second log": (second_log, "key", "keys[2]"),
    "a witness in the place of the log": (only_the_witness, "key", "keys[0]"),
    "a witness twice": (key_twice, "key", "keys"),
}
MISSHAPEN: dict[str, tuple[Change, str]] = {
    "another form": (member("form", "ashyq-receipt/2"), "form"),
    "a member more": (member("note", "believe me"), "receipt"),
    "a member less": (without("object"), "receipt"),
    "no list": (member("entries", {}), "entries"),
    "no entry": (member("entries.0", None), "entries[0]"),
    "a member more in an entry": (member("entries.1.entry.more", "x"), "entries[1].entry"),
    "a member less in an entry": (without("entries.1.entry.data"), "entries[1].entry"),
    "a member more in its object": (member("entries.0.entry.object.name", "x"), "entries[0].entry.object"),
    "a member more beside an entry": (member("entries.1.more", 1), "entries[1]"),
    "an actor with a name": (member("entries.1.entry.by.name", "Abai"), "entries[1].entry.by"),
    "a role that is a number": (member("entries.1.entry.by.role", 1), "entries[1].entry.by.role"),
    "an event with control signs": (member("entries.1.entry.event", "a\x1b[2K"), "entries[1].entry.event"),
    "an event with a newline behind it": (
        member("entries.1.entry.event", "appeal.refused\n"),
        "entries[1].entry.event",
    ),
    "a time in another zone": (member("entries.1.entry.at", "2026-08-20T17:00:00+05:00"), "entries[1].entry.at"),
    "other digits": (member("entries.1.entry.at", "٢٠٢٦-08-20T12:00:00.000000Z"), "entries[1].entry.at"),
    "data that is a list": (member("entries.1.entry.data", []), "entries[1].entry.data"),
    "an id in capitals": (member("entries.1.entry.id", "0198AAAA-0000-7000-8000-00000000000A"), "entries[1].entry.id"),
    "a version that is true": (member("entries.1.entry.object.version", value=True), "entries[1].entry.object.version"),
    "an index that is true": (member("entries.1.index", value=True), "entries[1].index"),
    "an index that is a text": (member("entries.1.index", "1"), "entries[1].index"),
    "a leaf in capitals": (member("entries.1.leaf", "AB" * 32), "entries[1].leaf"),
    "a short leaf": (member("entries.1.leaf", "ab" * 31), "entries[1].leaf"),
    "a private part that is a list": (member("entries.0.private", []), "entries[0].private"),
    "a private part without salt": (without("entries.0.private.salt"), "entries[0].private"),
    "a short salt": (member("entries.0.private.salt", "ab" * 15), "entries[0].private.salt"),
    "a hash that is a number": (member("entries.0.proof.0", 1), "entries[0].proof[0]"),
    "a proof that is a text": (member("entries.0.proof", "AAAA"), "entries[0].proof"),
    "a key that is a number": (member("keys.1", 1), "keys[1]"),
    "a checkpoint that is null": (member("checkpoint", None), "checkpoint"),
    "an object with a version": (member("object.version", 1), "object"),
}


def fault_of(raw: bytes) -> Fault:
    with pytest.raises(Fault) as found:
        verify_receipt(raw, None, fast_verify)
    return found.value


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_named_at_its_place(name: str, receipt: Receipt, journal: Journal) -> None:
    change, kind, place = TAMPERED[name]
    change(receipt, journal)
    fault = fault_of(canonical(receipt))
    assert (fault.kind, fault.place) == (kind, place)
    assert fault.message.endswith(".")


@pytest.mark.parametrize("name", MISSHAPEN)
def test_what_is_not_written_as_in_a_receipt_is_named(name: str, receipt: Receipt, journal: Journal) -> None:
    change, place = MISSHAPEN[name]
    change(receipt, journal)
    fault = fault_of(canonical(receipt))
    assert (fault.kind, fault.place) == ("form", place)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[]", b"null", b"1", b'"receipt"', b"\n", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000],
    ids=["nothing", "an object", "a list", "null", "a number", "a text", "a newline", "deep", "deeper", "digits"],
)
def test_what_is_no_receipt_at_all_is_named(raw: bytes) -> None:
    assert fault_of(raw).kind == "form"


def replaced(old: bytes, new: bytes, receipt: Receipt) -> tuple[bytes, int]:
    raw = canonical(receipt)
    at = raw.index(old)
    return raw[:at] + new + raw[at + len(old) :], at


REWRITTEN = {
    "a space": (b":[{", b": [{", 1),
    "an escape that is not needed": ("Шу".encode(), b"\\u0428\\u0443", 0),
    "a float": (b'"index":1,', b'"index":1.0,', None),
    "an exponent": (b'"index":1,', b'"index":1e0,', None),
    "not a number": (b'"index":1,', b'"index":NaN,', None),
    "minus nothing": (b'"index":1,', b'"index":-0,', 8),
    "a number beyond 2**53": (b'"index":1,', b'"index":9007199254740993,', None),
    "a member twice": (b'"form":', b'"form":"ashyq-receipt/1","form":', 26),
    "another order": (b'"data":{"n":1,"subject"', b'"data":{"subject":0,"n":1,"subject"', 9),
    "a lone surrogate": ("Шу".encode(), b"\\ud800", None),
    "a name that is not ASCII": (b'"n":1,', '"п":1,'.encode(), None),
    "not UTF-8": (b"Z", b"\xff", 0),
    "half a letter": ("Ш".encode(), "Ш".encode()[:1], 0),
    "no JSON": (b'"form":', b'"form"', 6),
    "no JSON behind other letters": (b'"form":', b'"form";', 6),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_what_is_not_the_canonical_json_is_named_at_its_byte(name: str, receipt: Receipt) -> None:
    old, new, offset = REWRITTEN[name]
    raw, at = replaced(old, new, receipt)
    fault = fault_of(raw)
    assert (fault.kind, fault.place) == ("form", "receipt" if offset is None else f"byte {at + offset}")


@pytest.mark.parametrize("more", [b" ", b"\r\n", b"\n\n", b"x", b"\x00", b"{}"], ids=repr)
def test_only_one_newline_may_stand_behind_it(more: bytes, receipt: Receipt) -> None:
    raw = canonical(receipt)
    assert fault_of(raw + more).place == f"byte {len(raw)}"


def test_a_byte_order_mark_or_another_encoding_is_refused(receipt: Receipt) -> None:
    raw = canonical(receipt)
    assert fault_of(b"\xef\xbb\xbf" + raw).place == "byte 0"
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert fault_of(raw.decode().encode(encoding)).kind == "form"
    assert fault_of(json.dumps(receipt, indent=1).encode()).place == "byte 1"
    assert fault_of(json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()).kind == "form"
