"""What was bought, lot by lot and party by party, as a reader who trusts nobody meets it."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from portal.words import texts

LANGUAGES = ("kk", "ru", "en")
_NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZoneInfo("Asia/Almaty"))
_BEGINS = datetime(2026, 7, 1, 10, 0, tzinfo=ZoneInfo("Asia/Almaty"))
_IIN, _NAME = "880417499014", "Ерлан Қасымов"
_PERSON = {"sub": "trader", "iin": _IIN, "name": _NAME, "roles": ["supplier"]}
_SUBJECT = "<script>alert(1)</script> Laptops"


class Story:
    """A purchase in four lots: contracted, complained about, bid for by nobody, and by two equals."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, timeout=60)
        self.tender = self._published(_BEGINS + timedelta(days=9))
        self.laptops, self.paper, self.chairs, self.desks = (each["id"] for each in self.tender["lots"])
        self._bid(_BEGINS + timedelta(days=2))
        self.move_to(_BEGINS + timedelta(days=9, hours=1))
        self._complain()
        self.move_to(_BEGINS + timedelta(days=20))
        self._conclude()
        self.move_to(_NOW)

    def ask(self, path: str, **query: str) -> Any:
        return self._client.get(path, params=query).raise_for_status().json()

    def party(self, name: str | None) -> str:
        """The opaque id of who bid under this name."""
        bids = self.ask(f"/v1/tenders/{self.tender['id']}/bids")["items"]
        return next(str(each["supplier"]["party"]) for each in bids if each["supplier"]["name"] == name)

    def move_to(self, moment: datetime) -> None:
        self._client.put("/sandbox/clock", json={"now": moment.isoformat()}).raise_for_status()
        if moment != _NOW:
            self._client.post("/sandbox/sweep").raise_for_status()

    def sealed(self) -> Any:
        """Another purchase, whose bids nobody can read yet."""
        found = self._published(_NOW + timedelta(days=9), _NOW)
        self.move_to(_NOW)
        return found

    def by_rules(self, profile: str) -> Any:
        """A purchase of the same by other rules, whose first lot the two companies and the person bid for."""
        found = self._published(_BEGINS + timedelta(days=9), profile=profile)
        lot = found["lots"][0]["id"]
        for who, price in (("supplier", "5400000.00"), ("supplier-2", "5100000.00"), (_PERSON, "5900000.00")):
            self._post(who, f"/v1/tenders/{found['id']}/bids", {"lot": lot, "offer": _offer(price, 5, 12)})
        self.move_to(_BEGINS + timedelta(days=9, hours=1))
        self.move_to(_NOW)
        return found

    def close(self) -> None:
        """Give back the present to those who come after."""
        self._client.put("/sandbox/clock", json={"now": datetime.now(UTC).isoformat()}).raise_for_status()
        self._client.close()

    def _published(self, bids_until: datetime, at: datetime = _BEGINS, profile: str = "report-2022") -> Any:
        self._client.put("/sandbox/clock", json={"now": at.isoformat()}).raise_for_status()
        body = {
            "title": {"kk": "Жабдық", "en": "Supplies"},
            "method": "rating-point",
            "region": "KZ-71",
            "profile": profile,
            "buyer_name": "Денсаулық сақтау басқармасы",
            "bids_until": bids_until.isoformat(),
            "lots": [
                _lot(_SUBJECT, "26.20.11"),
                _lot("Paper", "17.12.14"),
                _lot("Chairs", "31.00.11"),
                _lot("Desks", "31.01.12"),
            ],
        }
        tender = self._post("buyer", "/v1/tenders", body)
        return self._post("buyer", f"/v1/tenders/{tender['id']}/publication", {})

    def _bid(self, at: datetime) -> None:
        self._client.put("/sandbox/clock", json={"now": at.isoformat()}).raise_for_status()
        offers: list[tuple[str | dict[str, Any], str, dict[str, Any]]] = [
            ("supplier", self.laptops, _offer("5400000.00", 9, 36)),
            ("supplier-2", self.laptops, _offer("5100000.00", 2, 12)),
            (_PERSON, self.laptops, _offer("5900000.00", 1, 12)),
            ("supplier", self.paper, _offer("5000000.00", 9, 12)),
            ("supplier-2", self.paper, _offer("5900000.00", 2, 12)),
            ("supplier", self.desks, _offer("5000000.00", 5, 12)),
            ("supplier-2", self.desks, _offer("5000000.00", 5, 12)),
        ]
        for who, lot, offer in offers:
            self._post(who, f"/v1/tenders/{self.tender['id']}/bids", {"lot": lot, "offer": offer})

    def _complain(self) -> None:
        body = {"grounds": ["scoring_error"], "text": "The points are wrong.", "language": "en"}
        self._post("supplier-2", f"/v1/lots/{self.paper}/complaints", body)

    def _conclude(self) -> None:
        contract = self._post("buyer", f"/v1/lots/{self.laptops}/contract", {})
        place = f"/v1/contracts/{contract['id']}"
        self._post("supplier", f"{place}/signature", {})
        done = {"day": (_BEGINS + timedelta(days=20)).date().isoformat(), "amount": {"amount": "5400000.00"}}
        self._post("buyer", f"{place}/acceptances", done)

    def _post(self, who: str | dict[str, Any], path: str, body: Any) -> Any:
        asked = {"persona": who} if isinstance(who, str) else {"claims": who}
        token = self._client.post("/sandbox/token", json=asked).raise_for_status().json()["access_token"]
        answer = self._client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.is_success, answer.text
        return answer.json()


