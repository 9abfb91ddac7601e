"""Notices: told with the act or not at all, and read by whom they are for alone."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from pydantic import ValidationError

from servicekit.base_settings import ServiceSettings
from servicekit.database import Database
from servicekit.journal import Object
from servicekit.notices import Notice, notify
from servicekit.testing import Issuer, usual_settings
from stack.testing import TestDatabase

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
MAILBOX = "/v1/me/notices"
ABOUT = Object("note", uuid4(), 3)
AIGERIM = ("KZ-IIN", "880417499014")
COMPANY = ("KZ-BIN", "150340000017")


def notice(to: tuple[str, str] = AIGERIM, *, word: str = "note", **fields: Any) -> Notice:
    said = {"kk": f"{word} kk", "ru": f"{word} ru", "en": f"{word} en"}
    return Notice(event="note.sealed", to=to, about=ABOUT, title=said, text=said, **fields)


async def tell(store: Database, *notices: Notice) -> None:
    async with store.write() as writing:
        await notify(writing, *notices, at=NOON)


async def mailbox(client: httpx.AsyncClient, headers: dict[str, str], address: str = MAILBOX) -> dict[str, Any]:
    answer = await client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


@pytest.fixture
def aigerim(issuer: Issuer) -> dict[str, str]:
    return issuer.headers("citizen", sub="c1", iin=AIGERIM[1])


async def test_a_notice_is_in_the_mailbox_of_whom_it_is_for(
    client: httpx.AsyncClient, store: Database, aigerim: dict[str, str]
) -> None:
    await tell(store, notice(contact={"phone": "+77010000000", "webhook": "https://example.org", "language": "ru"}))
    [told] = (await mailbox(client, aigerim))["items"]
    assert UUID(told.pop("id")).version == 7
    said = {"kk": "note kk", "ru": "note ru", "en": "note en"}
    # Whether the service at work has already looked for a way to send them is not the matter here.
    assert [each["channel"] for each in told.pop("delivered")] == ["sms", "webhook"]
    assert datetime.fromisoformat(told.pop("available_at")).tzinfo is not None
    assert told == {
        "at": "2026-08-20T12:00:00Z",
        "event": "note.sealed",
        "about": {"kind": "note", "id": str(ABOUT.id)},
        "title": said,
        "text": said,
        "read_at": None,
    }


async def test_nobody_reads_anothers_mailbox(
    client: httpx.AsyncClient, store: Database, issuer: Issuer, aigerim: dict[str, str]
) -> None:
    await tell(store, notice(), notice(COMPANY), notice(("KZ-BIN", AIGERIM[1])))
    others = [
        issuer.headers("citizen", sub="c2", iin="850101300019"),
        issuer.headers("officer", sub="o1", agency="991240950611"),
        issuer.headers("operator", sub="p1"),
        issuer.headers("service", sub="s1"),
    ]
    for headers in others:
        assert (await mailbox(client, headers))["items"] == []
    assert len((await mailbox(client, aigerim))["items"]) == 1
    assert len((await mailbox(client, issuer.headers("company", bin=COMPANY[1])))["items"]) == 1
    # Who speaks for a company reads what it was told, and their own with a token of their own.
    both = issuer.headers("company", bin=COMPANY[1], iin=AIGERIM[1])
    assert len((await mailbox(client, both))["items"]) == 1
    assert (await client.get(MAILBOX)).status_code == 401


async def test_who_holds_office_reads_what_the_body_was_told(
    client: httpx.AsyncClient, store: Database, issuer: Issuer
) -> None:
    await tell(store, notice(COMPANY, word="body"), notice(AIGERIM, word="person"), notice(("KZ-BIN", ""), word="none"))
    officer = issuer.headers("officer", sub="o1", iin=AIGERIM[1], agency=COMPANY[1])
    told = (await mailbox(client, officer))["items"]
    assert {each["title"]["en"] for each in told} == {"body en", "person en"}


async def test_pages_go_from_the_newest_to_the_oldest_and_meet_each_once(
    client: httpx.AsyncClient, store: Database, aigerim: dict[str, str]
) -> None:
    for number in range(7):
        await tell(store, notice(word=str(number)), notice(COMPANY))
    seen: list[dict[str, Any]] = []
    address: str | None = f"{MAILBOX}?limit=3"
    while address:
        page = await mailbox(client, aigerim, address)
        seen += page["items"]
        address = page["next"]
        await tell(store, notice(word="newer than the first page"))
    assert [each["title"]["en"] for each in seen] == [f"{number} en" for number in range(6, -1, -1)]
    assert [each["id"] for each in seen] == sorted((each["id"] for each in seen), reverse=True)
    assert (await client.get(f"{MAILBOX}?after=nonsense", headers=aigerim)).json()["code"] == "bad-cursor"


async def test_an_act_that_is_undone_is_told_to_nobody(
    client: httpx.AsyncClient, store: Database, aigerim: dict[str, str], admin: asyncpg.Connection
) -> None:
    with suppress(ZeroDivisionError):
        async with store.write() as writing:
            await notify(writing, notice(contact={"phone": "+77010000000"}), at=NOON)
            raise ZeroDivisionError
    assert (await mailbox(client, aigerim))["items"] == []
    assert await admin.fetchval("SELECT count(*) FROM deliveries") == 0


async def test_many_are_told_at_once(store: Database, admin: asyncpg.Connection) -> None:
    contact = {"phone": "+77010000000", "email": "a@example.org", "webhook": "", "language": "kk"}
    await tell(store, *(notice(("KZ-IIN", str(number)), contact=contact) for number in range(500)))
    assert await admin.fetchval("SELECT count(*) FROM notices") == 500
    channels = await admin.fetch("SELECT channel, language, count(*) FROM deliveries GROUP BY 1, 2 ORDER BY 1")
    assert [tuple(row) for row in channels] == [("email", "kk", 500), ("sms", "kk", 500)]
    await tell(store)  # nobody is a number too
    assert await admin.fetchval("SELECT count(*) FROM notices") == 500


@pytest.mark.parametrize("said", [{"kk": "a", "ru": "b"}, {"kk": "a", "ru": "b", "en": "c", "de": "d"}])
def test_a_notice_speaks_the_three_languages(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="each of"):
        Notice(event="note.sealed", to=AIGERIM, about=ABOUT, title=said, text=said)


async def test_what_was_told_cannot_be_changed_by_the_application(store: Database, database: TestDatabase) -> None:
    await tell(store, notice())
    connection = await asyncpg.connect(database.url)
    try:
        for change in ("UPDATE notices SET text = '{}'", "DELETE FROM notices"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"sms_url": "http://gateway"}, "ASHYQ_SMS_SECRET"),
        ({"sms_secret": "s"}, "ASHYQ_SMS_URL"),
        ({"smtp_url": "smtp://mail"}, "ASHYQ_MAIL_FROM"),
        ({"mail_from": "a@example.org"}, "ASHYQ_SMTP_URL"),
        ({"smtp_url": "mail:25", "mail_from": "a@example.org"}, "begins with one of"),
    ],
)
def test_a_channel_is_set_up_whole_or_not_at_all(given: dict[str, str], missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        ServiceSettings.model_validate(usual_settings() | given)
