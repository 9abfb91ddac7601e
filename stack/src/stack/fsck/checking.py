"""A journal is read and judged."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from stack.fsck.faults import Fault, between
from stack.fsck.judging import Known, Views, judge
from stack.fsck.memory import Remembered
from stack.fsck.notes import judge_keys, judge_note, known_by, seen_by
from stack.fsck.reading import Advance, Unreadable, opened, read_entries, read_tiles, text_of
from verifier.notes import BadNote, Checkpoint, Key, parse_checkpoint, parse_note
from verifier.receipts import Witnesses

# A journal publishes a checkpoint a moment after its witness has cosigned it.
_PUBLISHED_WITHIN_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about a journal: its keys and its checkpoint, as far as they can be read, and its faults."""

    keys: tuple[str, ...]
    note: str
    checkpoint: Checkpoint | None
    witnesses: Witnesses
    faults: tuple[Fault, ...]


def check(url: str, memory: Remembered, witness: str | None = None, advance: Advance = lambda _, __: None) -> Checked:
    """Read all of a journal and judge it.

    Args:
        url: of the journal, as `http://host/v1/journals/appeals`.
        memory: what is remembered of it.
        witness: the URL of a witness, which is asked what it has seen.
        advance: is told how far the reading is.

    Raises:
        Unreadable: the journal, or the witness, does not answer as one does.
        BadMemory: what is remembered was not signed by the key that is remembered.
    """
    known = known_by(memory)
    with opened(url) as journal:
        texts = (text_of(journal, "keys") or "").split()
        keys, faults = judge_keys(texts, memory.keys)
        if not keys and not memory.keys:
            raise Unreadable(f"{url} is no journal: there are no keys.")
        if not keys:
            return Checked((*texts,), "", None, (), (*faults,))
        seen = None if witness is None else _seen(witness, keys[0])
        faults += [seen] if isinstance(seen, Fault) else []
        known += [seen] if isinstance(seen, Known) else []
        note = _published(journal, seen.size if isinstance(seen, Known) else 0)
        if note is None:
            return Checked((*texts,), "", None, (), (*faults, *_nothing(url, known)))
        checkpoint, witnesses, found = judge_note(note, keys)
        if checkpoint is not None:
            listing = read_entries(journal, checkpoint.size, advance)
            found += judge(Views(checkpoint, note, listing, read_tiles(journal, checkpoint.size)), known)
    return Checked((*texts,), note, checkpoint, witnesses, (*faults, *found))


def _seen(witness: str, log: Key) -> Known | Fault:
    with opened(witness) as asked:
        return seen_by(asked, log)


def _published(journal: httpx.Client, size: int) -> str | None:
    """The checkpoint of a journal; one of `size` entries, which a witness has seen, is waited for."""
    ends = time.monotonic() + _PUBLISHED_WITHIN_SECONDS
    while True:
        note = text_of(journal, "checkpoint")
        if note is None or time.monotonic() >= ends or _size(note) >= size:
            return note
        time.sleep(_LOOK_AGAIN_SECONDS)


def _size(note: str) -> float:
    try:
        return parse_checkpoint(parse_note(note).text).size
    except BadNote:
        return math.inf  # nothing to wait for


def _nothing(url: str, known: Sequence[Known]) -> list[Fault]:
    """What is wrong with a journal that has no checkpoint.

    Raises:
        Unreadable: nothing, if it is new.
    """
    largest = max(known, key=lambda one: one.size, default=None)
    if largest is None:
        raise Unreadable(f"{url} has no checkpoint. A new journal has one in a moment; else this is not a journal.")
    message = f"There is no checkpoint, and {largest.size} entries are {largest.by}."
    return [Fault("rolled-back", between(0, largest.size), message, (largest.note,))]
