"""What a witness keeps in its folder: of each log the note that it cosigned last. What is kept survives any kill.

For each log there are two files, named by the SHA-256 of its origin: `.note`, and `.origin`, which says that there
has to be a note. A file is written beside, synced and renamed, and then its folder is synced; whoever is killed in
between leaves the old file or the new one, whole.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from verifier.notes import Checkpoint, Key, parse_checkpoint, parse_note, signature_by
from verifier.signing import fast_verify

_IN_USE = (
    "The folder {} is in use by another witness. Two with one key could be played off against each other: stop that"
    " one, or give this one a folder of its own."
)


class Unusable(Exception):
    """A folder that cannot be used; the message says why and what to do."""


class Damaged(Exception):
    """What is kept of a log is not what was written; nothing of the log can be cosigned any more."""


class NotStored(Exception):
    """The disk did not take what has to be kept; nothing was cosigned."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that was cosigned, at `time` in seconds since 1970.

    `note` has the checkpoint, the log's signatures and, as its last line, the witness's.
    """

    checkpoint: Checkpoint
    time: int
    note: str

    @property
    def cosignature(self) -> str:
        """The line of the witness, with its newline."""
        return self.note.splitlines(keepends=True)[-1]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder, which is made if need be, for this process alone; a kill frees it.

    Raises:
        Unusable: another process has it, or it cannot be made or written to.
    """
    with ExitStack() as held:
        try:
            _make(folder)
            lock = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
            held.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unusable(_IN_USE.format(folder)) from error
        except OSError as error:
            raise Unusable(f"The folder {folder} cannot be used ({error.strerror}). Choose another.") from error
        yield


def read_seen(folder: Path, origin: str, keys: Sequence[Key], witness: Key) -> Seen | None:
    """Read what was cosigned last of a log, None where nothing was yet.

    Args:
        folder: is locked by this process.
        origin: the log's name.
        keys: all that the log signs with; the note has to be signed by one, and by none that is not among them.
        witness: the key that cosigned it.

    Raises:
        Damaged: the note is missing though there was one, or is not as it was written, to the last bit.
    """
    path, mark = _paths(folder, origin)
    try:
        _sync(folder)  # what was renamed before a kill may not be on the disk yet
        if not path.exists() and not mark.exists():
            return None
        seen = _parse(path.read_bytes().decode(), origin, keys, witness)
        _mark(mark, origin)
    except (OSError, ValueError) as error:
        raise Damaged(_damaged(path, origin, error)) from error
    return seen


def keep_seen(folder: Path, seen: Seen) -> None:
    """Write what is about to be answered; when this returns, it is on the disk.

    Raises:
        NotStored: it is not, or perhaps not; the answer must not be given.
    """
    path, mark = _paths(folder, seen.checkpoint.origin)
    try:
        write_durably(path, seen.note)
        _mark(mark, seen.checkpoint.origin)
    except OSError as error:
        raise NotStored(
            f"The witness cannot store what it would cosign ({error.strerror}), so it does not cosign. Ask again later."
        ) from error


def write_durably(path: Path, text: str) -> None:
    """Put a file in its place, readable by its owner only, so that a kill or a loss of power leaves the old or the new.

    Raises:
        OSError: it could not be written.
    """
    beside = path.with_name(f"{path.name}.new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - a mode
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)  # noqa: PTH105 - beside its like
    _sync(path.parent)


def _make(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in missing:
        _sync(one.parent)


def _paths(folder: Path, origin: str) -> tuple[Path, Path]:
    name = hashlib.sha256(origin.encode()).hexdigest()
    return folder / f"{name}.note", folder / f"{name}.origin"


def _parse(text: str, origin: str, keys: Sequence[Key], witness: Key) -> Seen:
    note = parse_note(text)
    checkpoint = parse_checkpoint(note.text)
    by_log = [signature for key in keys if (signature := signature_by(note, key, fast_verify)) is not None]
    by_witness = signature_by(note, witness, fast_verify)
    if checkpoint.origin != origin:
        raise ValueError("It is about another log.")
    if by_witness is None or by_witness.time is None:
        raise ValueError(f"It is not cosigned by this witness's key, {witness.text}.")
    if not by_log or {*note.signatures} != {*by_log, by_witness} or note.signatures[-1] != by_witness:
        raise ValueError("Its log's signature is by a key that is not known here; give the log's former key as well.")
    return Seen(checkpoint, by_witness.time, text)


def _mark(mark: Path, origin: str) -> None:
    if not mark.exists():
        write_durably(mark, f"{origin}\n")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, origin: str, error: Exception) -> str:
    reason = str(error).rstrip(".")
    return (
        f"The witness cannot rely on what it kept of the log {origin} in {path} and cosigns nothing of it: {reason}."
        " If the file as it was last written can be had back, put it there and start the witness again. Otherwise"
        " begin with a new folder and a new key; an older copy of the file must never be used."
    )
