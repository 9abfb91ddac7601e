"""The register as everybody meets it: searched, listed for companies, checked by services, and silent about people."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx

from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Receive = Callable[..., Awaitable[dict[str, Any]]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
Search = Callable[..., Awaitable[Any]]

AIGERIM, NURLAN, BANK = "880417499014", "850101300015", "990140000027"
BORN = "1988-04-17"
SPELLINGS = (
    "Айгерім Нұрланқызы Сапарова",
    "САПАРОВА Айгерим Нурланкызы",
    "Aigerim Saparova",
    "Saparova Aygerim Nurlan kyzy",
    "Сапарова Айгерим Нурлановна",
)
LOOK_ALIKES = (
    "Айгүл Сапарова",
    "Айгерім Сапаров",
    "Айгерім Серікқызы Сапарова",
    "Айгерім Нұрланқызы",
    "Айгерім Сапарова Мария",
)
AIGERIM_NAMESAKE = "880417400015"


async def test_a_person_is_found_by_any_spelling_of_the_name_with_the_birth_date(
    opened: Opened, search: Search
) -> None:
    proceeding = await opened()
    answers = [(await search(name=name, birth_date=BORN)) for name in SPELLINGS]
    assert all(answer["items"] == answers[0]["items"] for answer in answers)
    assert answers[0]["by"] == "name"
    [hit] = answers[0]["items"]
    assert (hit["certainty"], hit["count"], hit["debtor"]) == ("probable", 1, None)
    assert hit["reason"].keys() == {"kk", "ru", "en"}
    assert "Somebody else may share both" in hit["reason"]["en"]
    assert hit["proceedings"] == [
        {
            "number": proceeding["number"],
            "opened_at": proceeding["opened_at"],
            "categories": ["other"],
            "amount": {"amount": "400.00", "currency": "KZT"},
            "region": {"code": "KZ-71", "name": {"kk": "Астана қаласы", "ru": "Город Астана", "en": "Astana"}},
            "office": "991240979283",
            "synthetic": False,
        }
    ]


async def test_look_alikes_are_not_found(opened: Opened, search: Search) -> None:
    await opened()
    for name in LOOK_ALIKES:
        assert (await search(name=name, birth_date=BORN))["items"] == [], name
    assert (await search(name="Айгерім Сапарова", birth_date="1988-04-18"))["items"] == []


async def test_a_number_is_certain_and_sums_all_that_a_debtor_owes(opened: Opened, act: Act, search: Search) -> None:
    first, second = await opened(), await opened(region="KZ-75")
    await act("bailiff", first, "proceeds")
    answer = await search(iin=AIGERIM)
    [hit] = answer["items"]
    assert (answer["by"], hit["certainty"], hit["count"]) == ("iin", "certain", 2)
    assert hit["amount"]["amount"] == "600.00"
    assert [each["number"] for each in hit["proceedings"]] == [first["number"], second["number"]]
    assert [each["region"]["code"] for each in hit["proceedings"]] == ["KZ-71", "KZ-75"]


async def test_namesakes_of_one_day_are_two_hits_without_numbers(opened: Opened, search: Search) -> None:
    await opened()
    await opened(debtor={"scheme": "KZ-IIN", "id": AIGERIM_NAMESAKE, "name": "Aigerim Saparova"})
    answer = await search(name="Айгерім Сапарова", birth_date=BORN)
    assert [hit["count"] for hit in answer["items"]] == [1, 1]
    assert AIGERIM not in str(answer)
    assert AIGERIM_NAMESAKE not in str(answer)


async def test_nobody_outside_sees_a_persons_number_or_a_claimant(
    opened: Opened, search: Search, look: Look, company: dict[str, str]
) -> None:
    await opened()
    await opened(debtor=company)
    for question in ({"iin": AIGERIM}, {"name": "Айгерім Сапарова", "birth_date": BORN}, {"bin": company["id"]}):
        for who in ("nobody", "stranger", "claimant", "bailiff", "operator"):
            told = str(await search(who, **question))
            for word in (AIGERIM, NURLAN, BANK, "Ахметов", "Береке", "Айгерім"):
                assert word not in told
    assert not {"Ахметов", "Береке"} & set(str(await look("nobody", "/v1/debtors")).split())
    assert NURLAN not in str(await look("nobody", "/v1/debtors"))


async def test_nothing_found_looks_like_an_answer(opened: Opened, search: Search) -> None:
    await opened()
    found, none = await search(iin=AIGERIM), await search(iin=NURLAN)
    assert found.keys() == none.keys() == {"at", "by", "items", "receipt"}
    assert none["items"] == []


async def test_a_person_stands_in_the_register_exactly_while_a_proceeding_is_open(
    receive: Receive, opened: Opened, act: Act, search: Search
) -> None:
    await receive()
    assert (await search(iin=AIGERIM))["items"] == []
    one, other = await opened(), await opened()
    await act("bailiff", one, "closing")
    [hit] = (await search(iin=AIGERIM))["items"]
    assert [each["number"] for each in hit["proceedings"]] == [other["number"]]
    await act("bailiff", other, "closing")
    assert (await search(iin=AIGERIM))["items"] == []


async def test_companies_are_open_and_people_are_never_listed(
    opened: Opened, look: Look, search: Search, company: dict[str, str], client: httpx.AsyncClient
) -> None:
    await opened()
    made = [(await opened(debtor=company, region=region))["number"] for region in ("KZ-71", "KZ-75", "KZ-71")]
    page = await look("nobody", "/v1/debtors", limit=2)
    seen = [*page["items"], *(await client.get(page["next"])).json()["items"]]
    assert [each["number"] for each in seen] == made
    assert seen[0]["debtor"] == company
    assert len((await look("nobody", "/v1/debtors", name="кокжиек ТОО"))["items"]) == 3
    assert len((await look("nobody", "/v1/debtors", name="Kokzhiek", region="KZ-75"))["items"]) == 1
    assert len((await look("nobody", "/v1/debtors", bin=company["id"]))["items"]) == 3
    for nothing in ({"bin": BANK}, {"name": "Сапарова"}, {"name": "!"}, {"name": "Көк"}):
        assert (await look("nobody", "/v1/debtors", **nothing))["items"] == []
    [hit] = (await search(bin=company["id"]))["items"]
    assert (hit["certainty"], hit["debtor"], hit["count"]) == ("certain", company, 3)


async def test_services_check_many_at_once_and_learn_no_detail(
    opened: Opened, client: httpx.AsyncClient, people: People, company: dict[str, str]
) -> None:
    await opened()
    await opened(debtor=company)
    subjects = [
        {"scheme": "KZ-BIN", "id": BANK},
        {"scheme": "KZ-BIN", "id": company["id"]},
        {"scheme": "KZ-IIN", "id": AIGERIM},
        {"scheme": "DE-HRB", "id": company["id"]},
        {"scheme": "KZ-BIN", "id": company["id"]},
    ]
    body = {"purpose": "award", "subjects": subjects}
    answer = await client.post("/v1/debtors/check", json=body, headers=people["service"])
    assert answer.status_code == 200, answer.text
    verdicts = [False, True, True, False, True]
    assert answer.json()["items"] == [
        each | {"debtor": verdict} for each, verdict in zip(subjects, verdicts, strict=True)
    ]
    for number, status in ((1000, 200), (1001, 422), (0, 422)):
        body["subjects"] = subjects[:1] * number
        assert (await client.post("/v1/debtors/check", json=body, headers=people["service"])).status_code == status


async def test_a_number_that_cannot_be_is_told_without_being_repeated(client: httpx.AsyncClient) -> None:
    wrong = ({"iin": number} for number in ("880417499013", "88041749901", "8804174990140", "٨٨٠٤١٧٤٩٩٠١٤"))
    for body in (*wrong, {"bin": "990140000028"}, {"bin": AIGERIM}, {"iin": AIGERIM, "sex": "f"}):
        answer = await client.post("/v1/debtors/search", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert not set(body.values()) & set(answer.text.split('"'))


async def test_a_debtor_can_learn_that_somebody_was_told(
    opened: Opened,
    search: Search,
    client: httpx.AsyncClient,
    people: People,
    database: TestDatabase,
    company: dict[str, str],
) -> None:
    await opened(debtor=company)
    await search(bin=company["id"])
    proceeding = await opened()
    await search(iin=AIGERIM)
    await search(iin=NURLAN)
    asked = {"purpose": "procurement-bid", "subjects": [{"scheme": "KZ-IIN", "id": AIGERIM}]}
    assert (await client.post("/v1/debtors/check", json=asked, headers=people["service"])).is_success
    admin = await asyncpg.connect(database.admin_url)
    try:
        rows = await admin.fetch("SELECT role, operation, objects FROM accesses ORDER BY id")
    finally:
        await admin.close()
    assert [(row["role"], row["operation"], [str(each) for each in row["objects"]]) for row in rows] == [
        ("anyone", "search_debtors", [proceeding["id"]]),
        ("service", "check_debtors:procurement-bid", [proceeding["id"]]),
    ]


async def test_a_sum_is_shared_by_queues_and_every_time_is_kept(opened: Opened, act: Act, look: Look) -> None:
    loan = {"scheme": "KZ-BIN", "id": BANK, "name": "«Береке Банк» АҚ"}
    child = {"scheme": "KZ-IIN", "id": NURLAN, "name": "Нұрлан Ахметов"}
    claims = [
        {"claimant": loan, "amount": {"amount": "300"}},
        {"claimant": child, "category": "alimony", "amount": {"amount": "100"}, "claimed_on": "2026-01-15"},
    ]
    proceeding = await opened(claims=claims)
    assert proceeding["categories"] == ["alimony", "other"]
    first = (await act("bailiff", proceeding, "proceeds", amount={"amount": "200.01"})).json()
    assert [
        (share["queue"], share["of_queue"], *(share[name]["amount"] for name in ("paid", "rest", "proportional")))
        for share in first["shares"]
    ] == [(1, "1", "100.00", "0.00", "50.00"), (3, "1", "100.01", "199.99", "150.01")]
    assert first["shares"][0]["claimed_on"] == "2026-01-15"
    second = (await act("bailiff", proceeding, "proceeds", amount={"amount": "1000"})).json()
    assert (second["distributed"]["amount"], second["surplus"]["amount"]) == ("199.99", "800.01")
    for who in ("debtor", "claimant", "bank", "bailiff"):
        kept = await look(who, f"/v1/proceedings/{proceeding['id']}/distribution")
        assert kept == {"items": [first, second], "next": None}
    page = await look("bank", f"/v1/proceedings/{proceeding['id']}/distribution", limit=1)
    assert (page["items"], (await look("bank", page["next"]))["items"]) == ([first], [second])
    seen = await look("debtor", f"/v1/proceedings/{proceeding['id']}")
    assert [each["paid"]["amount"] for each in seen["claims"]] == ["300.00", "100.00"]
    assert (seen["amount"], seen["paid"]) == ({"amount": "400.00", "currency": "KZT"},) * 2
