"""What a witness starts with: its key, which is made once and kept, and the keys of the logs."""

from collections.abc import Iterable
from pathlib import Path

from verifier.notes import LOG, WITNESS, BadKey, Key, parse_key
from verifier.signing import Signer
from witness.storage import write_durably

_USUAL_NAME = "ashyq-witness"


class CannotStart(Exception):
    """Something that was given, or not, stands in the way; the message says what to do about it."""


def log_keys(texts: Iterable[str]) -> tuple[Key, ...]:
    """Read the keys of logs.

    Raises:
        CannotStart: there is none, or one is not the key of a log.
    """
    try:
        keys = tuple(map(parse_key, texts))
    except BadKey as error:
        raise CannotStart(f"{error} {_WHERE_KEYS_ARE}") from error
    for key in keys:
        if key.algorithm != LOG:
            raise CannotStart(f"{key.text} is a witness's key, not a log's. {_WHERE_KEYS_ARE}")
    if not keys:
        raise CannotStart(f"No log is named, so there is nothing to watch. {_WHERE_KEYS_ARE}")
    return keys


def signer_in(folder: Path, secret: str | None, name: str | None) -> Signer:
    """Return the witness's key: the one that is given, or the folder's own, which is made at the first start.

    Args:
        folder: is locked by this process.
        secret: the key in text form, if it is kept elsewhere.
        name: the one to make a key for; the name of a key that there is cannot be changed.

    Raises:
        CannotStart: the key is damaged, missing, of another name, or there are two.
    """
    file = folder / "key"
    kept = _kept(file)
    if secret and kept and kept.secret != secret.strip():
        raise CannotStart(f"ASHYQ_WITNESS_KEY is not the key in {file}. A folder has one key for ever: leave one out.")
    signer = _parsed(secret, "ASHYQ_WITNESS_KEY") if secret else kept or _made(file, name or _USUAL_NAME)
    if name and signer.key.name != name:
        raise CannotStart(
            f"The witness's key has the name {signer.key.name}, not {name}. Leave the name out, or begin with a new"
            " folder and a new key."
        )
    return signer


def _kept(file: Path) -> Signer | None:
    try:
        return _parsed(file.read_text(), str(file))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"The witness's key in {file} cannot be read: {error}") from error


def _parsed(secret: str, where: str) -> Signer:
    try:
        signer = Signer.parse(secret.strip())
    except BadKey as error:
        raise CannotStart(f"{where} does not hold a witness's key. {error} Put it back as it was.") from error
    if signer.key.algorithm != WITNESS:
        raise CannotStart(f"{where} holds the key of a log. A witness has a key of its own.")
    return signer


def _made(file: Path, name: str) -> Signer:
    if any(file.parent.glob("*.note")):
        raise CannotStart(
            f"The witness's key is missing: {file}. What the folder holds was cosigned with it, so no other is made."
            " Put the file back, give ASHYQ_WITNESS_KEY as before, or begin with a new folder."
        )
    try:
        signer = Signer.new(name, WITNESS)
        write_durably(file, f"{signer.secret}\n")
    except BadKey as error:
        raise CannotStart(
            f"{name!a} cannot name a witness: a name has no space and no plus, as in witness.example.org/ashyq."
        ) from error
    except OSError as error:
        raise CannotStart(f"The witness's key cannot be kept in {file} ({error.strerror}).") from error
    return signer


_WHERE_KEYS_ARE = "A log's key is the first line of /v1/journals/<service>/keys at the Ashyq to be watched."
