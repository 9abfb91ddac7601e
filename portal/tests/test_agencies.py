"""The league table of bodies, and the page of each."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from html import unescape

import httpx
import pytest

ROW = re.compile(r'<tr><th scope="row"><a href="/\w\w/agencies/([\w-]+)">(.*?)</a></th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'<td class="n">(.*?)</td>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def base(new_house: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A house of these tests alone: in another there would be figures of others."""
    with new_house() as url:
        yield url


@pytest.fixture(scope="module")
def filed(base: str) -> Iterator[httpx.Client]:
    """Eleven appeals to three bodies of two levels, once they are counted, which is after they are sealed."""
    with httpx.Client(base_url=base, timeout=60) as client:
        token = client.post("/sandbox/token", json={"persona": "citizen"}).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for agency, n in (("min-justice", 6), ("min-health", 3), ("akimat-almaty", 2)):
            for _ in range(n):
                body = {"kind": "request", "agency": agency, "subject": "Road", "text": "When?", "language": "en"}
                made = client.post("/v1/appeals", json=body).raise_for_status().json()
        until = time.monotonic() + 30
        while not _is_counted(client, made["submitted_at"]) and time.monotonic() < until:
            time.sleep(0.2)
            client.post("/sandbox/sweep").raise_for_status()
        yield client


def _is_counted(client: httpx.Client, moment: str) -> bool:
    figures = client.get("/v1/statistics/appeals").json()["items"]
    return any(datetime.fromisoformat(each["as_of"]) >= datetime.fromisoformat(moment) for each in figures)


def _rows(page: str) -> dict[str, tuple[str, list[str]]]:
    """The name and the cells of each row, by the code of its body."""
    return {
        code: (unescape(name), [TAG.sub("", cell).strip() for cell in CELL.findall(cells)])
        for code, name, cells in ROW.findall(page)
    }


@pytest.mark.parametrize(
    ("language", "title", "withheld", "why"),
    [
        ("kk", "Органдар өтініштерге қалай жауап береді", "жасырын", "Бұл нөл емес"),
        ("ru", "Как органы отвечают на обращения", "скрыто", "Это не ноль"),
        ("en", "How public bodies answer appeals", "withheld", "It is not zero"),
    ],
)
def test_the_table_tells_what_the_api_tells_and_says_why_not(
    language: str, title: str, withheld: str, why: str, filed: httpx.Client, house: httpx.Client
) -> None:
    page = house.get(f"/{language}/agencies")
    assert f"<h1>{title}</h1>" in page.text
    assert why in page.text
    shown = _rows(page.text)
    figures = filed.get("/v1/statistics/appeals", params={"by": "agency", "limit": 1000}).json()["items"]
    shown_ones = [each for each in figures if each["filed"] is not None]
    few = {each["agency"]["code"] for each in figures} - {each["agency"]["code"] for each in shown_ones}
    assert set(shown) == {each["agency"]["code"] for each in shown_ones} >= {"min-justice"}
    assert few >= {"min-health", "akimat-almaty"}
    assert all(f'href="/{language}/agencies/{code}"' in page.text for code in few)
    for each in shown_ones:
        name, cells = shown[each["agency"]["code"]]
        assert name == each["agency"]["name"][language]
        for place, column in enumerate(("filed", "answered", "refused_by_expiry", "overdue")):
            assert cells[place] == (withheld if each[column] is None else str(each[column]))


def test_columns_sort_both_ways(filed: httpx.Client, house: httpx.Client) -> None:
    del filed
    names = [name for name, _ in _rows(house.get("/en/agencies?sort=name").text).values()]
    assert names == sorted(names, key=str.casefold)
    assert [name for name, _ in _rows(house.get("/en/agencies?sort=-name").text).values()] == names[::-1]
    page = house.get("/en/agencies?sort=-filed").text
    counts = [cells[0] for _, cells in _rows(page).values()]
    told = [int(count) for count in counts if count != "withheld"]
    assert counts == [str(count) for count in sorted(told, reverse=True)] + ["withheld"] * (len(counts) - len(told))
    assert 'aria-sort="descending"><a href="/en/agencies?sort=filed">' in page


def test_bodies_are_found_by_level_and_name_and_those_without_appeals_are_there(
    filed: httpx.Client, house: httpx.Client
) -> None:
    del filed
    shown = _rows(house.get("/en/agencies?level=central").text)
    assert "min-justice" in shown
    assert "akimat-almaty" not in shown
    page = house.get("/en/agencies", params={"q": "culture"}).text
    assert not _rows(page)
    assert 'href="/en/agencies/min-culture"' in page


def test_months_without_appeals_say_what_to_do(house: httpx.Client) -> None:
    page = house.get("/ru/agencies?from=1999-01&to=1999-02")
    assert "За эти месяцы таким органам обращений не подавали" in page.text
    assert 'value="1999-01"' in page.text


def test_a_month_that_is_none_is_refused_with_what_was_typed(house: httpx.Client) -> None:
    page = house.get("/en/agencies", params={"from": '"><script>'})
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "&gt;&lt;script&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Осы органға өтініш беру"), ("ru", "Подать обращение в этот орган"), ("en", "File an appeal to this body")],
)
def test_a_body_has_its_figures_and_takes_appeals(
    language: str, words: str, filed: httpx.Client, house: httpx.Client
) -> None:
    del filed
    page = house.get(f"/{language}/agencies/min-justice").text
    assert f'href="/{language}/appeals/new?agency=min-justice">{words}</a>' in page
    assert 'id="months">' in page
    assert 'id="kinds">' in page


def test_a_body_that_nobody_wrote_to_says_so_and_one_that_is_not_is_not_found(house: httpx.Client) -> None:
    assert "Nobody has filed an appeal with this body yet" in house.get("/en/agencies/min-culture").text
    assert house.get("/en/agencies/min-magic").status_code == 404
