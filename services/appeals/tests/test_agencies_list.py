"""The open list of state bodies over HTTP: by words, by level, page by page."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from appeals.domain.agencies import AGENCIES

Look = Callable[..., Awaitable[Any]]
CODES = sorted(each.code for each in AGENCIES)


async def test_anyone_reads_all_of_them_in_the_order_of_codes(look: Look) -> None:
    page = await look("nobody", "/v1/agencies", limit=1000)
    assert [each["code"] for each in page["items"]] == CODES
    assert page["next"] is None
    assert set(page["items"][0]) == {"bin", "bin_placeholder", "code", "name", "level", "week", "higher"}


async def test_pages_lead_through_the_whole_list(look: Look) -> None:
    page = await look("nobody", "/v1/agencies", limit=30)
    found = page["items"]
    while page["next"] is not None:
        page = await look("nobody", page["next"])
        assert 0 < len(page["items"]) <= 30
        found += page["items"]
    assert [each["code"] for each in found] == CODES


async def test_words_and_level_narrow_it_and_stay_on_every_page(look: Look) -> None:
    [found] = (await look("nobody", "/v1/agencies", q="ҰЛЫТАУ облысының ӘКІМДІГІ"))["items"]
    assert (found["code"], found["level"], found["week"]) == ("akimat-ulytau", "region", "five")
    cities = await look("nobody", "/v1/agencies", level="city", limit=2, q="akimat-")
    more = await look("nobody", cities["next"])
    codes = [each.code for each in AGENCIES if each.level == "city" and "akimat-" in each.code]
    assert [each["code"] for each in cities["items"] + more["items"]] == sorted(codes)[:4]
    assert (await look("nobody", "/v1/agencies", level="galaxy"))["items"] == []


async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient) -> None:
    for cursor in ("!", "WzFd", "W10", "e30", "WyJhIiwiYiJd"):
        answer = await client.get("/v1/agencies", params={"after": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")
