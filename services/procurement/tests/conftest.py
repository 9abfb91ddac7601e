"""The procurement service, a registry beside it, people who use it, and what they do."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from procurement.main import create_app
from procurement.settings import Settings
from servicekit.testing import Issuer
from stack.testing import TestDatabase

START = "2026-11-23T10:00"
# Three working days after it.
BIDS_UNTIL = "2026-11-26T18:00:00+05:00"
AFTER_DEADLINE = "2026-11-26T18:00:01"
BID_KEY = base64.b64encode(bytes(range(32))).decode()


class Registry:
    """A registry that says what it is told to say, or nothing."""

    def __init__(self) -> None:
        self.debtors: set[str] = set()
        self.refused: set[str] = set()
        self.silent = False
        self.asked: list[list[dict[str, str]]] = []
        self._app = FastAPI()
        self._app.router.add_api_route("/v1/debtors/check", self._check, methods=["POST"])

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self._app)

    async def _check(self, request: Request) -> Response:
        if self.silent:
            return Response(status_code=503)
        body = await request.json()
        assert body.keys() == {"purpose", "subjects"}
        assert body["purpose"] == "procurement-bid"
        if self.refused & {each["id"] for each in body["subjects"]}:
            return Response(status_code=422)
        self.asked.append(body["subjects"])
        return JSONResponse({"items": [{**each, "debtor": each["id"] in self.debtors} for each in body["subjects"]]})


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def service_name() -> str:
    return "procurement"


@pytest.fixture
def app_with(issuer: Issuer, registry: Registry) -> Callable[[dict[str, Any]], FastAPI]:
    """Makes the service by settings, with its key and its way to the registry."""

    def make(settings: dict[str, Any]) -> FastAPI:
        settings = {"bid_key": BID_KEY} | settings
        return create_app(Settings(**settings), issuer=issuer.transport, registry=registry.transport)

    return make


@pytest.fixture
def people(issuer: Issuer) -> dict[str, dict[str, str]]:
    """Who sends requests: the headers of each."""
    return {
        "buyer": issuer.headers("buyer", sub="y1", name="Мадина Қасенова", iin="850308499016", agency="991240995750"),
        "other buyer": issuer.headers("buyer", sub="y2", name="Дәурен Оспанов", agency="991240971961"),
        "supplier": issuer.headers("company", "supplier", sub="s1", name="«Ақ Желкен» ЖШС", bin="150340962116"),
        "rival": issuer.headers("company", "supplier", sub="s2", name="«Сарыарқа» ЖШС", bin="180940974038"),
        "trader": issuer.headers("citizen", "supplier", sub="s3", name="Айгерім Сапарова", iin="880417499014"),
        "auditor": issuer.headers("auditor", sub="a1", name="Нұрлан Бекмұратов", iin="811127399011"),
        "operator": issuer.headers("operator", sub="p1", name="Тимур Әлімжанов", iin="871009399010"),
        "nobody": {},
    }


@pytest.fixture
def planning() -> Callable[..., dict[str, Any]]:
    """Makes the body of a request that prepares a tender of one lot, with fields of one's own."""

    def make(**fields: Any) -> dict[str, Any]:
        usual = {
            "title": {"kk": "Кеңсе тауарлары", "ru": "Канцелярские товары"},
            "method": "rating-point",
            "region": "KZ-71",
            "buyer_name": "Астана қаласының Денсаулық сақтау басқармасы",
            "bids_until": BIDS_UNTIL,
            "lots": [lot()],
        }
        return usual | fields

    return make


@pytest.fixture
def budget() -> Callable[..., dict[str, Any]]:
    """Makes the body of a request that makes a plan of one item, with fields of one's own."""

    def make(**fields: Any) -> dict[str, Any]:
        item = lot(method="rating-point", amount={"amount": "5000000.00"}, region="KZ-71", month=11)
        del item["warranty_months"]
        usual = {"year": 2026, "buyer_name": "Астана қаласының Денсаулық сақтау басқармасы", "items": [item]}
        return usual | {"budget_approved_on": "2026-11-20"} | fields

    return make


