"""Nobody judges their own act: not the body complained of, and nobody who had a hand in it, wherever they work now."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]


async def test_the_body_complained_of_never_rules(complained: Make, sent_up: Make, take: Take) -> None:
    for complaint in (await complained(), await sent_up()):
        for who in ("officer", "head", "colleague"):
            refused = await take(who, complaint, "ruling")
            assert (refused.status_code, refused.json()["code"]) == (403, "conflict-of-interest"), who


@pytest.mark.parametrize("who", ["promoted", "promoted head", "named"])
async def test_whoever_had_a_hand_in_the_act_never_rules_even_from_above(
    who: str, file: Make, act: Take, complain: Take, take: Take, look: Look
) -> None:
    appeal = await file(kind="application")  # the officer writes the decision, the head signs it
    assert (await act("officer", appeal, "decision")).json()["status"] == "to_sign"
    assert (await act("head", appeal, "signature")).json()["status"] == "answered"
    complaint = (await complain(appeal, official=" Ерболат жұманов ")).json()
    await take("officer", complaint, "sending-up")
    refused = await take(who, complaint, "ruling")
    assert (refused.status_code, refused.json()["code"]) == (403, "conflict-of-interest")
    assert (await look(who, f"/v1/complaints/{complaint['id']}"))["actions"] == []
    assert (await take("reviewer", complaint, "ruling")).status_code == 200


async def test_whoever_was_charged_and_kept_silent_never_rules(
    file: Make, act: Take, complain: Take, take: Take, go_to: Any, run_sweeps: Any
) -> None:
    appeal = await file()
    await act("head", appeal, "assignment")
    go_to("2026-12-15T10:00")
    await run_sweeps()
    complaint = (await complain(appeal)).json()
    await take("officer", complaint, "sending-up")
    assert (await take("promoted", complaint, "ruling")).json()["code"] == "conflict-of-interest"


async def test_a_refusal_for_conflict_of_interest_changes_nothing(sent_up: Make, take: Take, look: Look) -> None:
    complaint = await sent_up()
    await take("officer", complaint, "ruling")
    assert await look("officer", f"/v1/complaints/{complaint['id']}") == complaint
