"""Who may do what: every operation by every role of the house by every tie to the appeal, as the table says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from appeals.domain.appeal import Relation
from appeals.permissions import PERMISSIONS, SIGHT
from servicekit.permissions import ANY, ANYONE, SIGNED_IN
from servicekit.testing import Issuer
from stack.testing import ABSENT_ID, NOBODY, ROLES, TestDatabase

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Headers = dict[str, str]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]

ABSENT = "absent"
TIES = (*Relation, ABSENT)
# The operations that are about one appeal: method, the rest of the address, what it does.
ABOUT_ONE: dict[str, tuple[str, str, str]] = {
    "read_appeal": ("GET", "", ""),
    "read_appeal_deadline": ("GET", "/deadline", ""),
    "list_appeal_clocks": ("GET", "/clocks", ""),
    "list_appeal_notices": ("GET", "/notices", ""),
    "read_appeal_calendar": ("GET", "/deadline.ics", ""),
    "read_appeal_history": ("GET", "/history", ""),
    "read_appeal_receipt": ("GET", "/receipt", ""),
    "list_appeal_accesses": ("GET", "/accesses", ""),
    "list_appeal_points": ("GET", "/points", ""),
    "list_earlier_appeals": ("GET", "/earlier", ""),
    "list_appeal_attachments": ("GET", "/attachments", ""),
    "read_appeal_attachment": ("GET", "/attachments/{file}", "download"),
    "attach_to_appeal": ("POST", "/attachments?name=a.txt", "attachments"),
    "assign_appeal": ("POST", "/assignment", "assignment"),
    "notice_defect": ("POST", "/defect", "defect"),
    "correct_appeal": ("POST", "/correction", "correction"),
    "extend_appeal": ("POST", "/extension", "extension"),
    "tell_preliminary_decision": ("POST", "/preliminary-decision", "preliminary-decision"),
    "object_to_preliminary_decision": ("POST", "/objection", "objection"),
    "record_hearing": ("POST", "/hearing", "hearing"),
    "sign_decision": ("POST", "/signature", "signature"),
    "return_for_rework": ("POST", "/rework", "rework"),
    "leave_appeal": ("POST", "/leaving", "leaving"),
    "forward_appeal": ("POST", "/forwarding", "forwarding"),
    "decide_appeal": ("POST", "/decision", "decision"),
    "withdraw_appeal": ("POST", "/withdrawal", "withdrawal"),
    "read_court_file": ("GET", "/court-file", ""),
    "list_appeal_complaints": ("GET", "/complaints", ""),
    "file_complaint": ("POST", "/complaints", "complaints"),
}
# Those about one complaint are in complaints/test_complaint_permissions.py.
ABOUT_COMPLAINTS = {
    *("read_complaint", "read_complaint_history", "read_complaint_receipt", "satisfy_complaint"),
    *("send_complaint_up", "rule_on_complaint", "withdraw_complaint"),
}
ABOUT_ALL: dict[str, tuple[str, str, int]] = {
    "list_agencies": ("GET", "/v1/agencies", 200),
    "list_kinds": ("GET", "/v1/kinds", 200),
    "report_crime": ("POST", "/v1/appeals/anonymous", 201),
    "read_crime_report": ("GET", "/v1/appeals/anonymous", 200),
    "list_leaving_grounds": ("GET", "/v1/leaving-grounds", 200),
    "explain_deadline": ("GET", "/v1/deadlines?kind=request", 200),
    "list_appeal_figures": ("GET", "/v1/statistics/appeals?by=agency", 200),
    "draw_appeal_figures": ("GET", "/v1/statistics/appeals.svg?by=agency", 200),
    "list_calendars": ("GET", "/v1/calendars", 200),
    "read_calendar": ("GET", "/v1/calendars/kz-2026.1", 200),
    "preview_calendar": ("POST", "/v1/calendars/preview", 200),
    "import_calendar": ("POST", "/v1/calendars", 201),
    "file_appeal": ("POST", "/v1/appeals", 201),
    "list_appeals": ("GET", "/v1/appeals", 200),
    "list_complaints": ("GET", "/v1/complaints", 200),
    "list_ruling_outcomes": ("GET", "/v1/ruling-outcomes", 200),
    "list_ruling_grounds": ("GET", "/v1/ruling-grounds", 200),
    "read_appeals_journal": ("GET", "/v1/journals/appeals/entries", 200),
    "read_appeals_notices": ("GET", "/v1/me/notices", 200),
    "read_metrics": ("GET", "/metrics", 200),
    "run_sweeps": ("POST", "/internal/sweeps", 200),
}
# What the kit adds to the service's own table.
TABLE: dict[str, Mapping[str, Any]] = {
    **PERMISSIONS.table,
    "read_appeals_journal": {ANYONE: {ANY}},
    "read_appeals_notices": {SIGNED_IN: {ANY}},
    "read_metrics": {ANYONE: {ANY}},
    "run_sweeps": {"operator": {ANY}},
}
CALENDAR = {
    "version": "kz-2026.2",
    "based_on": "kz-2026.1",
    "swaps": [{"off": "2026-12-07", "worked": "2026-12-19", "source": "G26G0000999"}],
}
BODIES: dict[str, dict[str, Any]] = {
    "forwarding": {"agency": "road-transport-committee", "reason": "Жол комитетінің ісі."},
    "decision": {"outcome": "noted", "text": "Жауап.", "language": "kk"},
    "withdrawal": {},
    "assignment": {"executor": "o9", "name": "Жанар Бекова"},
    "defect": {"text": "Мекенжай жоқ."},
    "correction": {"text": "Абай, 10."},
    "extension": {"until": "2026-12-28", "reason": "Қарап шығу керек."},
    "preliminary-decision": {"outcome": "refused", "text": "Жоқ.", "language": "kk", "no_hearing_reason": "Келіскен."},
    "objection": {"text": "Келіспеймін."},
    "hearing": {"not_held_reason": "Келмеді."},
    "signature": {},
    "rework": {"reason": "Толықтыру керек."},
    "leaving": {"ground": "essence_not_stated"},
    "complaints": {"text": "Келіспеймін.", "language": "kk"},
}
# What the executor, the applicant or the head has to do before, so that the step is possible.
BEFORE = {
    "correction": ("application", "defect"),
    "objection": ("application", "preliminary-decision"),
    "hearing": ("application", "preliminary-decision"),
    "signature": ("application", "decision"),
    "rework": ("application", "decision"),
    "complaints": ("request", "decision"),
}
# What those file who have a channel of their own.
CITIZEN = {"scheme": "KZ-IIN", "id": "880417499014", "name": "Айгерім Сапарова"}
BY_CHANNEL: dict[str, dict[str, Any]] = {
    "front_office": {"channel": "front_office", "applicant": CITIZEN, "form": "paper"},
    "terminal": {"channel": "terminal", "agency": "general-prosecutor"},
}
# How an appeal is filed so that somebody has such a tie to it.
WITH_OTHERS: dict[str, dict[str, Any]] = {
    Relation.REPRESENTATIVE: {
        "who": "proxy",
        "channel": "representative",
        "represented": CITIZEN,
        "authority": {"number": "1", "date": "2026-05-04", "issuer": "Нотариус"},
    },
    Relation.CO_APPLICANT: {
        "channel": "collective",
        "co_applicants": [{"scheme": "KZ-IIN", "id": "900612499010", "name": "Динара Әбенова"}],
    },
}
CLAIMS: dict[str, dict[str, str]] = {
    Relation.APPLICANT: {"iin": "880417499014", "agency": "min-health"},
    Relation.REPRESENTATIVE: {"iin": "791103399014", "agency": "min-health"},
    Relation.CO_APPLICANT: {"iin": "900612499010", "agency": "min-health"},
    Relation.EXECUTOR: {"iin": "850101300019", "agency": "akimat-almaty"},
    Relation.HOLDER: {"iin": "850101300019", "agency": "akimat-almaty"},
    Relation.FORWARDER: {"iin": "850101300019", "agency": "min-transport"},
    Relation.REVIEWER: {"iin": "850101300019", "agency": "government"},
    Relation.SUPERVISOR: {"iin": "850101300019", "agency": "legal-statistics-committee"},
    Relation.NONE: {"iin": "850101300019", "agency": "min-health"},
    ABSENT: {"iin": "880417499014", "agency": "akimat-almaty"},
}


def expected(operation: str, role: str, tie: str, *, success: int = 200) -> int:
    """What the table means for a request, said once more and independently of the code that reads it."""
    row = TABLE[operation]
    if SIGNED_IN in row:
        return 401 if role == NOBODY else success
    if ANYONE not in row and role not in row:
        return 401 if role == NOBODY else 403
    if tie == ABSENT:
        return 404
    if {tie, ANY} & set(row.get(role, row.get(ANYONE, ()))):
        return success
    sees = tie in TABLE[SIGHT].get(role, ())
    return 403 if sees and operation not in READS else 404


@dataclass(frozen=True)
class Place:
    """Where an appeal is, and the id of its file, if it matters that it has one."""

    address: str
    file: str = ABSENT_ID

    def to(self, path: str) -> str:
        """The address of something of the appeal."""
        return self.address + path.format(file=self.file)


def body_of(action: str) -> dict[str, Any]:
    """What is sent with an action: JSON, or a file."""
    return {"content": b"a"} if action == "attachments" else {"json": BODIES.get(action)}


# A reading operation that one may not use is answered as if there were nothing to read.
READS = {name for name, (method, *_) in ABOUT_ONE.items() if method == "GET"}


@pytest.fixture
def claims() -> dict[str, dict[str, str]]:
    """What the token of somebody with a tie says."""
    return CLAIMS


@pytest.fixture
def prepared(
    file: File, act: Act, issuer: Issuer, people: People, run_sweeps: RunSweeps, database: TestDatabase
) -> Callable[..., Awaitable[Place]]:
    """Files an appeal, has it forwarded to the akimat, and brings it to where an action is possible; its address.

    Somebody with the tie of a holder finds another officer charged with it.
    """
    people["proxy"] = issuer.headers("citizen", sub="c3", iin="791103399014")
    people["akim"] = issuer.headers("head", sub="h2", agency="akimat-almaty")

    # As if a complaint had gone up, or silence were on record, after which no other step would be possible.
    above = {
        Relation.REVIEWER: "UPDATE appeals SET reviewer = 'government' WHERE id = $1",
        Relation.SUPERVISOR: "UPDATE appeals SET supervisors = '{legal-statistics-committee}' WHERE id = $1",
    }

    async def make(action: str = "", tie: str = Relation.EXECUTOR) -> Place:
        kind, before = BEFORE.get(action, ("request", ""))
        appeal = await file(**WITH_OTHERS.get(tie, {}), kind=kind)
        steps = [("officer", "forwarding")]
        steps += [("akim", "assignment")] if tie == Relation.HOLDER else []
        steps += [("akimat", before)] if before else []
        for who, step in steps:
            fields = {"executor": "o2"} if step == "assignment" else {}
            assert (await act(who, appeal, step, **fields)).status_code == 200, (who, step)
        if tie in above:
            admin = await asyncpg.connect(database.admin_url)
            try:
                await admin.execute(above[Relation(tie)], appeal["id"])
            finally:
                await admin.close()
        if action == "download":
            told = (await act("citizen", appeal, "attachments")).json()
            await run_sweeps()
            return Place(f"/v1/appeals/{appeal['id']}", told["id"])
        return Place(f"/v1/appeals/{appeal['id']}")

    return make


AsRole = Callable[[str, str], Headers]
Prepared = Callable[..., Awaitable[Place]]


def test_every_operation_is_in_the_matrix() -> None:
    assert ABOUT_ONE.keys() | ABOUT_ALL.keys() | ABOUT_COMPLAINTS == TABLE.keys()


@pytest.mark.parametrize("operation", ABOUT_ALL)
async def test_operations_on_no_appeal_in_particular(
    operation: str, client: httpx.AsyncClient, as_role: AsRole, filing: Filing
) -> None:
    method, address, success = ABOUT_ALL[operation]
    report = {"agency": "min-transport", "subject": "Пара", "text": "Пара сұрайды.", "language": "kk"}
    code = (await client.post("/v1/appeals/anonymous", json=report)).json()["code"]
    calendars = dict.fromkeys(("import_calendar", "preview_calendar"), CALENDAR)
    got = {}
    for role in ROLES:
        bodies = {"file_appeal": filing(**BY_CHANNEL.get(role, {})), "report_crime": report} | calendars
        headers = as_role(role, Relation.NONE) | {"Appeal-Code": code}
        answer = await client.request(method, address, json=bodies.get(operation), headers=headers)
        got[role] = answer.status_code
    assert got == {role: expected(operation, role, Relation.NONE, success=success) for role in ROLES}


@pytest.mark.parametrize("operation", ABOUT_ONE)
async def test_operations_on_one_appeal(
    operation: str, client: httpx.AsyncClient, as_role: AsRole, prepared: Prepared
) -> None:
    method, path, action = ABOUT_ONE[operation]
    places = {tie: await prepared(action, tie) for tie in TIES} | {ABSENT: Place(f"/v1/appeals/{ABSENT_ID}")}
    got = {}
    for role in ROLES:
        for tie, place in places.items():
            answer = await client.request(method, place.to(path), **body_of(action), headers=as_role(role, tie))
            # A receipt waits for its seal, and a file or a complaint is made.
            got[role, tie] = 200 if answer.is_success else answer.status_code
            if method == "POST" and answer.is_success:
                places[tie] = await prepared(action, tie)
    assert got == {(role, tie): expected(operation, role, tie) for role in ROLES for tie in TIES}


async def test_what_one_may_not_see_answers_exactly_like_what_is_not_there(
    client: httpx.AsyncClient, as_role: AsRole, prepared: Prepared
) -> None:
    hidden_place = await prepared()
    for role in ROLES:
        headers = as_role(role, Relation.NONE) | {"If-Match": '"9"', "If-None-Match": '"2"'}
        for method, path, action in ABOUT_ONE.values():
            hidden, absent = [
                await client.request(method, place.to(path), **body_of(action), headers=headers)
                for place in (hidden_place, Place(f"/v1/appeals/{ABSENT_ID}"))
            ]
            assert shown(hidden) == shown(absent), (role, method, path)
            assert hidden.status_code in {401, 403, 404}


def shown(answer: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that an answer tells, but for the address asked about and the request's own number and moment."""
    problem = answer.json()
    assert problem.pop("instance") == answer.request.url.path
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    headers.pop("content-length")
    return answer.status_code, problem, headers


