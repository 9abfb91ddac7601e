"""Two wordings as one."""

import pytest

from portal.differences import Piece, compare

LONG = "word " * 4000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Within fifteen days.", "Within ten days."),
        ("", "All of it is new."),
        ("All of it is gone.", ""),
        ("The same.", "The same."),
        ("One.\nTwo.", "One.\n\nTwo and  a half."),
        (LONG, LONG + "more"),
        (LONG, LONG),
        ("", ""),
    ],
)
def test_the_pieces_make_both_wordings(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(each.words for each in pieces if each.kind != "new") == old
    assert "".join(each.words for each in pieces if each.kind != "old") == new
    assert all(each.kind == "kept" for each in pieces) == (old == new)


def test_only_the_words_that_differ_are_marked() -> None:
    assert compare("Within fifteen days.", "Within ten days.") == [
        Piece("kept", "Within "),
        Piece("old", "fifteen"),
        Piece("new", "ten"),
        Piece("kept", " days."),
    ]
