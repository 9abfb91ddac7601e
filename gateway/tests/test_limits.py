"""Who asks too often waits; others go on, and nobody waits because the counting is broken."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import StringIO
from typing import Any

import httpx
import pytest

from gateway import limits
from gateway.counts import Counts
from servicekit.testing import Issuer
from servicekit.vouching import VISITOR, vouch

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
Seen = list[dict[str, Any]]


@pytest.fixture
def way() -> str:
    """These are the gateway's own doings, wherever the service is."""
    return "in process"


def statuses(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


async def ask(client: httpx.AsyncClient, times: int, **said: Any) -> list[httpx.Response]:
    return [await client.get("/v1/appeals", **said) for _ in range(times)]


async def test_one_subject_too_often_waits_and_another_does_not(serve: Serve, seen: Seen, own_issuer: Issuer) -> None:
    async with serve(subject_limit=3) as client:
        one, other = own_issuer.headers("citizen", sub="one"), own_issuer.headers("citizen", sub="other")
        assert statuses(await ask(client, 4, headers=one)) == [200, 200, 200, 429]
        again = await ask(client, 1, headers=own_issuer.headers("citizen", sub="one", name="in a new token"))
        assert statuses(again) == [429]
        assert statuses(await ask(client, 3, headers=other)) == [200] * 3
        assert statuses(await ask(client, 5)) == [200] * 5
    assert len(seen) == 11


async def test_the_refusal_says_how_long_to_wait(serve: Serve) -> None:
    async with serve(address_limit=1) as client:
        answer = (await ask(client, 2, headers={"Accept-Language": "kk"}))[1]
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert (answer.json()["code"], answer.json()["title"]) == ("too-many-requests", "Сұраулар тым жиі келеді")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_one_address_too_often_waits_whoever_asks(serve: Serve, own_issuer: Issuer) -> None:
    async with serve(address_limit=2) as client:
        assert statuses(await ask(client, 1)) == [200]
        assert statuses(await ask(client, 1, headers=own_issuer.headers("citizen"))) == [200]
        assert statuses(await ask(client, 1, headers=own_issuer.headers("officer"))) == [429]
        assert (await client.get("/health/live")).status_code == 200


async def test_a_forged_token_counts_for_the_address(serve: Serve) -> None:
    async with serve(address_limit=2) as client:
        forged = {"Authorization": "Bearer nonsense"}
        assert statuses(await ask(client, 3, headers=forged)) == [401, 401, 429]


async def test_the_pages_say_for_whom_they_ask_and_nobody_else_can(serve: Serve, seen: Seen) -> None:
    key = bytes(range(32))
    async with serve(address_limit=2, portal_key=b64encode(key).decode()) as client:
        one, other = ({VISITOR: vouch(key, address)} for address in ("192.0.2.1", "2001:db8::1"))
        assert statuses(await ask(client, 3, headers=one)) == [200, 200, 429]
        assert statuses(await ask(client, 3, headers=other)) == [200, 200, 429]
        forged = {VISITOR: vouch(bytes(32), "192.0.2.2")}
        assert statuses(await ask(client, 3, headers=forged)) == [200, 200, 429]
    told = [dict(request["headers"]) for request in seen]
    assert [each["x-forwarded-for"] for each in told] == ["192.0.2.1"] * 2 + ["2001:db8::1"] * 2 + ["127.0.0.1"] * 2
    assert not any(VISITOR in each for each in told)


async def test_searches_of_the_register_are_fewer(serve: Serve, own_issuer: Issuer) -> None:
    async with serve(search_limit=2, names=["appeals", "registry"]) as client:
        headers = own_issuer.headers("citizen")
        searches = [await client.post("/v1/debtors/search", json={}, headers=headers) for _ in range(3)]
        assert statuses(searches) == [200, 200, 429]
        assert statuses(await ask(client, 3, headers=headers)) == [200] * 3


async def test_no_limit_is_no_limit(serve: Serve, own_issuer: Issuer) -> None:
    async with serve(subject_limit=0, address_limit=0, search_limit=0) as client:
        assert set(statuses(await ask(client, 50, headers=own_issuer.headers("citizen")))) == {200}


def test_a_window_ends() -> None:
    now = 1000.0
    counted = Counts(lambda: now)
    assert [counted.hit("subject", "a", 2) for _ in range(4)] == [0, 0, 60, 60]
    now += 59.5
    assert counted.hit("subject", "a", 2) == 1
    now += 0.5
    assert [counted.hit("subject", "a", 2) for _ in range(3)] == [0, 0, 60]


def test_counts_of_the_past_are_forgotten() -> None:
    now = 1000.0
    counted = Counts(lambda: now)
    for who in range(1000):
        counted.hit("address", str(who), 2)
    now += 61
    counted.hit("address", "new", 2)
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("no:address", "no:address"),
    ],
)
def test_a_household_of_many_addresses_is_one(address: str, counted_as: str) -> None:
    assert limits.network(address) == counted_as


class Valkey:
    """A server that keeps counts and speaks the protocol of Valkey, as much of it as counting takes."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.silent = False

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"valkey://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                words = []
                for _ in range(int(line[1:])):
                    length = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(length + 2))[:-2].decode())
                if not self.silent:
                    writer.write(self._answer(words))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, words: list[str]) -> bytes:
        command = words[0].upper()
        if command == "EVALSHA":  # the one script that is used adds, and lets the first of a key set when it expires
            key = words[3]
            self.counts[key] = self.counts.get(key, 0) + 1
            return b":%d\r\n" % self.counts[key]
        if command == "GET":
            return b"$1\r\n%d\r\n" % self.counts[words[1]]
        if command in {"TTL", "PTTL"}:
            return b":17\r\n"
        return b"+OK\r\n"


async def test_gateways_that_share_a_valkey_count_together(serve: Serve, own_issuer: Issuer) -> None:
    headers, valkey = own_issuer.headers("citizen", sub="900612499010"), Valkey()
    async with valkey() as url:
        settings = {"subject_limit": 3, "limits_url": url}
        async with serve(**settings) as one, serve(**settings) as other:
            assert statuses(await ask(one, 2, headers=headers)) == [200, 200]
            assert statuses(await ask(other, 2, headers=headers)) == [200, 429]
            (refused,) = await ask(one, 1, headers=headers)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "17")
    assert len(valkey.counts) == 2
    assert "900612499010" not in str(valkey.counts)


async def test_while_the_valkey_is_away_requests_pass_uncounted_and_it_is_told(
    serve: Serve, unused_port: int, logs: StringIO
) -> None:
    settings = {"address_limit": 1, "limits_url": "valkey://127.0.0.1:1", "metrics_port": unused_port}
    async with serve(**settings) as client:
        assert statuses(await ask(client, 3)) == [200] * 3
        async with httpx.AsyncClient() as scraper:
            told = (await scraper.get(f"http://127.0.0.1:{unused_port}/metrics")).text
    assert re.search(r"^ashyq_limits_uncounted_total 3.0$", told, re.MULTILINE)
    assert "ashyq_requests_total" in told
    assert logs.getvalue().count("requests pass uncounted") == 1


async def test_a_valkey_that_is_silent_holds_nobody_up_for_long(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_PAUSE_SECONDS", 0.0)
    valkey = Valkey()
    async with valkey() as url, serve(address_limit=1, limits_url=f"async+{url}") as client:
        assert statuses(await ask(client, 2)) == [200, 429]
        valkey.silent = True
        async with asyncio.timeout(1):
            assert statuses(await ask(client, 5)) == [200] * 5
        valkey.silent = False
        assert statuses(await ask(client, 1)) == [429]
