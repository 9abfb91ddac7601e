"""The migrations make the schema that the code describes, and can be taken back."""

from collections.abc import Callable


def test_they_go_up_down_and_up_again(there_and_back: Callable[[], set[str]]) -> None:
    assert there_and_back() >= {"drafts", "versions", "comments", "opinions", "reports", "draft_number", "journal"}
