"""One form for the Kazakh, Russian and Latin spellings of a name, by a small versioned table.

Equal folds mean "written so that it could be the same name", and never "the same person": a number or a birth date
decides that. Different names stay different: nothing is compared by likeness.
"""

import json
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any

_TABLE: dict[str, Any] = json.loads((files("registry") / "data" / "folding.json").read_text("utf-8"))
VERSION: str = _TABLE["version"]
_CYRILLIC: dict[str, str] = _TABLE["cyrillic"]
_LATIN: dict[str, str] = _TABLE["latin"]
_SONS_AND_DAUGHTERS: list[str] = _TABLE["patronymic_words"]
_PATRONYMIC_ENDINGS: list[str] = _TABLE["patronymic_endings"]
_LEGAL_FORMS = frozenset[str](_TABLE["legal_forms"])
_JOINERS = frozenset[str](_TABLE["joiners"])
_SHORTEST_FATHER = 3
_LONGEST = max(len(sequence) for sequence in (*_CYRILLIC, *_LATIN))


@dataclass(frozen=True)
class FoldedName:
    """A person's name folded: its words, and apart from them the fathers' names, which people may leave out."""

    words: frozenset[str]
    fathers: frozenset[str]


def fold_person(name: str) -> FoldedName:
    """Fold a person's name; order does not matter, nor whether -ұлы, -улы, -uly stand apart, nor -ұлы or -ович."""
    joined: list[str] = []
    for word in _words(name):
        if word in _SONS_AND_DAUGHTERS and joined:
            joined[-1] += word
        else:
            joined.append(word)
    fathers = {word: _father(word) for word in joined}
    return FoldedName(
        frozenset(_undoubled(word) for word in joined if fathers[word] is None),
        frozenset(_undoubled(father) for father in fathers.values() if father is not None),
    )


def fold_company(name: str) -> frozenset[str]:
    """Fold a company's name to its words without the legal form; a name of nothing else keeps it."""
    words = frozenset(_undoubled(word) for word in _words(name))
    return (words - _LEGAL_FORMS) or words


def _father(word: str) -> str | None:
    """The father's name in a patronymic, or None when the word is not one."""
    for ending in _PATRONYMIC_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_FATHER:
            return word.removesuffix(ending)
    return None


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    kept = "".join(
        letter if letter.isalnum() or unicodedata.combining(letter) else " "
        for letter in text
        if letter not in _JOINERS
    )
    return [folded for word in kept.split() if (folded := _fold(word))]


def _fold(word: str) -> str:
    """Fold a word from left to right, the longest sequence that the table knows first."""
    folded = ""
    at = 0
    while at < len(word):
        sequence, letters = _next(word, at)
        at += len(sequence)
        folded += letters
    return folded


def _undoubled(word: str) -> str:
    """A word without doubled letters: Kassym and Қасым differ in nothing else."""
    return "".join(letter for letter, _ in groupby(word))


def _next(word: str, at: int) -> tuple[str, str]:
    for length in range(_LONGEST, 0, -1):
        sequence = word[at : at + length]
        for table in (_CYRILLIC, _LATIN):
            if sequence in table:
                return sequence, table[sequence]
    plain = unicodedata.normalize("NFKD", word[at])[0]
    if unicodedata.combining(plain):
        return word[at], ""
    return word[at], _LATIN.get(plain, plain)
