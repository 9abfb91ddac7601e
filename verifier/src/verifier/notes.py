"""Signed notes and the checkpoints in them: the C2SP texts signed-note, tlog-checkpoint and tlog-cosignature.

A note is a text, an empty line, and a line for each signature: `— <name> <base64 of key id and signature>`.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from verifier import ed25519

Verify = Callable[[bytes, bytes, bytes], bool]
"""Public key, signature and message to whether it holds: `ed25519.verify`, or a faster one."""

LOG = 0x01
"""The algorithm of a log's key: Ed25519 over the text."""
WITNESS = 0x04
"""The algorithm of a witness's key: Ed25519 over a time and the text, cosignature/v1."""

_ID_BYTES, _TIME_BYTES, _PUBLIC_BYTES, _SIGNATURE_BYTES, _MOST_SIGNATURES = 4, 8, 32, 64, 100
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_BASE64 = re.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?")
"""The one right way to write it: the bits of the last letter that readers throw away are not set."""
_CHECKPOINT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


class BadKey(ValueError):
    """A text that is no key, or a key of a kind that is not known here."""


class BadNote(ValueError):
    """A text that is no signed note, or a note's text that is no checkpoint."""


class BadSignature(ValueError):
    """A signature that says it is by a key, and is not."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key by the name of who signs with it; `algorithm` is LOG or WITNESS, `public` 32 bytes."""

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what no line of a note could name, and other kinds of keys."""
        if self.algorithm not in {LOG, WITNESS} or len(self.public) != _PUBLIC_BYTES or not _is_name(self.name):
            raise BadKey(f"{self.name!a} has no key: 32 bytes, of a log or a witness, a name without space and plus.")

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key in one line, a vkey: `<name>+<id in hex>+<base64 of algorithm and public key>`."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: `blob` is what follows the key id, 64 bytes, or a witness's time and 64 bytes."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def time(self) -> int | None:
        """When a witness saw the checkpoint, in seconds since 1970; None where it is not a cosignature.

        Times beyond 2**37, the year 6325, are none; soon after, there are some that have no date.
        """
        time = int.from_bytes(self.blob[:_TIME_BYTES], "big")
        return time if len(self.blob) == _TIME_BYTES + _SIGNATURE_BYTES and time < 2**37 else None


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with the newline at its end, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its name (`origin`), how many entries it has, and the root over all of them."""

    origin: str
    size: int
    root: bytes


def parse_key(text: str) -> Key:
    """Read a vkey.

    Raises:
        BadKey: it is not written exactly as `Key.text` writes it.
    """
    written = text.split("+", 2)[-1]
    typed = from_base64(written) if _BASE64.fullmatch(written) else b""
    key = Key(text.partition("+")[0], int.from_bytes(typed[:1], "big"), typed[1:])
    if key.text != text:
        raise BadKey(f"{text!a} is not a key: its id is not that of its name and its bytes.")
    return key


def parse_note(text: str) -> Note:
    """Read a signed note; nothing is verified yet.

    Raises:
        BadNote: it has not the form, a control character, no signature, or more than a hundred.
    """
    body, _, lines = text.rpartition("\n\n")
    if _UNFIT.search(text) or not body or not lines.endswith("\n") or lines.count("\n") > _MOST_SIGNATURES:
        raise BadNote("A note is a text, an empty line and up to a hundred signatures, without control characters.")
    return Note(body + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint: three lines, origin, size and root, and no extension lines.

    Raises:
        BadNote: it is not written exactly as `checkpoint_text` writes it.
    """
    found = _CHECKPOINT.fullmatch(text)
    if not found or int(found[2]) >= 2**63:
        raise BadNote("A checkpoint is three lines: the log's name, the size without leading zeros, the root's base64.")
    return Checkpoint(found[1], int(found[2]), from_base64(found[3]))


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Write the text that a log signs."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def signature_by(note: Note, key: Key, verify: Verify = ed25519.verify) -> Signature | None:
    """Find the signature of a key and verify it.

    Args:
        note: what was signed.
        key: of a log or of a witness; what it signs differs.
        verify: how.

    Returns:
        The first signature by the key, or None where none says that it is by it.

    Raises:
        BadSignature: one says that it is by the key, by name and id, and does not verify.
    """
    found = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    for one in found:
        message = note.text.encode() if key.algorithm == LOG else cosigned_message(one.time or 0, note.text)
        signed = one.blob if key.algorithm == LOG else one.blob[_TIME_BYTES:]
        if not verify(key.public, signed, message):
            raise BadSignature(f"The signature that says it is by {key.name} is not by its key.")
    return found[0] if found else None


def cosigned_message(time: int, text: str) -> bytes:
    """Return what a witness signs: the time, in seconds since 1970, and the checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def from_base64(text: str) -> bytes:
    """Read base64 that is written in the one right way.

    Raises:
        BadNote: it is not, be it by a bit that readers throw away.
    """
    if not _BASE64.fullmatch(text):
        raise BadNote(f"{text!a} is not base64, or not in its one right way.")
    return base64.b64decode(text)


def _is_name(text: str) -> bool:
    """Say whether a key can have this name; what is printable has no other space than the plain one."""
    return text != "" and text.isprintable() and not {" ", "+"} & {*text}


def _signature(line: str) -> Signature:
    name, _, text = line.removeprefix("— ").partition(" ")
    data = from_base64(text)
    if line != f"— {name} {text}" or not _is_name(name) or len(data) <= _ID_BYTES:
        raise BadNote(f"{line!a} is not a signature line: a dash, a name, and the base64 of key id and signature.")
    return Signature(name, data[:_ID_BYTES], data[_ID_BYTES:])
