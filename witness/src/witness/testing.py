"""What tests of witnesses need: a small log with a real key, as dishonest as the test wants it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from verifier.notes import LOG, Checkpoint, checkpoint_text
from verifier.signing import Signer
from verifier.tree import leaf_hash, root_of


def _signer() -> Signer:
    return Signer.new("log.example/appeals", LOG)


@dataclass(frozen=True)
class SmallLog:
    """A log that holds its leaf hashes, and signs whatever it is asked to."""

    leaves: tuple[bytes, ...] = ()
    signer: Signer = field(default_factory=_signer)

    def grown(self, count: int, *, by: str = "entry") -> "SmallLog":
        """Return the log with so many entries more; other words (`by`) make other entries."""
        places = range(len(self.leaves), len(self.leaves) + count)
        return replace(self, leaves=(*self.leaves, *(leaf_hash(f"{by} {place}".encode()) for place in places)))

    def rewritten(self, first: int, *, by: str = "forgery") -> "SmallLog":
        """Return a log of the same size and key, of which all entries from the `first` are others."""
        return replace(self, leaves=self.leaves[:first]).grown(len(self.leaves) - first, by=by)

    @property
    def origin(self) -> str:
        return self.signer.key.name

    def text(self, size: int) -> str:
        """The text of the checkpoint over the first `size` entries."""
        return checkpoint_text(Checkpoint(self.origin, size, root_of(self.leaves[:size])))

    def note(self, size: int) -> str:
        """The signed checkpoint over the first `size` entries."""
        text = self.text(size)
        return f"{text}\n{self.signer.sign(text)}"

    def submission(self, old: int, size: int) -> bytes:
        """The body of add-checkpoint that shows that the first `size` entries continue the first `old`."""
        proof = _proof(old, self.leaves[:size]) if 0 < old < size else []
        return body(old, proof, self.note(size))


def body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """Write the body of add-checkpoint."""
    lines = (f"old {old}", *(base64.b64encode(one).decode() for one in proof))
    return ("".join(f"{line}\n" for line in lines) + f"\n{note}").encode()


def _proof(old: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """Make a consistency proof as RFC 6962, section 2.1.2, defines it; `known` is its b."""
    if old == len(leaves):
        return [] if known else [root_of(leaves)]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= middle:
        return [*_proof(old, leaves[:middle], known=known), root_of(leaves[middle:])]
    return [*_proof(old - middle, leaves[middle:], known=False), root_of(leaves[:middle])]