def _lot(title: str, code: str) -> dict[str, Any]:
    return {
        "title": {"kk": title, "ru": title, "en": title},
        "item": {"code": code, "name": title},
        "quantity": "20",
        "unit": "дана",
        "amount": {"amount": "6000000.00"},
        "warranty_months": 12,
    }


def _offer(price: str, experience: int, warranty: int) -> dict[str, Any]:
    return {
        "price": {"amount": price},
        "experience_years": experience,
        "income": [{"amount": "30000000.00"}] * 3,
        "taxes": [{"amount": "900000.00"}] * 3,
        "payroll": [{"amount": "2000000.00"}] * 3,
        "warranty_months": warranty,
    }


@pytest.fixture(scope="module")
def story(base: str) -> Iterator[Story]:
    told = Story(base)
    yield told
    told.close()


def _links(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', page)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_room_speaks_the_readers_language(language: str, house: httpx.Client, story: Story) -> None:
    rooms = (
        "/awards?by=month&over=region",
        "/awards?by=supplier&over=year",
        f"/lots/{story.laptops}",
        f"/lots/{story.paper}?profile=lowest-price",
        f"/lots/{story.chairs}",
        f"/parties/{story.party('«Ақ Желкен Құрылыс» ЖШС')}",
        f"/parties/{story.party(None)}",
    )
    for room in rooms:
        page = house.get(f"/{language}{room}")
        assert page.status_code == 200, room
        assert f'<html lang="{language}">' in page.text
        assert page.text.count("<h1") == 1
        assert "None" not in re.sub(r"<code>[^<]*</code>", "", page.text), room


def test_bids_stand_side_by_side_with_the_points_of_the_api(house: httpx.Client, story: Story) -> None:
    result = story.ask(f"/v1/lots/{story.laptops}/result")
    page = house.get(f"/en/lots/{story.laptops}").text
    [table] = re.findall(r'<table class="compared">.*?</table>', page, re.DOTALL)
    rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<td[^>]*><strong>([\d.]+)", row) for row in rows[1:]]
    assert len(result["ranking"]) == 3
    for column, ranked in enumerate(result["ranking"]):
        shown = [row[column] for row in cells]
        assert shown == [*(each["points"]["display"] for each in ranked["points"]), ranked["total"]["display"]]
    heads = re.findall(r"<strong>([^<]+)</strong>", rows[0])
    assert heads == ["Winner", "Place 2", "Place 3"]


def test_every_point_has_its_reason_in_the_readers_language(house: httpx.Client, story: Story) -> None:
    result = story.ask(f"/v1/lots/{story.laptops}/result")
    for language in LANGUAGES:
        page = unescape(house.get(f"/{language}/lots/{story.laptops}").text)
        for ranked in result["ranking"]:
            for each in ranked["points"]:
                assert each["words"][language] in page
                assert each["formula"] in page
                assert each["source"] in page


def test_who_lost_reads_what_would_have_won(house: httpx.Client, story: Story) -> None:
    margins = story.ask(f"/v1/lots/{story.laptops}/result")["explanation"]["would_have_won"]
    page = house.get(f"/en/lots/{story.laptops}").text
    assert margins
    for each in margins:
        assert f"Behind the winner by: {each['behind']['display']} points" in page


def test_a_lot_leads_on_to_its_contract_certificate_and_how_to_check_it(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.laptops}").text
    [flow] = re.findall(r'src="(/v1/contracts/[^"]+flow\.svg\?language=en)"', page)
    assert house.get(flow).headers["content-type"].startswith("image/svg")
    assert f"/v1/lots/{story.laptops}/certificate" in _links(page)
    assert "/en/verify" in _links(page)
    assert "Concluded" in page


def test_the_certificate_of_a_lot_is_checked_on_a_page(house: httpx.Client, story: Story) -> None:
    ends = time.monotonic() + 30
    while (given := house.get(f"/v1/lots/{story.laptops}/certificate")).status_code == 202 and time.monotonic() < ends:
        time.sleep(0.1)
    told = house.post("/en/verify", files={"file": ("certificate.json", given.raise_for_status().content)})
    assert (told.status_code, "Verified" in told.text, "Not verified" in told.text) == (200, True, False)
    other = given.content.replace(b'"experience_years":9', b'"experience_years":8')
    assert other != given.content
    assert "Not verified" in house.post("/en/verify", files={"file": ("certificate.json", other)}).text


def test_a_complaint_is_told_without_its_text(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.paper}").text
    assert "Points were counted wrongly" in page
    assert "The points are wrong." not in page
    assert "Held by a complaint" in page


def test_a_lot_that_nobody_bid_for_says_so(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.chairs}").text
    assert "No bids" in page
    assert 'class="compared"' not in page


def test_how_a_tie_was_broken_is_told_step_by_step(house: httpx.Client, story: Story) -> None:
    ties = story.ask(f"/v1/lots/{story.desks}/result")["ties"]
    page = unescape(house.get(f"/kk/lots/{story.desks}").text)
    assert ties[-1]["decided"]
    for each in ties:
        assert each["words"]["kk"] in page
    assert page.count("Осы қадам шешті.") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_refused_reads_why_and_what_would_have_won(language: str, house: httpx.Client, story: Story) -> None:
    lot = story.by_rules("KZ-2025-rating-point")["lots"][0]["id"]
    result = story.ask(f"/v1/lots/{lot}/result")
    rules = story.ask("/v1/profiles/KZ-2025-rating-point")
    page = unescape(house.get(f"/{language}/lots/{lot}").text)
    assert len(result["refused"]) == len(result["dumping"]) == 2
    for each in (*result["refused"], *result["dumping"], rules["complaint"]):
        assert each["words"][language] in page
        assert each["source"] in page or each is rules["complaint"]
    assert page.count("<li>" + texts(language)["lots.with_price"].partition("{")[0]) == 2


def test_a_lot_leads_to_the_others_of_its_tender(house: httpx.Client, story: Story) -> None:
    others = [each for each in _links(house.get(f"/en/lots/{story.desks}").text) if "/lots/" in each]
    for lot in (story.laptops, story.paper, story.chairs):
        assert f"/en/lots/{lot}" in others


def test_a_lot_before_the_opening_tells_no_price_and_no_number_of_bids(house: httpx.Client, story: Story) -> None:
    lot = story.sealed()["lots"][0]["id"]
    page = house.get(f"/en/lots/{lot}")
    assert page.status_code == 200
    assert "The bids are sealed" in page.text
    assert "certificate" not in page.text.casefold()


def test_a_recount_stands_beside_the_result(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.laptops}", params={"profile": "lowest-price"})
    recount = story.ask(f"/v1/lots/{story.laptops}/recount", profile="lowest-price")
    assert recount["same_winner"] is False
    assert "Another would win:" in page.text
    assert "5,100,000\u00a0₸ – winner" in page.text
    missing = house.get(f"/en/lots/{story.laptops}", params={"profile": "lowest-ratio"}).text
    assert "These rules ask for what nobody has said:" in missing


def test_unknown_rules_come_back_as_a_message_on_the_lot(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.laptops}", params={"profile": "no-such"})
    assert page.status_code == 422
    assert "There is no such profile" in page.text
    assert 'class="compared"' in page.text


def test_many_bids_are_read_by_pages(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/lots/{story.laptops}", params={"first": "2"}).text
    [table] = re.findall(r'<table class="compared">.*?</table>', page, re.DOTALL)
    assert "Place 2" in table
    assert "Winner" not in table
    assert house.get(f"/en/lots/{story.laptops}", params={"first": "0"}).status_code == 404


def test_what_people_write_is_text(house: httpx.Client, story: Story) -> None:
    for address in (f"/en/lots/{story.laptops}", "/en/awards", "/en/awards?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        page = house.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("address", ["/en/lots/x", "/en/parties/x", f"/en/lots/{'0' * 8}-0000-7000-8000-{'0' * 12}"])
def test_what_is_not_there_is_not_found(address: str, house: httpx.Client) -> None:
    assert house.get(address).status_code == 404


def test_filters_choose_and_what_is_chosen_adds_up(house: httpx.Client, story: Story) -> None:
    both = house.get(
        "/en/awards", params={"buyer": story.tender["buyer"]["id"], "from": "2026-07-01", "to": "2026-07-31"}
    )
    assert f"/en/lots/{story.laptops}" in _links(both.text)
    assert f"/en/lots/{story.paper}" in _links(both.text)
    one = house.get("/en/awards", params={"min": "5 200 000", "item": "26.20.11"})
    assert f"/en/lots/{story.laptops}" in _links(one.text)
    assert f"/en/lots/{story.paper}" not in _links(one.text)
    none = house.get("/en/awards", params={"q": "zzzz"})
    assert "There are no such awards" in none.text


def test_filters_are_kept_by_languages_pages_groups_and_what_is_taken_away(house: httpx.Client, story: Story) -> None:
    kept = {"buyer": str(story.tender["buyer"]["id"]), "region": "KZ-71", "min": "1", "sort": "amount"}
    page = house.get("/en/awards", params={**kept, "q": ""}).text
    asked = {link: httpx.URL(link) for link in _links(page)}
    wanted = [
        url
        for url in asked.values()
        if url.path in {"/kk/awards", "/ru/awards", "/v1/awards", "/v1/awards/summary"} and url.query
    ]
    assert {url.path for url in wanted} == {"/kk/awards", "/ru/awards", "/v1/awards", "/v1/awards/summary"}
    for url in wanted:
        assert {name: url.params[name] for name in ("buyer", "region", "min")} == {
            name: kept[name] for name in ("buyer", "region", "min")
        }
    formats = {url.params.get("format") for url in wanted if url.path == "/v1/awards"}
    assert formats == {None, "csv", "ndjson"}
    [by_item] = [url for url in asked.values() if url.path == "/en/awards" and url.params.get("by") == "item"]
    assert by_item.params["buyer"] == kept["buyer"]
    pictures = re.findall(r'src="(/v1/pictures/[^"]+)"', page)
    assert len(pictures) == 2
    for each in pictures:
        assert "region=KZ-71" in each
        assert house.get(unescape(each)).headers["content-type"].startswith("image/svg")
    for url in wanted:
        assert house.get(str(url)).status_code == 200


def test_the_pager_goes_on_where_the_page_ended(
    house: httpx.Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.pages.awards.SHOWN", 1)
    first = house.get("/en/awards", params={"buyer": str(story.tender["buyer"]["id"]), "sort": "amount"}).text
    [following] = [each for each in _links(first) if "after=" in each]
    assert httpx.URL(following).params["buyer"] == story.tender["buyer"]["id"]
    second = house.get(following).text
    lots = [{each for each in _links(page) if "/lots/" in each} for page in (first, second)]
    assert len(lots[0]) == len(lots[1]) == 1
    assert lots[0] != lots[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"min": "a lot"}, "Это не сумма."),
        ({"from": "2026-99-01"}, "Такого дня нет."),
        ({"supplier": "12"}, "БИН – это 12 цифр."),
        ({"flag": "R999"}, "Такого значения нет."),
    ],
)
def test_wrong_filters_come_back_as_typed(typed: dict[str, str], words: str, house: httpx.Client) -> None:
    page = house.get("/ru/awards", params={**typed, "q": "бумага", "max": "9 000"})
    assert page.status_code == 422
    assert words in page.text
    assert 'value="бумага"' in page.text
    assert 'value="9 000"' in page.text
    for name, value in typed.items():
        assert name == "flag" or f'name="{name}" type="text" value="{value}"' in page.text


def test_a_list_that_cannot_go_on_says_so(house: httpx.Client) -> None:
    page = house.get("/en/awards", params={"after": "zz"})
    assert page.status_code == 400
    assert "The list cannot go on from here" in page.text


def test_a_company_is_told_with_what_it_won_and_owes(house: httpx.Client, story: Story) -> None:
    party = story.party("«Ақ Желкен Құрылыс» ЖШС")
    page = house.get(f"/en/parties/{party}").text
    assert "150340962116" in page
    assert "This company is not in the register of debtors." in page
    assert f"/en/lots/{story.laptops}" in _links(page)
    rules = {each["rule"] for each in story.ask("/v1/flags", supplier=party)["items"]}
    linked = {httpx.URL(each).params["flag"] for each in _links(page) if "flag=" in each}
    assert linked == rules
    assert rules
    assert "noindex" not in page


def test_a_person_has_no_name_here_and_no_place_in_search_engines(house: httpx.Client, story: Story) -> None:
    page = house.get(f"/en/parties/{story.party(None)}").text
    assert '<meta name="robots" content="noindex">' in page
    assert "<h1>A natural person</h1>" in page
    for room in (page, house.get(f"/en/lots/{story.laptops}").text):
        assert _IIN not in room
        assert _NAME not in room
