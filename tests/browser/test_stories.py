"""What people come for, from the first page to the end, in a real browser: in each language, on a desk and on a phone.

Each story is played with scripts and without any.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from portal.words import Words
from stack.year.world import ALMATY

pytestmark = pytest.mark.browser
FILE = "form[action$='/appeals/new'] button"
PATIENCE = 20_000  # milliseconds until an act is sealed, at most


class Visitor(Protocol):
    """Somebody with a browser; see conftest.py."""

    site: str
    page: Page
    language: str

    def go(self, path: str) -> int: ...
    def sign_in(self, persona: str, language: str, back: str = "") -> None: ...


NewVisitor = Callable[..., Visitor]
Examine = Callable[[Visitor, str, str], list[str]]
Api = Callable[[str | None], httpx.Client]
Say = Callable[..., str]


# Every language, width and way to run is there, each with more than one of the others.
WAYS = (
    ("ru", "desktop", "scripts"),
    ("ru", "phone", "no scripts"),
    ("kk", "phone", "scripts"),
    ("kk", "desktop", "no scripts"),
    ("en", "desktop", "no scripts"),
    ("en", "phone", "scripts"),
)


@pytest.fixture(params=WAYS, ids=" ".join)
def reader(new_visitor: NewVisitor, request: pytest.FixtureRequest) -> Visitor:
    """Somebody who reads one of the languages, at a width, with a browser that runs scripts, or does not."""
    language, device, runs = request.param
    return new_visitor(script=runs == "scripts", language=language, device=device)


@pytest.fixture
def citizen(reader: Visitor) -> Visitor:
    """The same, having signed in."""
    reader.sign_in("citizen", reader.language)
    return reader


@pytest.fixture
def say(reader: Visitor) -> Say:
    """What the pages say in the reader's language, by the key of the text."""
    return Words(reader.language).say


