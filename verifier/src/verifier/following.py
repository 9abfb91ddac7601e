"""Following a journal: its checkpoints are remembered, and each must begin with the one before.

Who follows needs no trust in the journal's operator: a checkpoint that takes something back is signed by the operator,
and the two notes together prove it to anybody.
"""

import http.client
import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from verifier import ed25519
from verifier.notes import from_base64, parse_checkpoint, parse_note
from verifier.receipts import Fault, Witnesses, open_checkpoint, read_keys
from verifier.tree import is_consistent

_SECONDS = 10
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Followed:
    """What a journal says now, and that it takes nothing back.

    `before` is the size that was remembered, None the first time; `new_keys` are those that are remembered from now on.
    """

    origin: str
    size: int
    before: int | None
    witnesses: Witnesses
    new_keys: tuple[str, ...]


def follow(url: str, memory: Path) -> Followed:
    """Fetch a journal's checkpoint, compare it with the remembered one, and remember it.

    Args:
        url: of the journal, as `http://host/v1/journals/appeals`.
        memory: the file in which journals are remembered by their URL; it need not be there yet.

    Raises:
        Fault: the journal takes back what it said, with both notes as evidence, or does not sign what it says. It is
            then not remembered.
        OSError: the journal does not answer, or the file cannot be read or written.
        ValueError: an answer, or the file, is not what it should be.
    """
    url = url.rstrip("/")
    journals = _remembered(memory)
    known = journals.setdefault(url, {"keys": [], "notes": []})
    read, text = read_keys(_get(f"{url}/keys").split(), None), _get(f"{url}/checkpoint")
    keys = [key.text for key in read]
    if {*known["keys"]} - {*keys}:
        evidence = ("\n".join(known["keys"]), "\n".join(keys))
        raise Fault("key", "keys", "A key that is remembered is not there any more.", *evidence)
    _, checkpoint, witnesses = open_checkpoint(text, read, ed25519.verify)
    before = _compare(url, known["notes"][-1], text) if known["notes"] else None
    new = tuple(key for key in keys if key not in known["keys"])
    known["keys"], known["notes"] = keys, known["notes"] + [text] * (text not in known["notes"][-1:])
    _write(memory, journals)
    return Followed(checkpoint.origin, checkpoint.size, before, witnesses, new)


def _remembered(memory: Path) -> dict[str, dict[str, list[str]]]:
    try:
        journals = json.loads(memory.read_text()) if memory.exists() else {}
        texts = [text for known in journals.values() for text in known["keys"] + known["notes"]]
    except (AttributeError, KeyError, TypeError, RecursionError):
        journals, texts = {}, [None]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{memory} is not a file in which journals are remembered.")
    return dict(journals)


def _compare(url: str, old_text: str, new_text: str) -> int:
    """See that a checkpoint begins with the one before, and return the size of that one."""
    old, new = (parse_checkpoint(parse_note(text).text) for text in (old_text, new_text))
    if new.size < old.size:
        message = f"The journal had {old.size} entries, and says now that it has {new.size}."
        raise Fault("rolled-back", "checkpoint", message, old_text, new_text)
    proof = _proof(url, old.size, new.size) if 0 < old.size < new.size else []
    if not is_consistent(old.size, old.root, new.size, new.root, proof):
        message = f"The first {old.size} of the {new.size} entries are not those that the journal had."
        raise Fault("rewritten", "checkpoint", message, old_text, new_text)
    return old.size


def _proof(url: str, old: int, new: int) -> list[bytes]:
    answer = _get(f"{url}/consistency?old={old}&new={new}")
    try:
        return [from_base64(one) for one in json.loads(answer)["proof"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Fault("proof", "consistency", "This is no consistency proof.") from None


def _get(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!a} is not the URL of a journal: http://host/v1/journals/appeals.")
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - see above
            body: bytes = answer.read(_MOST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise OSError(f"{url}: {getattr(error, 'code', error)}") from None
    if len(body) > _MOST_BYTES:
        raise ValueError(f"{url} answers with more than a megabyte.")
    return body.decode()


def _write(memory: Path, journals: dict[str, dict[str, list[str]]]) -> None:
    """Replace the memory as a whole, so that it is never half of one."""
    new = memory.with_name(f"{memory.name}.new")
    new.write_text(json.dumps(journals, indent=1))
    new.replace(memory)
