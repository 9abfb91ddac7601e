"""One appeal from end to end, through the gateway of a whole Ashyq, as its people live it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from stack.testing import whole_journal

Headers = Callable[[str], dict[str, str]]
BODY = {
    "kind": "application",
    "agency": "min-transport",
    "subject": "Жол туралы",
    "text": "Жолды жөндеуді сұраймын.",
    "language": "kk",
}


def _set_clock(api: httpx.Client, moment: str) -> None:
    api.put("/sandbox/clock", json={"now": moment}).raise_for_status()


def test_an_appeal_is_filed_forwarded_answered_and_read(api: httpx.Client, headers: Headers) -> None:
    _set_clock(api, "2026-03-02T10:00:00+05:00")
    filed = api.post("/v1/appeals", json=BODY, headers=headers("citizen"))
    assert filed.status_code == 201, filed.text
    appeal = filed.json()
    assert (appeal["status"], appeal["registered_on"]) == ("registered", "2026-03-02")
    # 9 March 2026 is the observed 8 March, 23–25 March are Nauryz and the Sunday of Nauryz moved on.
    assert (
        appeal["due_on"]
        == api.get("/v1/deadlines", params={"kind": "application", "submitted_at": "2026-03-02T10:00:00+05:00"}).json()[
            "due_on"
        ]
    )

    address = filed.headers["location"]
    forwarded = api.post(
        f"{address}/forwarding", json={"agency": "akimat-almaty", "reason": "Қала жолы."}, headers=headers("officer")
    ).json()
    assert (forwarded["status"], forwarded["agency"]["code"]) == ("forwarded", "akimat-almaty")

    claims = {"sub": "city", "roles": ["head"], "agency": forwarded["agency"]["bin"]}
    token = api.post("/sandbox/token", json={"claims": claims}).json()["access_token"]
    city = {"Authorization": f"Bearer {token}"}
    decision = {"outcome": "satisfied", "text": "Жөнделді.", "language": "kk"}
    answered = api.post(f"{address}/decision", json=decision, headers=city).json()
    assert (answered["status"], answered["decision"]["outcome"]) == ("answered", "satisfied")

    history = api.get(f"{address}/history", headers=headers("citizen")).json()["items"]
    assert [step["event"] for step in history] == ["appeal.registered", "appeal.forwarded", "appeal.answered"]
    accesses = api.get(f"{address}/accesses", headers=headers("citizen")).json()["items"]
    assert accesses == []  # acting on an appeal is in its history; only looking leaves a trace


def test_silence_becomes_a_refusal_when_the_term_ends(api: httpx.Client, headers: Headers) -> None:
    _set_clock(api, "2026-06-01T10:00:00+05:00")
    filed = api.post("/v1/appeals", json=BODY, headers=headers("citizen"))
    due = datetime.fromisoformat(filed.json()["due_on"] + "T23:59:00+05:00")
    _set_clock(api, due.isoformat())
    api.post("/sandbox/sweep").raise_for_status()
    assert api.get(filed.headers["location"], headers=headers("citizen")).json()["status"] == "registered"

    _set_clock(api, (due + timedelta(minutes=2)).isoformat())
    api.post("/sandbox/sweep").raise_for_status()
    refused = api.get(filed.headers["location"], headers=headers("citizen")).json()
    assert refused["status"] == "refused_by_expiry"
    assert [each["name"] for each in refused["actions"]] == ["complaints"]
    journal = whole_journal(api, "appeals", lambda entries: refused["id"] in str(entries[-1:]))
    [entry] = [e for e in journal if e["object"]["id"] == refused["id"] and e["event"] == "appeal.refused_by_expiry"]
    assert entry["by"] == {"role": "system"}


def test_the_public_journal_names_nobody(api: httpx.Client, headers: Headers) -> None:
    _set_clock(api, "2026-09-01T10:00:00+05:00")
    filed = api.post("/v1/appeals", json=BODY, headers=headers("citizen")).json()
    text = str(whole_journal(api, "appeals", lambda entries: filed["id"] in str(entries)))
    for personal in (filed["applicant"]["id"], filed["applicant"]["name"], BODY["text"], BODY["subject"]):
        assert personal not in text


def test_deadlines_known_from_practice(api: httpx.Client) -> None:
    def due(rules: str, moment: str) -> str:
        asked = {"kind": "request", "submitted_at": moment, "week": "five", "rules": rules}
        found: str = api.get("/v1/deadlines", params=asked).raise_for_status().json()["due_on"]
        return found

    assert due("report", "2022-06-07T13:58:00+06:00") == "2022-06-28"
    assert due("eotinish-2022", "2022-06-07T13:58:00+06:00") == "2022-06-27"
    assert due("report", "2024-12-20T11:00:00+05:00") == "2025-01-15"


def test_after_hours_and_days_off_count_from_the_next_working_day(api: httpx.Client) -> None:
    def registered(moment: str) -> str:
        asked = {"kind": "request", "submitted_at": moment}
        found: str = api.get("/v1/deadlines", params=asked).raise_for_status().json()["registered_on"]
        return found

    assert registered("2026-11-21T11:00:00+05:00") == "2026-11-23"  # a Saturday
    assert registered("2026-11-23T20:00:00+05:00") == "2026-11-24"
    assert registered("2026-11-23T11:00:00+05:00") == "2026-11-23"
