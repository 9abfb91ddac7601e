"""Who may do what: every operation by every role of the house by every tie, as the table says."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from legal_acts.domain.draft import Relation
from legal_acts.permissions import PERMISSIONS
from servicekit.permissions import ANY, ANYONE
from servicekit.testing import Issuer
from stack.testing import ABSENT_ID, NOBODY, ROLES

Posting = Callable[..., dict[str, Any]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Done = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]
Headers = dict[str, str]

ABSENT = "absent"
# Method and address; what is read is read by everybody.
READS = {
    "list_draft_types": "/v1/draft-types",
    "list_drafts": "/v1/drafts",
    "read_draft": "/v1/drafts/{draft}",
    "read_draft_deadline": "/v1/drafts/{draft}/deadline",
    "read_draft_history": "/v1/drafts/{draft}/history",
    "read_draft_receipt": "/v1/drafts/{draft}/receipt",
    "read_version": "/v1/drafts/{draft}/versions/1",
    "compare_versions": "/v1/drafts/{draft}/diff?from=1&to=1",
    "read_report": "/v1/drafts/{draft}/report",
    "read_report_receipt": "/v1/drafts/{draft}/report/receipt",
    "read_draft_metrics": "/v1/drafts/{draft}/metrics",
    "list_comments": "/v1/drafts/{draft}/comments",
    "read_comment": "/v1/comments/{comment}",
    "read_comment_history": "/v1/comments/{comment}/history",
    "read_comment_receipt": "/v1/comments/{comment}/receipt",
    "list_opinions": "/v1/drafts/{draft}/opinions",
    "read_opinion": "/v1/opinions/{opinion}",
    "read_opinion_history": "/v1/opinions/{opinion}/history",
    "read_opinion_receipt": "/v1/opinions/{opinion}/receipt",
    "list_opinion_comments": "/v1/opinions/{opinion}/comments",
}
WORDS = {"text": "Пікір.", "language": "kk"}
CHANGES: dict[str, tuple[str, Any]] = {
    "add_version": ("/v1/drafts/{draft}/versions", {"clauses": [{"number": "1", "text": {"kk": "а", "ru": "а"}}]}),
    "withdraw_draft": ("/v1/drafts/{draft}/withdrawal", {"reason": "Қайта қаралады."}),
    "adopt_draft": ("/v1/drafts/{draft}/adoption", {"act_number": "№ 1"}),
    "produce_report": ("/v1/drafts/{draft}/report", None),
    "comment_on_draft": ("/v1/drafts/{draft}/comments", WORDS),
    "answer_comment": ("/v1/comments/{comment}/answers", {"outcome": "partly", "reason": "Жауап.", "language": "kk"}),
    "moderate_comment": (
        "/v1/comments/{comment}/moderation",
        {"action": "hide", "ground": "off_topic", "reason": "Тақырыпқа қатысы жоқ."},
    ),
    "post_opinion": ("/v1/drafts/{draft}/opinions", {"channel": "atameken", "conclusion": "supports", **WORDS}),
    "comment_on_opinion": ("/v1/opinions/{opinion}/comments", WORDS),
}
CLAIMS: dict[str, dict[str, str]] = {
    Relation.AGENCY: {"iin": "850101300019", "agency": "991240968911"},
    Relation.AUTHOR: {"iin": "880417499014", "agency": "991240968911"},
    Relation.NONE: {"iin": "850101300019", "agency": "991240971961"},
    ABSENT: {"iin": "850101300019", "agency": "991240968911"},
}
ON_COMMENTS = {"answer_comment", "moderate_comment"}


def expected(operation: str, role: str, tie: str) -> bool | int:
    """Whether the table allows a change, or the status of its refusal; said independently of the code that reads it."""
    row: Mapping[str, Any] = PERMISSIONS.table[operation]
    if role not in row:
        return 401 if role == NOBODY else 403
    if tie == ABSENT:
        return 404
    if tie == Relation.AUTHOR and operation not in ON_COMMENTS:
        tie = Relation.AGENCY  # whoever wrote a comment is nobody's author of a draft
    return True if {tie, ANY} & set(row[role]) else 403


@pytest.fixture
def claims() -> dict[str, dict[str, str]]:
    """What the token of somebody with a tie says."""
    return CLAIMS


@pytest.fixture
def made(post: Post, done: Done) -> Callable[[], Awaitable[dict[str, str]]]:
    """Posts a draft with a comment and an opinion; their ids."""

    async def make() -> dict[str, str]:
        draft = await post()
        comment, opinion = await done("citizen", draft, "comments"), await done("expert", draft, "opinions")
        return {"draft": draft["id"], "comment": comment["id"], "opinion": opinion["id"]}

    return make


AsRole = Callable[[str, str], Headers]
Made = Callable[[], Awaitable[dict[str, str]]]


def test_every_operation_is_in_the_matrix() -> None:
    assert READS.keys() | CHANGES.keys() | {"post_draft"} == PERMISSIONS.table.keys()


async def test_everybody_reads_what_is_there_and_nobody_what_is_not(
    client: httpx.AsyncClient, as_role: AsRole, made: Made
) -> None:
    ids = await made()
    for operation, address in READS.items():
        assert PERMISSIONS.table[operation] == {ANYONE: {ANY}}
        there = {404} if operation.startswith("read_report") else {200, 202}  # not produced yet, or not sealed
        for role in ("citizen", "drafter", NOBODY):
            headers = as_role(role, Relation.NONE)
            assert (await client.get(address.format(**ids), headers=headers)).status_code in there, operation
            if "{" in address:
                absent = address.format(**dict.fromkeys(ids, ABSENT_ID))
                assert (await client.get(absent, headers=headers)).status_code == 404, operation


@pytest.mark.parametrize("operation", CHANGES)
async def test_changes_are_made_by_whom_the_table_names(
    operation: str, client: httpx.AsyncClient, as_role: AsRole, made: Made
) -> None:
    address, body = CHANGES[operation]
    ids = await made()
    for role in ROLES:
        for tie in CLAIMS:
            # What succeeds may not be possible twice, so the next cell gets things of its own.
            target = dict.fromkeys(ids, ABSENT_ID) if tie == ABSENT else ids
            answer = await client.post(address.format(**target), json=body, headers=as_role(role, tie))
            wanted = expected(operation, role, tie)
            if wanted is True:
                # In the phase of discussion nothing can be reported or adopted; who may is told just that.
                later = operation in {"produce_report", "adopt_draft"}
                assert answer.status_code == 409 if later else answer.is_success, (role, tie, answer.text)
                ids = await made()
            else:
                assert answer.status_code == wanted, (role, tie, answer.text)


@pytest.mark.parametrize("role", ROLES)
async def test_drafts_are_posted_by_drafters_in_office(
    role: str, client: httpx.AsyncClient, as_role: AsRole, posting: Posting, issuer: Issuer
) -> None:
    answer = await client.post("/v1/drafts", json=posting(), headers=as_role(role, Relation.AGENCY))
    assert answer.status_code == (201 if role == "drafter" else 401 if role == NOBODY else 403)
    for agency in ({}, {"agency": "min-justice"}, {"agency": "991240968912"}):
        nowhere = issuer.headers("drafter", sub="d9", iin="850101300019", **agency)
        refused = await client.post("/v1/drafts", json=posting(), headers=nowhere)
        assert (refused.status_code, refused.json()["code"]) == (403, "agency-unknown")


async def test_the_actions_offered_are_the_ones_that_are_allowed(
    client: httpx.AsyncClient, as_role: AsRole, made: Made
) -> None:
    ids = await made()
    places = {"drafts": ids["draft"], "comments": ids["comment"], "opinions": ids["opinion"]}
    wanted = {
        ("drafts", "citizen"): {"comments"},
        ("drafts", "expert"): {"opinions"},
        ("drafts", "drafter"): {"versions", "withdrawal"},
        ("comments", "drafter"): {"answers"},
        ("comments", "moderator"): {"moderation"},
        ("opinions", "company"): {"comments"},
    }
    for kind, thing in places.items():
        for role in ROLES:
            headers = as_role(role, Relation.AGENCY)
            offered = (await client.get(f"/v1/{kind}/{thing}", headers=headers)).json()["actions"]
            names = {each["name"] for each in offered}
            assert names == wanted.get(
                (kind, role if role != "company" or kind == "opinions" else "citizen"),
                ({"comments"} if kind == "opinions" and role == "citizen" else set()),
            ), (kind, role)
            for each in offered:
                assert (each["method"], each["href"]) == ("POST", f"/v1/{kind}/{thing}/{each['name']}")
