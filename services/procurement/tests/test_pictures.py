"""Pictures over HTTP: what they are sent as, in which language, and that the data behind them is there."""

import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from stack.testing import ABSENT_ID

Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Bought = Callable[..., Awaitable[None]]
People = dict[str, dict[str, str]]

SECOND = "01900000-0000-7000-8000-000000000002"
HOSTILE = "</text><script>alert(1)</script>"


@pytest.fixture
async def contract(award: Do, client: httpx.AsyncClient, people: People, go_to: GoTo, bought: Bought) -> dict[str, Any]:
    """A contract; beside its award another supplier's, of a third of the sum, two months before."""
    lot = await award(buyer_name=HOSTILE)
    go_to("2026-12-04T09:00")
    drafted = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    answer = await client.post(f"{drafted.headers['location']}/signature", headers=people["supplier"])
    assert answer.status_code == 200, answer.text
    other: dict[str, Any] = {
        "supplier": SECOND,
        "supplier_scheme": "KZ-IIN",
        "supplier_number": None,
        "supplier_name": None,
    }
    other |= {"id": SECOND, "awarded_on": "2026-09-15", "amount": 28_333_333, "method": "tender"}
    await bought(other, other | {"id": ABSENT_ID, "status": "cancelled"})
    found: dict[str, Any] = answer.json()
    return found


async def test_every_picture_is_one_and_names_its_data(contract: dict[str, Any], client: httpx.AsyncClient) -> None:
    places = ["/v1/pictures/spending", "/v1/pictures/spending?region=KZ-71", "/v1/pictures/concentration"]
    places += ["/v1/pictures/concentration?buyer=991240995750&item=172313.500.000012"]
    places += [f"/v1/awards/{contract['award']}/price", f"/v1/contracts/{contract['id']}/flow"]
    for place in places:
        path, _, query = place.partition("?")
        drawn = await client.get(f"{path}.svg?language=kk&{query}".removesuffix("&"))
        assert drawn.status_code == 200, drawn.text
        assert drawn.headers["content-type"] == "image/svg+xml"
        assert drawn.headers["content-security-policy"] == "default-src 'none'"
        assert (drawn.headers["content-language"], drawn.headers["vary"]) == ("kk", "Accept-Language")
        link = re.fullmatch(r'<(.*)>; rel="alternate"; type="application/json"', drawn.headers["link"])
        assert link is not None
        assert link[1] == place
        data = await client.get(link[1])
        assert (data.status_code, data.headers["content-type"]) == (200, "application/json")
        assert "<script" not in drawn.text
        assert f'href="{place.replace("&", "&amp;")}"' in drawn.text
        address = drawn.request.url.raw_path.decode()
        again = await client.get(address, headers={"If-None-Match": drawn.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        asked = await client.get(f"{path}.svg?{query}".removesuffix("?"), headers={"Accept-Language": "kk"})
        assert asked.content == drawn.content
        russian = await client.get(address.replace("language=kk", "language=ru"))
        assert russian.headers["etag"] != drawn.headers["etag"]


@pytest.mark.usefixtures("contract")
async def test_the_data_of_spending(look: Look) -> None:
    first = await look("nobody", "/v1/pictures/spending", limit=1)
    second = await look("nobody", first["next"])
    assert second["next"] is None
    lines = [
        (each["month"], each["method"], each["count"], each["total"]["amount"])
        for each in (*first["items"], *second["items"])
    ]
    assert lines == [("2026-11", "rating-point", 1, "850000.00"), ("2026-09", "tender", 1, "283333.33")]


async def test_the_data_of_concentration(contract: dict[str, Any], look: Look, client: httpx.AsyncClient) -> None:
    first = await look("nobody", "/v1/pictures/concentration", limit=1)
    second = await look("nobody", first["next"])
    assert second["next"] is None
    items = [*first["items"], *second["items"]]
    assert [each["supplier"]["id"] for each in items] == ["150340962116", None]
    assert [each["share"] for each in items] == ["0.7500", "0.2499"]
    # 75² + 25² but for a tiyn.
    assert sum(Decimal(each["points"]) for each in items) == pytest.approx(Decimal(6250), abs=Decimal("0.001"))
    drawn = (await client.get("/v1/pictures/concentration.svg?language=en")).text
    assert "6\u202f250 of 10\u202f000" in drawn
    assert "a natural person 00000002" in drawn
    named = (
        await client.get(f"/v1/pictures/concentration.svg?supplier={contract['supplier']['id']}&buyer=991240995750")
    ).text
    assert "&lt;script&gt;" in named
    assert "10\u202f000 of 10\u202f000" in named
    nothing = await look("nobody", "/v1/pictures/concentration", region="KZ-10")
    assert nothing == {"items": [], "next": None}


async def test_the_data_of_a_flow(contract: dict[str, Any], look: Look, client: httpx.AsyncClient) -> None:
    found = await look("nobody", f"/v1/contracts/{contract['id']}/flow")
    assert [(each["name"], each["on"], each["amount"]["amount"]) for each in found["steps"]] == [
        ("tender", "2026-11-23", "1000000.00"),
        ("award", "2026-11-26", "850000.00"),
        ("contract", "2026-12-04", "850000.00"),
    ]
    for step in found["steps"]:
        assert (await client.get(step["href"])).status_code == 200
    drawn = (await client.get(f"/v1/contracts/{contract['id']}/flow.svg?language=en")).text
    assert drawn.count("no data") == 2 * 3  # plan, acceptance and payment: once drawn and once said


@pytest.mark.parametrize("place", ["contracts/{}/flow", "contracts/{}/flow.svg", "awards/{}/price.svg"])
async def test_what_is_not_there_is_not_drawn(place: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v1/{place.format(ABSENT_ID)}")).status_code == 404


async def test_what_cannot_be_asked_is_told(client: httpx.AsyncClient) -> None:
    for place in ("spending.svg?language=de", "concentration.svg?buyer=", "spending?limit=0", "spending.svg?by=class"):
        assert (await client.get(f"/v1/pictures/{place}")).status_code == 422
    for place in ("spending", "concentration"):
        assert (await client.get(f"/v1/pictures/{place}?after=x")).status_code == 400
