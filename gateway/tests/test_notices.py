"""What one was told by several services, in one list, whether or not all of them answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from gateway.main import create_app
from gateway.settings import Settings
from servicekit.languages import Translated
from servicekit.mailbox import MailboxNotice, NoticeObject
from servicekit.paging import ListOf, Paging
from servicekit.testing import JWKS_URL, Issuer, serving
from servicekit.upstream import Http, InProcess, Upstream

BEGINNING = datetime(2026, 11, 23, 10, tzinfo=UTC)
TITLE = Translated(kk="Хабарлама", ru="Уведомление", en="Notice")


def number(n: int) -> UUID:
    """The number of the notice that was written as the n-th of all."""
    return UUID(int=0x0199A0DE_0000_7000_8000_000000000000 + n)


def notice(n: int) -> MailboxNotice:
    about = NoticeObject(kind="appeal", id=number(n))
    at = BEGINNING + timedelta(hours=n)
    return MailboxNotice(id=number(n), at=at, event="told", about=about, title=TITLE, text=TITLE, delivered=[])


def mailbox(*told: int, seen: list[dict[str, str]] | None = None) -> FastAPI:
    """A service that tells whoever asks these notices, in the manner of the kit."""
    app = FastAPI()

    @app.get("/v1/me/notices")
    async def read_notices(request: Request, page: Paging) -> ListOf[MailboxNotice]:
        if seen is not None:
            seen.append(dict(request.headers))
        (before,) = page.key(UUID) or (UUID(int=2**128 - 1),)
        waiting = sorted((n for n in told if number(n) < before), reverse=True)
        shown = waiting[: page.limit]
        more = page.next_after(number(shown[-1])) if len(waiting) > len(shown) else None
        return ListOf[MailboxNotice](items=[notice(n) for n in shown], next=more)

    return app


def broken(answer: Response) -> FastAPI:
    app = FastAPI()

    @app.get("/v1/me/notices")
    async def read_notices() -> Response:
        return answer

    return app


def hanging() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/me/notices")
    async def read_notices() -> None:
        await asyncio.Event().wait()

    return app


@asynccontextmanager
async def gateway(issuer: Issuer, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway before services given by name (_ stands for -), asked by somebody with a token."""
    upstreams: dict[str, Upstream] = {
        name.replace("_", "-"): settings.pop(name) for name in list(settings) if name != "subject_limit"
    }
    known = Settings(environment="local", issuer=issuer.name, jwks_url=JWKS_URL, **settings)
    keys = FastAPI()

    @keys.get("/jwks.json")
    async def read_keys() -> dict[str, Any]:
        return {"keys": [issuer.key.as_dict(private=False)]}

    async with serving(create_app(known, upstreams, issuer=InProcess(keys))) as client:
        client.headers.update(issuer.headers("citizen"))
        yield client


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(item["id"], item["service"]) for item in answer.json()["items"]]


def expected(*rows: tuple[int, str]) -> list[tuple[str, str]]:
    return [(str(number(n)), service) for n, service in rows]


async def test_notices_of_all_services_are_one_list_newest_first(issuer: Issuer) -> None:
    services = {
        "appeals": InProcess(mailbox(1, 4)),
        "registry": InProcess(mailbox(2, 3)),
        "sandbox": InProcess(mailbox(9)),
    }
    async with gateway(issuer, **services) as client:
        answer = await client.get("/v1/me/notices")
    assert told(answer) == expected((4, "appeals"), (3, "registry"), (2, "registry"), (1, "appeals"))
    assert (answer.json()["next"], answer.json()["missing"]) == (None, [])
    assert answer.json()["items"][0] == {**notice(4).model_dump(mode="json"), "service": "appeals"}


async def test_pages_go_on_where_the_last_ended_and_lose_nothing(issuer: Issuer) -> None:
    parts: Sequence[Sequence[int]] = [range(0, 40, 3), range(1, 40, 3), range(2, 40, 3)]
    names = ("appeals", "procurement", "legal_acts")
    for limit in (1, 3, 7, 39, 40, 41):
        services = {name: InProcess(mailbox(*part)) for name, part in zip(names, parts, strict=True)}
        found, url = [], f"/v1/me/notices?limit={limit}"
        async with gateway(issuer, **services, subject_limit=0) as client:
            while url:
                answer = await client.get(url)
                assert len(told(answer)) <= limit
                found += [number for number, _ in told(answer)]
                url = answer.json()["next"]
        assert found == [str(number(n)) for n in reversed(range(40))]


async def test_a_service_that_cannot_be_asked_is_named_and_the_others_tell(issuer: Issuer, unused_port: int) -> None:
    unable: list[Upstream] = [
        Http(f"http://127.0.0.1:{unused_port}"),
        InProcess(hanging()),
        InProcess(broken(JSONResponse({"code": "internal"}, 500))),
        InProcess(broken(JSONResponse({"items": "none"}))),
        InProcess(broken(Response("<html>"))),
    ]
    for upstream in unable:
        async with gateway(issuer, appeals=InProcess(mailbox(1)), registry=upstream) as client, asyncio.timeout(5):
            answer = await client.get("/v1/me/notices")
        assert told(answer) == expected((1, "appeals"))
        assert (answer.json()["next"], answer.json()["missing"]) == (None, ["registry"])


async def test_services_are_asked_with_the_callers_own_token_and_language(issuer: Issuer) -> None:
    seen: list[dict[str, str]] = []
    async with gateway(issuer, appeals=InProcess(mailbox(1, seen=seen))) as client:
        answer = await client.get("/v1/me/notices", headers={"Accept-Language": "kk", "X-Other": "1"})
        shown = client.headers["authorization"]
    assert (seen[0]["authorization"], seen[0]["accept-language"]) == (shown, "kk")
    assert seen[0]["x-request-id"] == answer.headers["x-request-id"]
    assert "x-other" not in seen[0]


async def test_nobody_was_told_anything(issuer: Issuer) -> None:
    async with gateway(issuer, appeals=InProcess(mailbox(1))) as client:
        del client.headers["authorization"]
        answer = await client.get("/v1/me/notices")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_strange_question_is_not_passed_on(issuer: Issuer) -> None:
    seen: list[dict[str, str]] = []
    async with gateway(issuer, appeals=InProcess(mailbox(1, seen=seen))) as client:
        asked = [{"after": "nonsense"}, {"after": "WzFd"}, {"limit": "0"}, {"who": "you"}]
        answers = [(await client.get("/v1/me/notices", params=each)).status_code for each in asked]
    assert (answers, seen) == ([400, 400, 422, 422], [])


async def test_asking_too_often_is_refused_with_the_time_to_wait(issuer: Issuer) -> None:
    async with gateway(issuer, appeals=InProcess(mailbox(1)), subject_limit=2) as client:
        answers = [await client.get("/v1/me/notices") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 5 < int(answers[2].headers["retry-after"]) <= 60