async def test_an_officer_who_is_the_applicant_acts_as_a_citizen_and_not_in_office(
    client: httpx.AsyncClient, issuer: Issuer, prepared: Prepared
) -> None:
    address = (await prepared()).address
    both = issuer.headers("citizen", "officer", sub="both", iin="880417499014", agency="akimat-almaty")
    seen = await client.get(address, headers=both)
    assert [each["name"] for each in seen.json()["actions"]] == ["withdrawal", "attachments"]
    assert (await client.post(f"{address}/decision", json=BODIES["decision"], headers=both)).status_code == 403
    assert (await client.post(f"{address}/withdrawal", headers=both)).status_code == 200


async def test_the_actions_offered_are_the_ones_that_work(
    client: httpx.AsyncClient, as_role: AsRole, prepared: Prepared
) -> None:
    cells = [
        ("citizen", Relation.APPLICANT),
        ("citizen", Relation.REPRESENTATIVE),
        ("citizen", Relation.CO_APPLICANT),
        ("officer", Relation.EXECUTOR),
        ("officer", Relation.HOLDER),
        ("officer", Relation.FORWARDER),
        ("officer", Relation.REVIEWER),
        ("officer", Relation.SUPERVISOR),
        ("head", Relation.HOLDER),
    ]
    for role, tie in cells:
        headers = as_role(role, tie)
        for action, body in BODIES.items():
            address = (await prepared(action, tie)).address
            offered = {each["name"]: each for each in (await client.get(address, headers=headers)).json()["actions"]}
            answer = await client.post(f"{address}/{action}", json=body, headers=headers)
            assert answer.is_success is (action in offered), (role, tie, action)
            if action in offered:
                assert (offered[action]["method"], offered[action]["href"]) == ("POST", f"{address}/{action}")
