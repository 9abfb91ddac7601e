"""Signing: what a log and a witness do, by `cryptography`; who only verifies needs none of it."""

import base64
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verifier.notes import LOG, WITNESS, BadKey, Key, cosigned_message, from_base64

_PREFIX = "PRIVATE+KEY+"
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Signer:
    """A log or a witness that can sign: its public key, and the private one, which no `repr` shows."""

    key: Key
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def new(cls, name: str, algorithm: int) -> "Signer":
        """Make a new key of a log (`notes.LOG`) or of a witness (`notes.WITNESS`).

        Raises:
            BadKey: the name has a space or a plus, or the algorithm is another.
        """
        return _signer(name, algorithm, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, secret: str) -> "Signer":
        """Read a private key as `secret` writes it.

        Raises:
            BadKey: the text is not one; the message never quotes it.
        """
        try:
            name, _, written = secret.removeprefix(_PREFIX).split("+", 2)
            typed = from_base64(written)
            signer = _signer(name, typed[0], Ed25519PrivateKey.from_private_bytes(typed[1:]))
        except (ValueError, IndexError):
            raise BadKey("This is not a private key: PRIVATE+KEY+<name>+<id>+<base64>.") from None
        if signer.secret != secret:
            raise BadKey("This private key is damaged: its id is not that of its name and its bytes.")
        return signer

    @property
    def secret(self) -> str:
        """The private key in one line, as golang.org/x/mod/sumdb/note writes it; only its owner may read it."""
        typed = bytes([self.key.algorithm]) + self._private.private_bytes_raw()
        return f"{_PREFIX}{self.key.name}+{self.key.id.hex()}+{base64.b64encode(typed).decode()}"

    def sign(self, text: str) -> str:
        """Sign a note's text as its log.

        Returns:
            The signature line with its newline.

        Raises:
            ValueError: this is a witness's key.
        """
        self._expect(LOG)
        return self._line(self._private.sign(text.encode()))

    def cosign(self, text: str, at: int) -> str:
        """Sign as a witness that a note's text was seen, and consistent, at a time in seconds since 1970.

        Returns:
            The signature line with its newline.

        Raises:
            ValueError: this is a log's key.
        """
        self._expect(WITNESS)
        return self._line(at.to_bytes(_TIME_BYTES, "big") + self._private.sign(cosigned_message(at, text)))

    def _expect(self, algorithm: int) -> None:
        if self.key.algorithm != algorithm:
            raise ValueError(f"The key {self.key.name} is of algorithm {self.key.algorithm}, not {algorithm}.")

    def _line(self, blob: bytes) -> str:
        return f"— {self.key.name} {base64.b64encode(self.key.id + blob).decode()}\n"


def fast_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Verify an Ed25519 signature as `ed25519.verify` does, a hundred times faster."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signer(name: str, algorithm: int, private: Ed25519PrivateKey) -> Signer:
    return Signer(Key(name, algorithm, private.public_key().public_bytes_raw()), private)
