"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis

from servicekit.drawing import document_text, remedy, whole
from servicekit.testing import badly_described, operations_of

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Attached = Callable[[], Awaitable[tuple[str, str]]]
Complained = Callable[[], Awaitable[str]]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]
SendMuch = Callable[..., Awaitable[set[str]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
OPERATIONS = {
    "list_kinds", "report_crime", "read_crime_report",
    "list_agencies", "explain_deadline", "file_appeal", "list_appeals", "read_appeal", "read_appeal_deadline",
    "read_appeal_history", "read_appeal_receipt", "list_appeal_accesses", "forward_appeal", "decide_appeal",
    "withdraw_appeal", "read_appeals_notices", "list_appeal_points", "list_earlier_appeals", "list_leaving_grounds",
    "assign_appeal", "notice_defect", "correct_appeal", "extend_appeal", "tell_preliminary_decision",
    "object_to_preliminary_decision", "record_hearing", "sign_decision", "return_for_rework", "leave_appeal",
    "list_appeal_figures", "draw_appeal_figures",
    "attach_to_appeal", "list_appeal_attachments", "read_appeal_attachment",
    "list_appeal_clocks", "list_appeal_notices", "read_appeal_calendar",
    "list_calendars", "read_calendar", "import_calendar", "preview_calendar",
    "read_court_file",
    "file_complaint", "list_complaints", "list_appeal_complaints", "list_ruling_grounds", "list_ruling_outcomes",
    "read_complaint", "read_complaint_history", "read_complaint_receipt", "satisfy_complaint", "send_complaint_up",
    "rule_on_complaint", "withdraw_complaint",
}  # fmt: skip


APPLICANTS = {
    "file_appeal", "withdraw_appeal", "correct_appeal", "object_to_preliminary_decision", "file_complaint",
    "withdraw_complaint",
}  # fmt: skip
OPERATORS = {"import_calendar", "preview_calendar"}
HEADS = {"satisfy_complaint", "assign_appeal", "extend_appeal", "sign_decision", "return_for_rework"}
OFFICIAL = {
    "forward_appeal", "decide_appeal", "list_earlier_appeals", "notice_defect", "tell_preliminary_decision",
    "record_hearing", "leave_appeal", "send_complaint_up", "rule_on_complaint",
}  # fmt: skip
# What chance hardly brings about: an appeal that waits for a correction, an objection or a record, and a known ground;
# an answer or a complaint that waits for just this step.
RARE = {
    "correct_appeal", "object_to_preliminary_decision", "record_hearing", "leave_appeal", "file_complaint",
    "withdraw_complaint", "send_complaint_up", "rule_on_complaint", "tell_preliminary_decision",
    "read_crime_report",
}  # fmt: skip


def test_the_committed_document_is_the_services_own(described: dict[str, Any]) -> None:
    text = document_text(described)
    assert whole(COMMITTED, text) == text, remedy(f"{__file__} -k committed")


def test_every_operation_is_described_with_its_words_and_its_problems(described: dict[str, Any]) -> None:
    assert operations_of(described) == OPERATIONS
    assert badly_described(described) == []


@pytest.mark.parametrize(
    ("who", "never"),
    [("citizen", OFFICIAL | HEADS | OPERATORS), ("officer", APPLICANTS | HEADS | OPERATORS)],
)
async def test_the_running_service_keeps_to_its_document(
    who: str, never: set[str], people: People, attached: Attached, complained: Complained, send_much: SendMuch
) -> None:
    known = [await attached() for _ in range(40)]
    complaints = [await complained() for _ in range(4)]
    done = await send_much(people[who], lambda case: name_what_exists(case, known, complaints), examples=20)
    assert done | RARE == OPERATIONS - never - ({"list_appeal_accesses"} if who == "officer" else set()) | RARE


@pytest.fixture
def attached(file: File, act: Act, run_sweeps: RunSweeps) -> Attached:
    """Files an appeal with a file that is clean; the ids of both."""

    async def make() -> tuple[str, str]:
        appeal = await file()
        told = (await act("citizen", appeal, "attachments")).json()
        await run_sweeps()
        return appeal["id"], told["id"]

    return make


@pytest.fixture
def complained(file: File, act: Act) -> Complained:
    """Files an appeal that is answered and complained about; the complaint's id."""

    async def make() -> str:
        appeal = await file()
        await act("officer", appeal, "decision")
        made: str = (await act("citizen", appeal, "complaints")).json()["id"]
        return made

    return make


def name_what_exists(case: Case, known: list[tuple[str, str]], complaints: list[str]) -> None:
    """Put what exists, an appeal, a file of it, a complaint or a body, in the place of most of the invented ones."""
    chance = len(str(case.body))
    appeal, told = known[chance % len(known)]
    for name in case.path_parameters.keys() & {"appeal_id", "object_id", "complaint_id"}:
        if str(case.path_parameters[name]) < "8":
            of_complaint = "/v1/complaints/" in case.path
            case.path_parameters[name] = complaints[chance % len(complaints)] if of_complaint else appeal
            if "attachment_id" in case.path_parameters:
                case.path_parameters["attachment_id"] = told
            if "name" in case.query:
                case.query["name"], case.body = "a.txt", b"a"
    if len(str(case.path_parameters.get("version", ""))) % 2:
        case.path_parameters["version"] = "kz-2026.1"
    if isinstance(case.body, dict) and "agency" in case.body and chance % 4:
        case.body["agency"] = "akimat-almaty"
        # What each channel needs beside the others' absence, chance does not find.
        for name in ("channel", "applicant", "form", "represented", "authority", "co_applicants", "crime"):
            case.body.pop(name, None)
