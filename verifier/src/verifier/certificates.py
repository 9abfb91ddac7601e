"""Certificates: a scoring is worked out again, and its receipt shows that the journal published just this one."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import scorer
from verifier import ed25519
from verifier.canonical import canonical
from verifier.notes import Key, Verify
from verifier.receipts import Fault, Verified, verify_receipt


@dataclass(frozen=True, slots=True)
class Certified:
    """What a certificate proves: by this profile these bids have this result.

    With a receipt, a journal published it when the lot was evaluated; None for a trial, which anybody can make.
    `revised` says that the receipt shows a later one of the same lot. `made_by` and `recounted_by` are hashes of the
    code of the scorer that made it, and of the one here.
    """

    subject: dict[str, Any] | None
    profile: str
    profile_hash: str
    bids: int
    barred: int
    winner: str | None
    undecided: str | None
    digest: str
    made_by: str
    recounted_by: str
    revised: bool
    receipt: Verified | None


def is_certificate(raw: bytes) -> bool:
    """Whether this is a certificate, and so no receipt, as far as it is anything."""
    told = None
    with suppress(ValueError, RecursionError):
        told = json.loads(raw)
    return isinstance(told, dict) and bool({"profile", "result"} & told.keys())


def verify_certificate(raw: bytes, keys: Sequence[Key] | None, verify: Verify = ed25519.verify) -> Certified:
    """Check all of a certificate; a single bit that is another than it was is found.

    Args:
        raw: the certificate, one line of canonical JSON, and at most one newline behind it.
        keys: those that one already has, as of a receipt; None takes those in its receipt.
        verify: how to verify an Ed25519 signature.

    Raises:
        Fault: the first thing that is wrong.
    """
    try:
        found = scorer.recount(raw)
    except scorer.Fault as fault:
        raise Fault(fault.kind, fault.place, fault.message) from None
    receipt, revised = (None, False) if found.receipt is None else _published(found, keys, verify)
    if receipt is None and found.subject is not None:
        raise Fault("receipt", "/receipt", "It is about a lot, and nothing shows that a journal published it.")
    return Certified(
        subject=found.subject,
        profile=found.profile,
        profile_hash=found.profile_hash,
        bids=found.bids,
        barred=found.barred,
        winner=found.winner,
        undecided=found.undecided,
        digest=found.digest,
        made_by=found.made_by,
        recounted_by=scorer.code_hash(),
        revised=revised,
        receipt=receipt,
    )


def _published(found: scorer.Recounted, keys: Sequence[Key] | None, verify: Verify) -> tuple[Verified, bool]:
    """Check the receipt, and that an act in it published the certificate for this lot; say if a later act did again."""
    try:
        receipt = verify_receipt(canonical(found.receipt), keys, verify)
    except Fault as fault:
        raise Fault(fault.kind, f"/receipt: {fault.place}", fault.message) from None
    except ValueError as error:
        raise Fault("form", "/receipt", str(error)) from None
    published = [placed["entry"]["data"].get("certificate") for placed in found.receipt["entries"]]
    if found.digest not in published:
        raise Fault("receipt", "/receipt/entries", "The journal published another certificate than this one.")
    lot = (found.subject or {}).get("lot")
    if not isinstance(lot, dict) or found.receipt["object"] != {"id": lot.get("id"), "kind": "lot"}:
        raise Fault("receipt", "/receipt/object", "It is the receipt of another lot.")
    return receipt, found.digest != [one for one in published if one][-1]
