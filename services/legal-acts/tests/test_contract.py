"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from legal_acts.permissions import PERMISSIONS
from servicekit.drawing import document_text, remedy, whole
from servicekit.permissions import ANYONE
from servicekit.testing import badly_described, operations_of

People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Done = Callable[..., Awaitable[dict[str, Any]]]
SendMuch = Callable[..., Awaitable[set[str]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
# Nothing is reported, adopted or too late while the discussion lasts.
LATER = {"adopt_draft", "produce_report", "read_report", "read_report_receipt"}
OPEN = {name for name, row in PERMISSIONS.table.items() if ANYONE in row} - LATER


def test_the_committed_document_is_the_services_own(described: dict[str, Any]) -> None:
    text = document_text(described)
    assert whole(COMMITTED, text) == text, remedy(f"{__file__} -k committed")


def test_every_operation_is_described_with_its_words_and_its_problems(described: dict[str, Any]) -> None:
    assert operations_of(described) >= PERMISSIONS.table.keys()
    assert badly_described(described) == []


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("citizen", {"comment_on_draft", "comment_on_opinion"}),
        ("drafter", {"post_draft", "add_version", "withdraw_draft", "answer_comment"}),
    ],
)
async def test_the_running_service_keeps_to_its_document(
    who: str, may: set[str], people: People, post: Post, done: Done, send_much: SendMuch
) -> None:
    drafts = [await post() for _ in range(12)]
    known = {
        "draft_id": [each["id"] for each in drafts],
        "comment_id": [(await done("citizen", each, "comments"))["id"] for each in drafts],
        "opinion_id": [(await done("expert", drafts[0], "opinions"))["id"]],
    }
    # What everybody may read is sent for once; what somebody may change, to each.
    asked = PERMISSIONS.table.keys() - (OPEN if who == "drafter" else set())
    succeeded = await send_much(people[who], lambda case: name_what_exists(case, known), examples=12, asked=asked)
    assert succeeded == (OPEN & asked) | may


def name_what_exists(case: Case, known: dict[str, list[str]]) -> None:
    """Put what exists in the place of most of what is invented, and words where the declared languages need them."""
    chance = len(str(case.body))
    for name, ids in known.items():
        # A receipt is of whatever its address speaks of: /v1/drafts/{object_id}/receipt.
        asked = "object_id" if f"/{name.removesuffix('_id')}s/{{object_id}}" in case.path else name
        if asked in case.path_parameters and str(case.path_parameters[asked]) < "c":
            case.path_parameters[asked] = ids[chance % len(ids)]
    if "n" in case.path_parameters or "from" in (case.query or {}):
        one = {"n": 1} if "n" in case.path_parameters else {}
        case.path_parameters |= one
        case.query = dict.fromkeys(case.query or {}, 1)
    if isinstance(case.body, dict) and chance % 4:
        make_whole(case.body)


def make_whole(body: dict[str, Any]) -> None:
    """Give a draft a type, a lawful last day and words in its languages; leave out clauses that it does not have."""
    words = {"kk": "Мәтін", "ru": "Текст"}
    if "discussion_until" in body:
        body |= {"type": "law", "discussion_until": "2027-03-01", "languages": ["kk", "ru"], "title": words}
        body["agency_name"] = words
    if isinstance(body.get("clauses"), list):
        body["clauses"] = [{"number": "1", "text": words}]
    if "clause" in body:
        body["clause"] = "c1"