def test_an_appeal_is_filed_not_answered_complained_about_and_its_receipt_verified(
    citizen: Visitor, api: Api, examine: Examine, say: Say, tmp_path: Path
) -> None:
    page, language = citizen.page, citizen.language
    page.get_by_role("link", name=say("home.file")).first.click()
    _fill_in(page, "Остановка без крыши")
    page.locator(FILE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Остановка без крыши")
    place = page.url.partition("?")[0]
    appeal = api("citizen").get(f"/v1/appeals/{place.rpartition('/')[2]}").raise_for_status().json()
    expect(page.locator("main")).to_contain_text(appeal["number"])
    _see_the_term(page, appeal)
    assert examine(citizen, language, "story-filed") == []

    due = datetime.fromisoformat(appeal["due_on"]).replace(hour=9, tzinfo=ALMATY)
    _move_on(api, due + timedelta(days=1))
    page.reload()
    late = api("citizen").get(f"/v1/appeals/{appeal['id']}").raise_for_status().json()
    assert late["status"] == "refused_by_expiry"
    expect(page.locator(".next").first).to_contain_text(late["next_step"][language])
    assert examine(citizen, language, "story-silence") == []

    page.locator("form[action$='/complaints'] textarea").first.fill("Я спросила про крышу, и никто не ответил.")
    page.locator("form[action$='/complaints'] button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(say("complaint.title", number=".+")))
    assert examine(citizen, language, "story-complaint") == []

    page.goto(place)
    receipt = _download(page, "receipt.json", tmp_path)
    assert examine(citizen, language, "story-complained") == []
    _verify(page, receipt, say, "verify.yes", "act.appeal.registered", "act.appeal.complained")
    assert examine(citizen, language, "story-verified") == []
    changed = tmp_path / "changed.json"
    changed.write_bytes(receipt.read_bytes().replace(b"min-transport", b"min-culture12"))
    _verify(page, changed, say, "verify.no", "verify.fault.entry")
    assert examine(citizen, language, "story-refuted") == []


def _fill_in(page: Page, subject: str) -> None:
    page.locator("input[name=kind][value=request]").check()
    page.locator("select[name=agency]").select_option("min-transport")
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=text]").fill("Когда у остановки на Абая, 10 появится крыша?")


def _see_the_term(page: Page, appeal: Mapping[str, Any]) -> None:
    """The term as a calendar: as many counted days as the law gives, the last of them the day of the answer."""
    counted = page.locator(".months .counted")
    assert counted.count() == 15
    last = page.locator(".months .due")
    expect(last).to_contain_text(str(int(appeal["due_on"][-2:])))
    expect(last).to_contain_text("15")


def _move_on(api: Api, moment: datetime) -> None:
    api(None).put("/sandbox/clock", json={"now": moment.isoformat()}).raise_for_status()
    api(None).post("/sandbox/sweep").raise_for_status()


def _download(page: Page, ending: str, folder: Path) -> Path:
    """Take a file home; a receipt is there as soon as the journal is sealed, until when the page says to try again."""
    here = page.url
    ends = datetime.now(ALMATY) + timedelta(milliseconds=PATIENCE)
    while not page.request.get(f"{here}/{ending}").headers.get("content-type", "").startswith("application/json"):
        assert datetime.now(ALMATY) < ends
        page.wait_for_timeout(200)
    with page.expect_download() as coming:
        page.locator(f"a[href$='{ending}']").click()
    target = folder / ending
    coming.value.save_as(target)
    return target


def _verify(page: Page, file: Path, say: Say, verdict: str, *told: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=say("site.room.verify"), exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form", has=page.locator("input[type=file]")).locator("button").click()
    expect(page.locator(".verdict h2")).to_contain_text(say(verdict))
    for key in told:
        expect(page.locator("main")).to_contain_text(say(key))


def test_a_form_that_is_sent_twice_files_once(citizen: Visitor, api: Api) -> None:
    def filed() -> int:
        found = api("citizen").get("/v1/appeals", params={"limit": 1000}).raise_for_status().json()["items"]
        return len(found)

    before = filed()
    citizen.go(f"/{citizen.language}/appeals/new")
    _fill_in(citizen.page, "Дважды нажатая кнопка")
    citizen.page.locator(FILE).dblclick()
    expect(citizen.page.get_by_role("heading", level=1)).to_have_text("Дважды нажатая кнопка")
    assert filed() == before + 1


def test_an_auditor_finds_why_just_this_bid_won(reader: Visitor, api: Api) -> None:
    page = reader.page
    lot = _contested(api)
    reader.go(f"/{reader.language}/lots/{lot['id']}")
    result = api(None).get(f"/v1/lots/{lot['id']}/result").raise_for_status().json()
    winner = lot["award"]["supplier"]["name"]
    expect(page.locator(".next").first).to_contain_text(winner)
    table = page.locator("table.compared")
    assert table.locator("thead th").count() >= 3
    for ranked in result["ranking"][:2]:
        expect(table).to_contain_text(Words(reader.language).number(ranked["total"]["display"]))
    why = page.locator("details", has_text=winner).first
    why.locator("summary").click()
    words = next(each for each in result["ranking"] if each["bid"] == lot["award"]["bid"])["points"][0]["words"]
    expect(why.get_by_text(words[reader.language])).to_be_visible()


def _contested(api: Api) -> dict[str, Any]:
    """An awarded lot for which several bid."""
    for award in api(None).get("/v1/awards", params={"limit": 100}).raise_for_status().json()["items"]:
        if award["lot"]:
            place = f"/v1/lots/{award['lot']['id']}"
            ranking = api(None).get(f"{place}/result").raise_for_status().json()["ranking"]
            if len(ranking) > 1:
                lot: dict[str, Any] = api(None).get(place).raise_for_status().json()
                return lot
    raise AssertionError("nobody has bid against anybody")


def test_a_reader_comments_on_a_clause(reader: Visitor, scene: Mapping[str, str], examine: Examine, say: Say) -> None:
    page = reader.page
    reader.go(f"/{reader.language}{scene['draft']}")
    page.get_by_role("link", name=say("drafts.sign_in")).first.click()
    page.get_by_role("link", name="Ерлан").click()
    clause = page.locator("#clause-c2")
    clause.locator("summary").click()
    said = f"Хватит и десяти дней: {uuid4()}."
    clause.locator("[name=text]").fill(said)
    clause.get_by_role("button").click()
    expect(page.locator("#clause-c2 .comment", has_text=said)).to_be_visible()
    expect(page.get_by_role("status")).to_be_visible()
    assert examine(reader, reader.language, "story-commented") == []


def test_one_checks_oneself_and_nothing_of_it_stands_in_an_address(reader: Visitor, api: Api, examine: Examine) -> None:
    page = reader.page
    [debtor, *_] = api(None).get("/v1/debtors").raise_for_status().json()["items"]
    for number, field, name in (("880417499014", "iin", "clear"), (debtor["debtor"]["id"], "bin", "found")):
        reader.go(f"/{reader.language}/register")
        page.locator(f"#{field}").fill(number)
        page.locator("form", has=page.locator(f"#{field}")).get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("")
        assert number not in page.url
        assert page.locator("meta[name=robots][content*=noindex]").count() == 1
        assert examine(reader, reader.language, f"story-register-{name}") == []
    expect(page.locator("main")).to_contain_text(debtor["debtor"]["name"])


def test_another_language_is_the_same_page(reader: Visitor, api: Api) -> None:
    page = reader.page
    lot = _contested(api)["id"]
    for path in ("", "/agencies?sort=overdue", "/awards?sort=-amount&method=rating-point", f"/lots/{lot}", "/verify"):
        reader.go(f"/{reader.language}{path}")
        for tongue, language in (("Қаз", "kk"), ("Eng", "en"), ("Рус", "ru")):
            page.locator(".tongues").get_by_role("link", name=tongue).click()
            page.wait_for_url(re.compile(f"/{language}(/|$)"))
            assert page.url == f"{reader.site}/{language}{path}"
            expect(page.locator("html")).to_have_attribute("lang", language)
