"""An appeal goes to the body that is competent: who holds it then, who still sees it, and whose clock runs."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from servicekit.testing import Issuer

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]


# What an executor may do with a request that is new to the body.
OFFICERS = ["defect", "forwarding", "preliminary-decision", "decision", "leaving", "attachments"]


async def test_the_new_body_has_it_with_a_term_of_its_own(file: File, act: Act, go_to: GoTo) -> None:
    filed = await file()
    go_to("2026-11-25T15:00")
    answer = await act("officer", filed, "forwarding")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    forwarded = answer.json()
    assert forwarded["status"] == "forwarded"
    assert forwarded["agency"]["code"] == "akimat-almaty"
    assert forwarded["submitted_at"] == filed["submitted_at"]
    assert (forwarded["registered_on"], forwarded["forward_by"], forwarded["due_on"]) == (
        "2026-11-25", "2026-11-30", "2026-12-17"
    )  # fmt: skip
    assert forwarded["number"] == filed["number"]
    assert "competent agency" in forwarded["next_step"]["en"]


async def test_after_hours_the_new_body_registers_it_on_the_next_working_day(file: File, act: Act, go_to: GoTo) -> None:
    filed = await file()
    go_to("2026-11-25T19:00")
    assert (await act("officer", filed, "forwarding")).json()["registered_on"] == "2026-11-26"


async def test_the_week_of_the_new_body_counts(file: File, act: Act) -> None:
    forwarded = (await act("officer", await file(), "forwarding", agency="government-for-citizens")).json()
    assert forwarded["due_on"] == "2026-12-10"


async def test_the_former_body_still_sees_it_and_can_do_nothing(file: File, act: Act, look: Look) -> None:
    filed = await file()
    assert (await act("officer", filed, "forwarding")).json()["actions"] == []
    seen = await look("officer", f"/v1/appeals/{filed['id']}")
    assert (seen["status"], seen["actions"]) == ("forwarded", [])
    assert (await look("officer", "/v1/appeals"))["items"] == []
    for action in ("decision", "forwarding"):
        refused = await act("officer", filed, action)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_the_new_body_sees_it_and_goes_on(file: File, act: Act, look: Look) -> None:
    filed = await file()
    assert (await act("akimat", filed, "decision")).status_code == 404
    await act("officer", filed, "forwarding")
    seen = await look("akimat", f"/v1/appeals/{filed['id']}")
    assert [each["name"] for each in seen["actions"]] == OFFICERS
    assert [each["id"] for each in (await look("akimat", "/v1/appeals"))["items"]] == [filed["id"]]
    assert (await act("akimat", filed, "decision")).json()["status"] == "answered"


async def test_it_may_go_on_and_come_back(file: File, act: Act, look: Look, issuer: Issuer, people: People) -> None:
    filed = await file()
    people["committee"] = issuer.headers("officer", sub="o3", agency="road-transport-committee")
    assert (await act("officer", filed, "forwarding")).status_code == 200
    assert (await act("akimat", filed, "forwarding", agency="road-transport-committee")).status_code == 200
    back = await act("committee", filed, "forwarding", agency="min-transport")
    assert (back.json()["status"], back.json()["agency"]["code"]) == ("forwarded", "min-transport")
    assert back.headers["etag"] == '"4"'
    seen = await look("officer", f"/v1/appeals/{filed['id']}")
    assert [each["name"] for each in seen["actions"]] == OFFICERS
    assert (await act("akimat", filed, "decision")).status_code == 403


async def test_an_office_is_the_same_by_code_and_by_bin(
    file: File, act: Act, look: Look, issuer: Issuer, people: People
) -> None:
    [body] = (await look("nobody", "/v1/agencies", q="akimat-almaty", level="city"))["items"]
    people["by bin"] = issuer.headers("officer", sub="o4", agency=body["bin"])
    filed = await file()
    await act("officer", filed, "forwarding", agency=body["bin"])
    assert (await act("by bin", filed, "decision")).status_code == 200


async def test_it_can_be_forwarded_on_the_last_day_and_not_on_the_next(file: File, act: Act, go_to: GoTo) -> None:
    one, two = await file(), await file()
    go_to("2026-11-26T23:30")
    assert (await act("officer", one, "forwarding")).status_code == 200
    go_to("2026-11-27T00:10")
    refused = await act("officer", two, "forwarding")
    assert (refused.status_code, refused.json()["code"]) == (409, "forwarding-too-late")
    assert "2026-11-26" in refused.json()["detail"]
    assert (await act("officer", two, "decision")).status_code == 200


async def test_nobody_forwards_to_oneself_or_to_a_body_that_does_not_exist(file: File, act: Act, look: Look) -> None:
    filed = await file()
    same = await act("officer", filed, "forwarding", agency="min-transport")
    assert (same.status_code, same.json()["code"]) == (409, "same-agency")
    unknown = await act("officer", filed, "forwarding", agency="min-magic")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-agency")
    assert (await look("officer", f"/v1/appeals/{filed['id']}"))["status"] == "registered"


async def test_a_stale_copy_does_not_forward(file: File, act: Act) -> None:
    filed = await file()
    stale = await act("officer", filed, "forwarding", sending={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    good = await act("officer", filed, "forwarding", sending={"If-Match": '"1"'})
    assert good.status_code == 200
