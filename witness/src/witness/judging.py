"""Whether a submission may be cosigned, after what was seen of its log before; pure."""

from collections.abc import Iterable

from verifier.notes import BadSignature, Checkpoint, Key, signature_by
from verifier.signing import fast_verify
from verifier.tree import EMPTY_ROOT, is_consistent
from witness.submissions import Submission


class NotSigned(Exception):
    """A checkpoint without a valid signature of its log."""


class Stale(Exception):
    """A submission that does not start from what was cosigned last, which has `size` entries."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The last checkpoint that was cosigned has {size} entries.")
        self.size = size


class Forked(Stale):
    """A log that signed two roots for one size: with its own signatures it proves that it cheats."""


class NotContinued(Exception):
    """A checkpoint that is not proven to begin with all the entries that were cosigned last."""


def lines_by(submission: Submission, keys: Iterable[Key]) -> tuple[str, ...]:
    """Return the signature lines by these keys, which are the log's, in the order of the keys; the others are ignored.

    Raises:
        NotSigned: there is none, or one says that it is by one of the keys and is not.
    """
    try:
        found = [signature_by(submission.note, key, fast_verify) for key in keys]
    except BadSignature as error:
        raise NotSigned(str(error)) from None
    lines = dict(zip(submission.note.signatures, submission.lines, strict=True))
    by_keys = tuple(lines[signature] for signature in found if signature is not None)
    if not by_keys:
        raise NotSigned("The checkpoint is not signed by a key that is known here as its log's.")
    return by_keys


def judge(submission: Submission, last: Checkpoint | None) -> None:
    """Compare with what was cosigned last of the log, None where nothing was; silence means consent.

    Raises:
        Forked: the size is that of the last checkpoint, the root is not.
        Stale: the old size is not that of the last checkpoint.
        NotContinued: the proof does not hold.
    """
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    new = submission.checkpoint
    # There is one empty tree: another root for it is no fork, but no root at all.
    if new.size == size > 0 and new.root != root:
        raise Forked(size)
    if submission.old != size:
        raise Stale(size)
    if not is_consistent(size, root, new.size, new.root, submission.proof):
        raise NotContinued(f"The proof does not show that the checkpoint of {new.size} continues that of {size}.")
