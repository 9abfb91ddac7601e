"""What is remembered of an appeal: its steps, with private parts for its parties alone, and who in office looked."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]
PRIVATE = {"number", "subject", "text", "applicant", "reason", "language"}


async def test_every_step_is_told_in_order(file: File, act: Act, look: Look) -> None:
    filed = await file()
    await act("officer", filed, "forwarding", reason="Қаланың мүлкі.")
    await act("akimat", filed, "decision", outcome="partly_satisfied", text="Жартылай.", language="kk")
    steps = (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"]
    assert [(step["event"], step["by"]["role"]) for step in steps] == [
        ("appeal.registered", "citizen"),
        ("appeal.forwarded", "officer"),
        ("appeal.answered", "officer"),
    ]
    registered, forwarded, answered = (step["data"] for step in steps)
    assert {name: registered[name] for name in ("number", "subject", "text", "applicant", "due_on")} == {
        name: filed[name] for name in ("number", "subject", "text", "applicant", "due_on")
    }
    assert (registered["rules"], registered["calendar"]) == ("report", "kz-2026.1")
    assert (forwarded["from"], forwarded["to"], forwarded["reason"]) == (
        "min-transport", "akimat-almaty", "Қаланың мүлкі."
    )  # fmt: skip
    assert (answered["outcome"], answered["text"], answered["agency"]) == (
        "partly_satisfied", "Жартылай.", "akimat-almaty"
    )  # fmt: skip


async def test_all_parties_read_the_same_history(file: File, act: Act, look: Look) -> None:
    filed = await file()
    await act("officer", filed, "forwarding")
    await act("citizen", filed, "withdrawal", reason="Өзім жөндедім.")
    told = [await look(who, f"/v1/appeals/{filed['id']}/history") for who in ("citizen", "officer", "akimat")]
    assert told[0] == told[1] == told[2]
    assert told[0]["items"][-1]["data"] == {"agency": "akimat-almaty", "reason": "Өзім жөндедім."}


async def test_pages_of_a_history(file: File, act: Act, look: Look) -> None:
    filed = await file()
    await act("officer", filed, "forwarding")
    await act("akimat", filed, "decision")
    page = await look("citizen", f"/v1/appeals/{filed['id']}/history", limit=2)
    rest = await look("citizen", page["next"])
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert rest["items"][0]["event"] == "appeal.answered"


async def test_the_public_journal_has_the_same_steps_without_what_is_private(
    client: httpx.AsyncClient, file: File, act: Act, look: Look
) -> None:
    filed = await file(contact={"email": "aigerim@example.kz"})
    await act("officer", filed, "forwarding")
    await act("akimat", filed, "decision")
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    history = (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"]
    assert [entry["id"] for entry in entries] == [step["entry"] for step in history]
    assert [entry["object"] for entry in entries] == [
        {"kind": "appeal", "id": filed["id"], "version": version} for version in (1, 2, 3)
    ]
    for entry, step in zip(entries, history, strict=True):
        assert not PRIVATE & entry["data"].keys()
        assert entry["data"].items() <= step["data"].items()
        assert len(entry["commitment"]) == 64
    published = (await client.get("/v1/journals/appeals/entries")).text
    for secret in ("880417499014", "Айгерім", filed["subject"], filed["text"], "example.kz", filed["number"]):
        assert secret not in published


async def test_a_refusal_by_silence_is_a_step_of_the_system(file: File, look: Look, go_to: GoTo, sweep: Sweep) -> None:
    filed = await file()
    go_to("2026-12-15T00:10")
    assert await sweep() == 1
    step = (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"][-1]
    assert (step["event"], step["by"], step["data"]) == (
        "appeal.refused_by_expiry", {"role": "system"}, {"agency": "min-transport", "due_on": "2026-12-14"}
    )  # fmt: skip


class TestAccesses:
    async def test_an_officers_every_look_is_recorded_and_the_applicant_sees_it(
        self, file: File, act: Act, look: Look
    ) -> None:
        filed = await file()
        address = f"/v1/appeals/{filed['id']}"
        await look("officer", "/v1/appeals")
        await look("officer", address)
        await look("officer", f"{address}/history")
        await act("officer", filed, "forwarding")
        await look("akimat", address)
        seen = (await look("citizen", f"{address}/accesses"))["items"]
        assert [(each["operation"], each["role"], each["agency"]["code"]) for each in seen] == [
            ("read_appeal", "officer", "akimat-almaty"),
            ("read_appeal_history", "officer", "min-transport"),
            ("read_appeal", "officer", "min-transport"),
            ("list_appeals", "officer", "min-transport"),
        ]
        assert all(each["at"].startswith("2026-11-23T") for each in seen)

    async def test_nobodys_name_is_in_it(self, client: httpx.AsyncClient, people: People, file: File) -> None:
        filed = await file()
        await client.get(f"/v1/appeals/{filed['id']}", headers=people["officer"])
        answer = await client.get(f"/v1/appeals/{filed['id']}/accesses", headers=people["citizen"])
        assert "Дәурен" not in answer.text
        assert set(answer.json()["items"][0]) == {"at", "role", "agency", "operation"}

    async def test_ones_own_looks_and_refused_ones_are_nobodys_business(
        self, client: httpx.AsyncClient, people: People, file: File, look: Look
    ) -> None:
        filed = await file()
        address = f"/v1/appeals/{filed['id']}"
        for own in ("/v1/appeals", address, f"{address}/history", f"{address}/deadline"):
            await look("citizen", own)
        assert (await client.get(address, headers=people["akimat"])).status_code == 404
        assert (await look("citizen", f"{address}/accesses"))["items"] == []

    async def test_a_look_at_a_copy_that_is_still_good_is_a_look(
        self, client: httpx.AsyncClient, people: People, file: File, look: Look
    ) -> None:
        address = f"/v1/appeals/{(await file())['id']}"
        assert (await client.get(address, headers=people["officer"] | {"If-None-Match": '"1"'})).status_code == 304
        assert len((await look("citizen", f"{address}/accesses"))["items"]) == 1

    async def test_pages_of_accesses_and_a_list_that_named_several(self, file: File, look: Look) -> None:
        filed = [await file() for _ in range(3)]
        await look("officer", "/v1/appeals", limit=2)  # the two newest
        for _ in range(2):
            await look("officer", f"/v1/appeals/{filed[2]['id']}")
        counts = [len((await look("citizen", f"/v1/appeals/{each['id']}/accesses"))["items"]) for each in filed]
        assert counts == [0, 1, 3]
        page = await look("citizen", f"/v1/appeals/{filed[2]['id']}/accesses", limit=2)
        rest = await look("citizen", page["next"])
        assert [each["operation"] for each in page["items"] + rest["items"]] == [
            "read_appeal", "read_appeal", "list_appeals"
        ]  # fmt: skip
        assert rest["next"] is None
