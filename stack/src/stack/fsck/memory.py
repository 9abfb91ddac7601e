"""What is remembered of journals, in the form of `ashyq-verify follow`, with which the file can be shared."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from verifier.notes import BadNote, parse_checkpoint, parse_note


class Remembered(BaseModel):
    """What a journal has said, oldest first: its keys and its checkpoints."""

    keys: list[str] = []
    notes: list[str] = []


class BadMemory(Exception):
    """A file that cannot be used as a memory of journals; the message says why."""


_JOURNALS = TypeAdapter(dict[str, Remembered])


def remembered(file: Path) -> dict[str, Remembered]:
    """What the file says of each journal, by its URL; nothing when it is not there yet.

    Raises:
        BadMemory: it cannot be read, or is something else.
    """
    try:
        return _JOURNALS.validate_json(file.read_bytes()) if file.exists() else {}
    except OSError as error:
        raise BadMemory(f"{file} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise BadMemory(f"{file} is not a file in which journals are remembered.") from error


def remember(file: Path, url: str, keys: Sequence[str], note: str) -> None:
    """Add a checkpoint that was found right, unless one of as many entries is remembered by now.

    Raises:
        BadMemory: the file cannot be used.
    """
    journals = remembered(file)
    known = journals.setdefault(url, Remembered())
    if not known.notes or _size(known.notes[-1]) < _size(note):
        known.notes.append(note)
    known.keys = [*keys]
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        new.write_text(json.dumps(_JOURNALS.dump_python(journals), indent=1), encoding="utf-8")
        new.replace(file)  # never half of one
    except OSError as error:
        raise BadMemory(f"{file} cannot be written ({error.strerror}).") from error


def _size(note: str) -> int:
    """The number of entries in a checkpoint; -1 in what is none."""
    try:
        return parse_checkpoint(parse_note(note).text).size
    except BadNote:
        return -1
