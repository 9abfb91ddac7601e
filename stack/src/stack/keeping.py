"""Secrets of one machine that are made once and kept in files that only their owner reads."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kept(file: Path, make: Callable[[], str]) -> str:
    """The secret in a file; when there is none yet, the one that `make` gives, kept from now on.

    It is written beside and linked, so that of several who make one at once the first one's is whole and all use it.
    """
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=file.parent) as new:
            new.write(make())
            new.flush()
            with suppress(FileExistsError):
                os.link(new.name, file)
    return file.read_text()
