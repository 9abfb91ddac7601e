"""What a file is, by what is in it: of each type that is taken one, and much that is not."""

import io
import zipfile

import pytest

from appeals.domain.attachments import TYPES, Sniffer, State, plain_name, require_agreement, require_clean
from appeals.domain.errors import FileInfected, FileQuarantined, FileTypeMismatch, FileTypeNotAllowed

PIECE = 1000


def archive(*names: str, mimetype: str | None = None) -> bytes:
    """An archive of entries with these names, and first of all, if it is given, the type of an OpenDocument file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        if mimetype is not None:
            whole.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name in names:
            whole.writestr(name, "x" * 5000)
    return made.getvalue()


WORD, SHEET = (
    next(kind for kind in TYPES if kind.endswith(end)) for end in ("wordprocessingml.document", "sheetml.sheet")
)
OPEN_TEXT, OPEN_SHEET = (
    next(kind for kind in TYPES if kind.endswith(end)) for end in ("opendocument.text", ".spreadsheet")
)
TAKEN = {
    "application/pdf": b"%PDF-1.7\n\x00\xff",
    "image/png": b"\x89PNG\r\n\x1a\n\x00",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00",
    WORD: archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    SHEET: archive("[Content_Types].xml", "xl/workbook.xml"),
    OPEN_TEXT: archive("content.xml", mimetype=OPEN_TEXT),
    OPEN_SHEET: archive("content.xml", mimetype=OPEN_SHEET),
    "text/plain": "Шатыр ақаулы.\r\n\tАбай даңғылы.\f".encode(),
}
REFUSED = {
    "nothing": b"",
    "a page": b"<!doctype html><p>x",
    "a page behind a mark and space": b"\xef\xbb\xbf \r\n<script>",
    "a picture of markup": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a script": b"#!/bin/sh\n",
    "rich text": b"{\\rtf1",
    "a program of Windows": b"MZ\x90\x00\x03",
    "a program of Linux": b"\x7fELF\x02",
    "an old office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "an archive": archive("a.txt"),
    "a document with macros": archive("word/document.xml", "word/vbaProject.bin"),
    "an open document with macros": archive("Basic/script-lc.xml", mimetype=OPEN_TEXT),
    "an open document of another type": archive(mimetype=OPEN_TEXT + "-master"),
    "text in another encoding": "Шатыр".encode("cp1251"),
    "text that breaks off in a letter": "Шатыр".encode()[:-1],
    "text with a NUL far behind": b"a" * 2500 + b"\0",
}


def sniffed(content: bytes) -> str:
    sniffer = Sniffer()
    for start in range(0, len(content), PIECE):
        sniffer.take(content[start : start + PIECE])
    return sniffer.media_type()


def test_there_is_a_file_of_each_type_that_is_taken() -> None:
    assert TAKEN.keys() == TYPES.keys()


@pytest.mark.parametrize("kind", TAKEN)
def test_a_file_is_known_by_what_is_in_it(kind: str) -> None:
    assert sniffed(TAKEN[kind]) == kind


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_refused_with_what_is(what: str) -> None:
    with pytest.raises(FileTypeNotAllowed) as caught:
        sniffed(REFUSED[what])
    assert caught.value.allowed == ", ".join(TYPES)


@pytest.mark.parametrize("at", range(PIECE - 20, PIECE + 1))
def test_a_name_is_found_wherever_the_pieces_part(at: int) -> None:
    content = b"PK\x03\x04".ljust(at, b"-") + b"word/document.xml"
    assert sniffed(content) == WORD
    with pytest.raises(FileTypeNotAllowed):
        sniffed(content.ljust(3 * PIECE - 7, b"-") + b"vbaProject.bin")


def test_letters_may_lie_across_pieces() -> None:
    for shift in range(4):
        assert sniffed(b"a" * shift + "ә€𝄞".encode() * PIECE) == "text/plain"


def test_a_program_is_refused_with_its_first_piece() -> None:
    with pytest.raises(FileTypeNotAllowed):
        Sniffer().take(b"MZ\x90\x00")


def test_what_is_said_of_a_file_must_be_so() -> None:
    for declared in ("application/pdf", "application/octet-stream"):
        require_agreement("application/pdf", declared=declared, name="Шағым.PDF")
    require_agreement("image/jpeg", declared="image/jpeg", name="a.b.jpeg")
    for declared, name in (("image/png", "a.pdf"), ("application/pdf", "a.txt"), ("application/pdf", "pdf")):
        with pytest.raises(FileTypeMismatch) as caught:
            require_agreement("application/pdf", declared=declared, name=name)
        assert (caught.value.found, caught.value.endings) == ("application/pdf", ".pdf")


def test_only_what_is_clean_is_shown() -> None:
    require_clean(State.CLEAN)
    for state, error in (
        (State.QUARANTINED, FileQuarantined),
        (State.RECEIVING, FileQuarantined),
        (State.INFECTED, FileInfected),
    ):
        with pytest.raises(error):
            require_clean(state)


def test_a_name_is_in_one_line_and_hides_nothing() -> None:
    for name in ("Шағым № 7 (көшірме).pdf", "a.b-c_d.txt", "文書.docx"):
        assert plain_name(f" {name} ") == name
    for name in (
        "",
        "  ",
        ".htaccess",
        "../a.pdf",
        "a\\b.pdf",
        "a\nb.pdf",
        "a\0.pdf",
        "a\u202efdp.txt",
        "a\u2028.pdf",
        'a".pdf',
        "C:a.pdf",
        "a\ud800.pdf",
    ):
        with pytest.raises(ValueError, match="A file's name"):
            plain_name(name)
