"""The first page, and what all pages have in common."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

LARGEST = 100_000
Api = Callable[[str], httpx.Client]


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("kk", "Кез келген адам тексере алатын мемлекет"),
        ("ru", "Государство, которое может проверить каждый"),
        ("en", "Government that anyone can check"),
    ],
)
def test_it_speaks_the_readers_language(language: str, title: str, house: httpx.Client) -> None:
    by_header = house.get("/", headers={"Accept-Language": language})
    by_address = house.get(f"/{language}", headers={"Accept-Language": "en"})
    for page in (by_header, by_address):
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["content-language"] == language


def test_it_weighs_little_with_all_that_it_needs(house: httpx.Client) -> None:
    page = house.get("/en")
    needed = set(re.findall(r'(?:src|href)="(/(?:assets|v1)/[^"]+\.(?:css|js|svg)[^"]*)"', page.text))
    assert {Path(each.partition("?")[0]).suffix for each in needed} >= {".css", ".js", ".svg"}
    weight = len(page.content) + sum(len(house.get(each).raise_for_status().content) for each in needed)
    assert weight < LARGEST


def test_nothing_comes_from_elsewhere_and_nothing_runs_that_is_not_ours(house: httpx.Client) -> None:
    page = house.get("/en")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r'(?:src|href|action)="(?!/|#)', page.text)
    assert not re.search(r"<(?:style|script)(?![^>]*src=)|style=", page.text)


def test_files_are_kept_for_ever_and_are_gone_when_they_change(house: httpx.Client) -> None:
    [style] = re.findall(r'href="(/assets/[^"]+ashyq\.css)"', house.get("/en").text)
    kept = house.get(style)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-type"].startswith("text/css")
    assert house.get(style.replace("/assets/", "/assets/0")).status_code == 404
    assert house.get("/assets/0/..%2Fmain.py").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("kk", "Мұнда ештеңе жоқ"), ("ru", "Здесь ничего нет")])
def test_what_is_not_there_is_said_in_the_readers_language(language: str, words: str, house: httpx.Client) -> None:
    for address in (f"/{language}/nowhere", f"/{language}/drafts/not-an-id"):
        page = house.get(address)
        assert page.status_code == 404
        assert f"<h1>{words}</h1>" in page.text


def test_search_engines_stay_out_of_private_rooms(house: httpx.Client) -> None:
    told = house.get("/robots.txt").text
    assert "Disallow: /kk/register" in told
    assert "Disallow: /en/appeals" in told


def test_languages_lead_to_the_same_page(house: httpx.Client) -> None:
    page = house.get("/ru/nowhere?a=1&b=2").text
    assert 'href="/kk/nowhere?a=1&amp;b=2"' in page


def test_what_everybody_asks_for_is_found(house: httpx.Client, api: Api) -> None:
    assert house.get("/favicon.ico", follow_redirects=True).headers["content-type"] == "image/svg+xml"
    filed = {"kind": "request", "agency": "min-transport", "subject": "Stop", "text": "When?", "language": "en"}
    api("citizen").post("/v1/appeals", json=filed).raise_for_status()
    assert house.get("/en").status_code == 200
