"""A small journal with real keys, which makes checkpoints, proofs and receipts, and is as dishonest as a test wants.

Proofs are made as RFC 6962 defines them, by recursion over the leaves, not as the verifier takes them apart.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from verifier.canonical import canonical, commitment_of, leaf_hash_of
from verifier.notes import LOG, WITNESS, Checkpoint, checkpoint_text
from verifier.signing import Signer
from verifier.tree import root_of

ORIGIN = "ashyq.example/appeals"
SEEN = 1_787_227_200
ABOUT = {"id": str(UUID(int=7)), "kind": "appeal"}
SALT = bytes(range(16))


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*inclusion_proof(index, leaves[:half]), root_of(leaves[half:])]
    return [*inclusion_proof(index - half, leaves[half:]), root_of(leaves[:half])]


def consistency_proof(old: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2; `known` is its b."""
    if old == len(leaves):
        return [] if known else [root_of(leaves)]
    half = _half(len(leaves))
    if old <= half:
        return [*consistency_proof(old, leaves[:half], known=known), root_of(leaves[half:])]
    return [*consistency_proof(old - half, leaves[half:], known=False), root_of(leaves[:half])]


def act(number: int, about: dict[str, str] = ABOUT, private: object = None, **data: Any) -> dict[str, Any]:
    """Return the public form of an entry; `private` is what it commits to, with `SALT`."""
    return {
        "at": f"2026-08-20T12:00:00.{number:06}Z",
        "by": {"role": "citizen"},
        "commitment": None if private is None else commitment_of(SALT, private).hex(),
        "data": data,
        "event": "appeal.registered",
        "id": str(UUID(int=1000 + number)),
        "object": {**about, "version": number},
    }


def text_of(proof: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in proof]


@dataclass
class Journal:
    """Entries, with the private parts that can be disclosed, under the key of a log, seen by witnesses."""

    acts: list[dict[str, Any]] = field(default_factory=list)
    private: dict[int, dict[str, Any]] = field(default_factory=dict)
    log: Signer = field(default_factory=lambda: Signer.new(ORIGIN, LOG))
    witnesses: list[Signer] = field(default_factory=lambda: [Signer.new("witness.example/w1", WITNESS)])

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash_of(one) for one in self.acts]

    @property
    def keys(self) -> list[str]:
        return [one.key.text for one in (self.log, *self.witnesses)]

    def note(self, size: int | None = None, leaves: Sequence[bytes] | None = None) -> str:
        """Sign and cosign a checkpoint over the first `size` entries, or over other leaves than its own."""
        taken = (self.leaves if leaves is None else leaves)[:size]
        text = checkpoint_text(Checkpoint(self.log.key.name, len(taken), root_of(taken)))
        return self.sealed(text)

    def sealed(self, text: str) -> str:
        """Make a note of a text, with all signatures."""
        cosigned = (one.cosign(text, SEEN + n) for n, one in enumerate(self.witnesses))
        return "".join([text, "\n", self.log.sign(text), *cosigned])

    def placed(self, index: int) -> dict[str, Any]:
        """Put an entry down as a receipt does."""
        return {
            "entry": self.acts[index],
            "index": index,
            "leaf": leaf_hash_of(self.acts[index]).hex(),
            "private": {"data": self.private[index], "salt": SALT.hex()} if index in self.private else None,
            "proof": text_of(inclusion_proof(index, self.leaves)),
        }

    def receipt(self, about: dict[str, str] = ABOUT) -> dict[str, Any]:
        """Make the receipt of an object, over all entries."""
        mine = [n for n, one in enumerate(self.acts) if one["object"] == {**about, "version": one["object"]["version"]}]
        whole = {
            "checkpoint": self.note(),
            "entries": [self.placed(index) for index in mine],
            "form": "ashyq-receipt/1",
            "keys": self.keys,
            "object": about,
        }
        return dict(json.loads(canonical(whole)))


def with_acts(count: int = 11) -> Journal:
    """Make a journal in which every third act is about the object, and the first of them has a private part."""
    other = {"id": str(UUID(int=8)), "kind": "appeal"}
    private = {"iin": "900101300018", "text": "Шу кешегі түннен бері басылмайды"}
    journal = Journal(private={1: private})
    for number in range(count):
        about = ABOUT if number % 3 == 1 else other
        journal.acts.append(act(number, about, private if number in {1, 4} else None, subject="Шу", n=number))
    return journal


@pytest.fixture
def journal() -> Journal:
    return with_acts()


@pytest.fixture
def receipt(journal: Journal) -> dict[str, Any]:
    return journal.receipt()


Change = Callable[[dict[str, Any], Journal], None]
"""How a test tampers with a receipt."""


def _half(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1