@pytest.fixture
def plan(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], budget: Callable[..., dict[str, Any]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Makes a plan as the buyer, and approves or publishes it if asked; gives it as the service answered."""

    async def send(*, approved: bool = False, published: bool = False, **fields: Any) -> dict[str, Any]:
        answer = await client.post("/v1/plans", json=budget(**fields), headers=people["buyer"])
        assert answer.status_code == 201, answer.text
        for action in (*(["approval"] * (approved or published)), *(["publication"] * published)):
            address = f"/v1/plans/{answer.json()['id']}/{action}"
            answer = await client.post(address, headers=people["buyer"])
            assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return send


def lot(**fields: Any) -> dict[str, Any]:
    """A lot of a million tenge."""
    usual = {
        "title": {"kk": "А4 қағазы", "ru": "Бумага А4", "en": "A4 paper"},
        "item": {"code": "172313.500.000012", "name": "Қағаз"},
        "quantity": "1200",
        "unit": "бума",
        "amount": {"amount": "1000000.00"},
        "warranty_months": 12,
    }
    return usual | fields


def offer(price: str = "900000", **fields: Any) -> dict[str, Any]:
    """What a supplier offers: with ten years, full figures and 48 months, its price alone tells it from others."""
    tenge = [{"amount": "2000000"}, {"amount": "2000000"}, {"amount": "2000000"}]
    usual = {
        "price": {"amount": price},
        "experience_years": 10,
        "income": tenge,
        "taxes": tenge,
        "payroll": tenge,
        "warranty_months": 48,
    }
    return usual | fields


@pytest.fixture
def prepare(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], planning: Callable[..., dict[str, Any]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Prepares a tender as the buyer, and gives it as the service answered."""

    async def send(**fields: Any) -> dict[str, Any]:
        answer = await client.post("/v1/tenders", json=planning(**fields), headers=people["buyer"])
        assert answer.status_code == 201, answer.text
        tender: dict[str, Any] = answer.json()
        return tender

    return send


@pytest.fixture
def publish(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], prepare: Callable[..., Awaitable[dict[str, Any]]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Prepares and publishes a tender, and gives it as the service answered."""

    async def send(**fields: Any) -> dict[str, Any]:
        tender = await prepare(**fields)
        answer = await client.post(f"/v1/tenders/{tender['id']}/publication", headers=people["buyer"])
        assert answer.status_code == 200, answer.text
        published: dict[str, Any] = answer.json()
        return published

    return send


@pytest.fixture
def bid(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Bids for the first lot of a tender, or for the one named, and gives the bid as the service answered."""

    async def send(who: str, tender: dict[str, Any], price: str = "900000", *, lot: int = 0, **fields: Any) -> Any:
        body = {"lot": tender["lots"][lot]["id"], "offer": offer(price, **fields)}
        answer = await client.post(f"/v1/tenders/{tender['id']}/bids", json=body, headers=people[who])
        assert answer.status_code == 201, answer.text
        return answer.json()

    return send


@pytest.fixture
def sweep(run_sweeps: Callable[[], Awaitable[dict[str, int]]]) -> Callable[[], Awaitable[dict[str, int]]]:
    """Lets the service do what is due; how many cases of each kind."""

    async def run() -> dict[str, int]:
        done = await run_sweeps()
        return {name: done[name] for name in ("open-tenders", "award-lots", "finish-awards")}

    return run


@pytest.fixture
def award(
    publish: Callable[..., Awaitable[dict[str, Any]]],
    bid: Callable[..., Awaitable[dict[str, Any]]],
    go_to: Callable[[str], None],
    sweep: Callable[[], Awaitable[dict[str, int]]],
    look: Callable[..., Awaitable[Any]],
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Brings a tender of one lot to its award, with these bids; gives the lot as everybody sees it."""

    async def run(bids: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        go_to(START)
        tender = await publish(**fields)
        for who, price in (bids or {"supplier": "850000", "rival": "900000"}).items():
            await bid(who, tender, price)
        go_to(AFTER_DEADLINE)
        await sweep()
        lot: dict[str, Any] = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
        return lot

    return run


_BOUGHT = {
    "version": 1, "revision": 1, "source": "ashyq", "buyer_scheme": "KZ-BIN", "currency": "KZT", "status": "final",
    "synthetic": False, "tender_number": "2026-1", "lot_position": 1,
    "lot_title": {"ru": "Бумага"}, "method": "rating-point", "region": "KZ-71", "buyer": "991240995750",
    "buyer_name": "Акимат", "supplier": "01900000-0000-7000-8000-000000000001", "supplier_scheme": "KZ-BIN",
    "supplier_number": "150340962116", "supplier_name": "ТОО", "item_code": "17.12.14", "item_name": "Бумага",
    "quantity": 1, "unit": "пачка", "rules": "report", "rules_version": "1", "calendar": "1", "words": "",
}  # fmt: skip


@pytest.fixture
def bought(database: TestDatabase) -> Callable[..., Awaitable[None]]:
    """Puts down awards without all that leads to them; each is some columns of a row."""

    async def insert(*rows: dict[str, Any]) -> None:
        sent = [
            _BOUGHT
            | {name: str(uuid4()) for name in ("id", "tender_id", "lot_id", "bid_id")}
            | {"allocated": row["amount"], "awarded_at": row["awarded_on"], "complaints_until": row["awarded_on"]}
            | row
            for row in rows
        ]
        names = ", ".join(sent[0])
        copied = f"INSERT INTO awards ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::awards, $1)"  # noqa: S608
        admin = await asyncpg.connect(database.admin_url)
        try:
            await admin.execute(
                "ALTER TABLE awards DISABLE TRIGGER ALL"
            )  # their lots, bids and suppliers are not there
            await admin.execute("ALTER TABLE awards ENABLE TRIGGER USER")
            await admin.execute(copied, json.dumps(sent, default=str))
        finally:
            await admin.execute(
                "ALTER TABLE awards ENABLE TRIGGER ALL, ENABLE ALWAYS TRIGGER award_as_json,"
                " ENABLE ALWAYS TRIGGER awards_keep_flags"
            )
            await admin.close()

    return insert
