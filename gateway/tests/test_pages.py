"""The gateway's own pages: what each problem means, the documentation without the internet, and who I am."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from html.parser import HTMLParser

import httpx
import pytest

from servicekit.languages import LANGUAGES
from servicekit.testing import Issuer

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
VOID = {"br", "hr", "img", "input", "link", "meta"}


@pytest.fixture
def way() -> str:
    """These are the gateway's own doings, wherever the service is."""
    return "in process"


class Page(HTMLParser):
    """A page taken apart; it fails on a tag that is not closed, or closed where it was not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, *names: str) -> list[str]:
        """The values of attributes of these names, in the page's order."""
        return [value for _, attrs in self.tags for name, value in attrs.items() if name in names and value]


async def test_every_problem_has_a_page_in_three_languages(serve: Serve) -> None:
    async with serve() as client:
        problems = (await client.get("/openapi.json")).json()["x-problems"]
        assert len(problems) > 15
        for problem in problems:
            for language in LANGUAGES:
                answer = await client.get(f"/problems/{problem['code']}", headers={"Accept-Language": language})
                assert answer.status_code == 200
                page = Page(answer.text)
                assert page.tags[0] == ("html", {"lang": language})
                assert page.values("id") == [problem["code"]]
                assert problem["detail"][language] in page.text
                assert all(problem["title"][each] in page.text for each in LANGUAGES)


async def test_the_list_of_problems_names_each_once_and_leads_to_its_page(serve: Serve) -> None:
    async with serve() as client:
        codes = [problem["code"] for problem in (await client.get("/openapi.json")).json()["x-problems"]]
        page = Page((await client.get("/problems", headers={"Accept-Language": "kk"})).text)
    assert page.values("id") == codes
    assert page.values("href") == ["/problems", *(f"/problems/{code}" for code in codes)]
    assert "Қателер анықтамалығы" in page.text


async def test_a_problems_type_is_the_address_of_its_page(serve: Serve) -> None:
    async with serve() as client:
        problem = (await client.get("/v1/me")).json()
        answer = await client.get(problem["type"])
    assert problem["type"] == "/problems/unauthenticated"
    assert problem["title"] in Page(answer.text).text


async def test_pages_of_problems_load_nothing_and_run_nothing(serve: Serve) -> None:
    async with serve() as client:
        answer = await client.get("/problems")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert {"script", "link", "img"}.isdisjoint(tag for tag, _ in Page(answer.text).tags)


@pytest.mark.parametrize("code", ["nothing", "%3Cscript%3E", "..%2fv1%2fme"])
async def test_a_problem_that_does_not_exist_is_one(serve: Serve, code: str) -> None:
    async with serve() as client:
        answer = await client.get(f"/problems/{code}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_the_documentation_needs_nothing_from_elsewhere(serve: Serve) -> None:
    async with serve() as client:
        text = (await client.get("/docs")).text
        assert re.search("https?:|//[a-z]", text) is None
        needed = [*Page(text).values("src", "href"), *re.findall("(?:url: |origin [+] )'([^']+)'", text)]
        assert len(needed) >= 5
        for address in needed:
            answer = await client.get(address)
            assert answer.status_code == 200, address
            assert len(answer.content) > 0
            if address.endswith(".css"):
                assert re.search(r"@import|url\((?!['\"]?data:)", answer.text) is None


async def test_the_document_is_the_gateways_and_the_services_in_one(serve: Serve) -> None:
    async with serve() as client:
        document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert (document["info"]["title"], list(document["paths"])) == ("Ashyq", ["/v1/me", "/v1/me/notices"])


async def test_i_am_who_my_token_says(serve: Serve, own_issuer: Issuer) -> None:
    headers = own_issuer.headers(
        "officer", "auditor", sub="o1", name="Динара", iin="900612499010", agency="991240971961"
    )
    async with serve() as client:
        answer = await client.get("/v1/me", headers=headers)
    assert answer.json() == {
        "subject": "o1",
        "name": "Динара",
        "iin": "900612499010",
        "bin": None,
        "agency": "991240971961",
        "roles": ["auditor", "officer"],
    }
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_nobody_is_asked_who_they_are(serve: Serve) -> None:
    async with serve() as client:
        answer = await client.get("/v1/me", headers={"Accept-Language": "kk, en;q=0.5"})
        strange = await client.get("/v1/me", params={"who": "you"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-language"] == "kk"
    assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (422, "who")
