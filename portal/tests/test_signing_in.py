"""Signing in and out: only by the way that was begun, once, and back to a page of ours."""

from collections.abc import Callable
from html import escape

import httpx
import pytest
from starlette.responses import Response

from portal.sessions import Seals, Session, TooLargeToKeep
from portal.signing_in import is_ours
from stack.personas import PERSONAS

SignedIn = Callable[..., httpx.Client]
Hidden = Callable[[str], dict[str, str]]
Arrival = Callable[..., str]
NAME = str(PERSONAS["citizen"]["name"])


@pytest.fixture
def arrival(house: httpx.Client, way_of: Callable[[str, str], str]) -> Callable[..., str]:
    """The address to which the issuer sends somebody who chose the citizen."""

    def leave(back: str = "/ru") -> str:
        leaving = house.get("/ru/sign-in", params={"back": back})
        return way_of(house.get(leaving.headers["location"]).text, NAME)

    return leave


def test_the_name_stands_on_every_page_until_one_signs_out(signed_in: SignedIn, hidden: Hidden) -> None:
    client = signed_in("citizen")
    page = client.get("/en")
    assert escape(NAME) in page.text
    assert page.headers["cache-control"] == "private, no-store"
    assert client.post("/en/sign-out", data=hidden(page.text)).headers["location"] == "/en"
    assert escape(NAME) not in client.get("/en").text


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(house: httpx.Client, arrival: Arrival) -> None:
    kept = house.get(arrival()).headers["set-cookie"]
    assert kept.startswith("ashyq-session=")
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert "citizen" not in kept


def test_one_comes_back_to_where_one_was(house: httpx.Client, arrival: Arrival) -> None:
    assert house.get(arrival("/ru/drafts?phase=answering")).headers["location"] == "/ru/drafts?phase=answering"


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "", "/a\n"]
)
def test_nobody_is_sent_elsewhere_afterwards(away: str, house: httpx.Client, arrival: Arrival) -> None:
    assert not is_ours(away)
    assert house.get(arrival(away)).headers["location"] == "/ru/appeals"


def test_a_code_is_good_once_and_for_who_began(house: httpx.Client, base: str, arrival: Arrival) -> None:
    way = arrival()
    with httpx.Client(base_url=base) as stranger:
        refused = stranger.get(way, headers={"Accept-Language": "ru"})
        assert (refused.status_code, "Войти не удалось" in refused.text) == (400, True)
    assert house.get(way.replace("state=", "state=x")).status_code == 400
    assert house.get(way).status_code == 303
    again = arrival()
    assert house.get(way).status_code == 400
    assert house.get(again).status_code == 303


def test_a_session_that_was_touched_is_none(signed_in: SignedIn) -> None:
    client = signed_in("citizen")
    kept = client.cookies["ashyq-session"]
    client.cookies.clear()
    client.cookies.set("ashyq-session", kept[:-6] + ("AAAAAA" if kept[-6:] != "AAAAAA" else "BBBBBB"))
    assert escape(NAME) not in client.get("/en").text


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"token": "0" * 32}, {}),
        ({}, {}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Origin": "https://elsewhere.example"}),
    ],
)
def test_a_form_that_is_not_ours_is_not_carried_out(
    fields: dict[str, str] | None, headers: dict[str, str], signed_in: SignedIn, hidden: Hidden
) -> None:
    client = signed_in("citizen")
    sent = hidden(client.get("/en").text) if fields is None else fields
    refused = client.post("/en/sign-out", data=sent, headers=headers)
    assert (refused.status_code, "This form was not taken" in refused.text) == (403, True)
    assert escape(NAME) in client.get("/en").text


def test_a_session_ends_with_its_token_and_fits_into_a_cookie() -> None:
    seals = Seals(bytes(32))
    answer = Response()
    seals.keep(answer, Session.of("token", 1, "Name", ("citizen",)), secure=True)
    kept = answer.headers["set-cookie"]
    assert "Secure" in kept
    assert seals.session(kept.partition("=")[2].partition(";")[0]) is None
    with pytest.raises(TooLargeToKeep):
        seals.keep(answer, Session.of("t" * 4000, 2**40, "Name", ()), secure=True)
