"""What a log sends to have a checkpoint cosigned: the body of add-checkpoint (C2SP tlog-witness)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from verifier.notes import Checkpoint, Note, from_base64, parse_checkpoint, parse_note

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_PROOF_LINES = 63
_HASH_BYTES = 32


class Malformed(ValueError):
    """A body that is not what add-checkpoint takes."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint, and the proof that it continues the log from its first `old` entries.

    `lines` are the signature lines of the note, each with its newline, in the order of `note.signatures`.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note
    lines: tuple[str, ...]
    checkpoint: Checkpoint


def parse_submission(body: bytes) -> Submission:
    r"""Read `old <size>\n`, proof lines, an empty line, a signed note; nothing is verified yet.

    Raises:
        Malformed: it has not the form, or the old size is above the checkpoint's.
    """
    try:
        head, _, signed = body.decode().partition("\n\n")
        note = parse_note(signed)
        checkpoint = parse_checkpoint(note.text)
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except ValueError as error:
        raise Malformed(f"After the first empty line a signed checkpoint is due. {error}") from None
    old, *proof = head.split("\n")
    lines = signed.rpartition("\n\n")[2].removesuffix("\n").split("\n")
    submission = Submission(_size(old), _hashes(proof), note, tuple(f"{line}\n" for line in lines), checkpoint)
    if submission.old > checkpoint.size:
        raise Malformed(f"The old size, {submission.old}, is above the checkpoint's, {checkpoint.size}.")
    return submission


def _size(line: str) -> int:
    found = _OLD.fullmatch(line)
    if found is None:
        raise Malformed("The first line is to be `old`, a space and a size without leading zeros.")
    return int(found[1])


def _hashes(lines: Iterable[str]) -> tuple[bytes, ...]:
    try:
        hashes = tuple(map(from_base64, lines))
    except ValueError:
        raise Malformed("A line of the proof is not base64.") from None
    if len(hashes) > _MOST_PROOF_LINES or any(len(one) != _HASH_BYTES for one in hashes):
        raise Malformed(f"A proof has at most {_MOST_PROOF_LINES} lines, and each is a hash of {_HASH_BYTES} bytes.")
    return hashes
