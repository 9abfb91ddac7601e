"""The migrations make the schema that the code describes, and can be taken back."""

from collections.abc import Callable

TABLES = {"proceedings", "debtors", "restrictions", "distributions"}


def test_they_go_up_down_and_up_again(there_and_back: Callable[[], set[str]]) -> None:
    assert there_and_back() >= TABLES | {"proceeding_number", "journal", "replies", "accesses", "journal_gate"}
