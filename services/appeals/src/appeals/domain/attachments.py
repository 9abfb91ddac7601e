"""What may be attached to an appeal, known by what is in the file and not by what it is called."""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from appeals.domain.errors import FileInfected, FileQuarantined, FileTypeMismatch, FileTypeNotAllowed

# No law limits how many documents an appeal has; a bundle of more belongs into one file.
MOST = 30
# What a sender says who does not know the type.
_UNDECLARED = "application/octet-stream"


class State(StrEnum):
    """Where a file stands. Only a clean one is ever shown; one that is still coming is not there yet."""

    RECEIVING = "receiving"
    QUARANTINED = "quarantined"
    CLEAN = "clean"
    INFECTED = "infected"


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN_TEXT = "application/vnd.oasis.opendocument.text"
_OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"
_TEXT = "text/plain"
TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/jpeg": (".jpg", ".jpeg"),
        "image/png": (".png",),
        _OPEN_SHEET: (".ods",),
        _OPEN_TEXT: (".odt",),
        _SHEET: (".xlsx",),
        _WORD: (".docx",),
        _TEXT: (".txt",),
    }
)
"""The media types that are taken, each with the endings of a name that say so. None of them runs or fetches anything
where it is opened: no programs, no pages, no SVG, no office files with macros, no archives.
"""

_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_ARCHIVE = b"PK\x03\x04"
# An OpenDocument file names its type, as it is, in an entry that comes first (OpenDocument 1.3, part 2, 3.3).
_NAMED_AT = 30
_NAMED = {b"mimetype" + each.encode() + b"PK": each for each in (_OPEN_TEXT, _OPEN_SHEET)}
# An OOXML file is known by its main part, whose name stands in the archive as it is (ECMA-376, part 2).
_MAIN_PARTS = {b"word/document.xml": _WORD, b"xl/workbook.xml": _SHEET}
_MACROS = (b"vbaProject.bin", b"Basic/script-lc.xml")
_OVERLAP = max(map(len, (*_MAIN_PARTS, *_MACROS))) - 1
_NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACE = b"\xef\xbb\xbf \t\r\n"
_NOT_TEXT = (b"<", b"#!", b"{\\rtf")  # pages and pictures of markup, scripts, rich text


class Sniffer:
    """Finds out what a file is while it comes; its first piece is longer than any signature, or the only one."""

    def __init__(self) -> None:
        self._type: str | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._tail: bytes | None = None
        self._begun = False

    def take(self, piece: bytes) -> None:
        """Look at the next piece.

        Raises:
            FileTypeNotAllowed: by now it cannot be a file of any type that is taken.
        """
        if not self._begun:
            self._begun = True
            self._begin(piece)
        if self._decoder is not None:
            self._read_text(piece, final=False)
        elif self._tail is not None:
            window = self._tail + piece
            self._look_into(window)
            self._tail = window[-_OVERLAP:]

    def media_type(self) -> str:
        """What the whole file is.

        Raises:
            FileTypeNotAllowed: it is of none of the types that are taken, or empty.
        """
        if self._decoder is not None:
            self._read_text(b"", final=True)
        if self._type is None:
            raise FileTypeNotAllowed([*TYPES])
        return self._type

    def _begin(self, head: bytes) -> None:
        self._type = next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)
        if self._type is not None:
            return
        if head.startswith(_ARCHIVE):
            self._type = next((kind for words, kind in _NAMED.items() if head.startswith(words, _NAMED_AT)), None)
            self._tail = b""
        elif head.lstrip(_SPACE).startswith(_NOT_TEXT):
            raise FileTypeNotAllowed([*TYPES])
        else:
            self._type = _TEXT
            self._decoder = codecs.getincrementaldecoder("utf-8")()

    def _read_text(self, piece: bytes, *, final: bool) -> None:
        try:
            if self._decoder is not None:
                self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            raise FileTypeNotAllowed([*TYPES]) from None
        if _NOT_IN_TEXT.search(piece):
            raise FileTypeNotAllowed([*TYPES])

    def _look_into(self, window: bytes) -> None:
        if any(macro in window for macro in _MACROS):
            raise FileTypeNotAllowed([*TYPES])
        if self._type is None:
            self._type = next((kind for part, kind in _MAIN_PARTS.items() if part in window), None)


def require_agreement(found: str, *, declared: str, name: str) -> None:
    """Raises FileTypeMismatch when the sender or the file's name says that it is something else than it is."""
    said = declared if declared != _UNDECLARED else found
    if said != found or not name.lower().endswith(TYPES[found]):
        raise FileTypeMismatch(found, TYPES[found])


def require_clean(state: State) -> None:
    """Raises FileQuarantined or FileInfected for a file that is not to be shown."""
    if state is State.INFECTED:
        raise FileInfected
    if state is not State.CLEAN:
        raise FileQuarantined


def plain_name(name: str) -> str:
    """The name, if it is one that every system can store and shows as it is: in one line, no path, nothing hidden.

    Raises:
        ValueError: it is not.
    """
    bare = name.strip()
    if not bare or bare.startswith(".") or any(each in '/\\:*?"<>|' for each in bare):
        raise ValueError("A file's name, with no path")
    # Controls, and what turns the direction of writing, so that an ending could hide.
    if any(unicodedata.category(each)[0] == "C" or unicodedata.category(each) in {"Zl", "Zp"} for each in bare):
        raise ValueError("A file's name, with no hidden characters")
    return bare
