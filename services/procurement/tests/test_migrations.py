"""The migrations make the schema that the code describes, and can be taken back."""

from collections.abc import Callable

TABLES = {
    "certificates",
    "parties",
    "tenders",
    "lots",
    "bids",
    "awards",
    "complaints",
    "contracts",
    "plans",
    "plan_items",
    "plan_changes",
    "protocols",
    "affiliations",
    "comments",
    "flagged_awards",
}


def test_they_go_up_down_and_up_again(there_and_back: Callable[[], set[str]]) -> None:
    assert there_and_back() >= TABLES | {"tender_number", "contract_number", "journal", "notices", "awards_newest"}
