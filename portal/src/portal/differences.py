"""Two wordings of a text as one: what was kept, what was put in, what was taken out, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORD = re.compile(r"\s+|[^\s]+")
_MOST_WORDS = 6000
"""Finding the differences of longer texts takes a reader's patience; they are shown whole, old and new."""


@dataclass(frozen=True)
class Piece:
    """Words that were kept, put in, or taken out."""

    kind: Literal["kept", "new", "old"]
    words: str


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of which both wordings are made, in their order; what is taken out stands before what replaces it."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) + len(after) > _MOST_WORDS:
        pieces = [Piece("old", old), Piece("new", new)] if old != new else [Piece("kept", old)]
    else:
        pieces = list(_pieces(before, after))
    return [each for each in pieces if each.words]


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for what, i, j, k, n in SequenceMatcher(None, before, after, autojunk=True).get_opcodes():
        if what == "equal":
            yield Piece("kept", "".join(before[i:j]))
        else:
            yield Piece("old", "".join(before[i:j]))
            yield Piece("new", "".join(after[k:n]))
