"""Open data: every list that the document describes has the same rows in pages, in CSV and as lines of JSON."""

import csv
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]

# What parameters of lists may be, beside the values that the document itself tells.
VALUES: dict[str, list[str]] = {
    "award": ["01900000-0000-7000-8000-00000000000a"],
    "buyer": ["991240995750"],
    "currency": ["KZT", "USD"],
    "from": ["2026-11-26"],
    "item": ["172313.500.000012"],
    "max": ["850000"],
    "min": ["850000.01"],
    "method": ["rating-point", "auction"],
    "ocid": ["ocds-1", "ocds-ashyq0-none"],
    "q": ["Қағаз", "кан"],
    "region": ["KZ-71", "KZ-75"],
    "source": ["ashyq", "ocds-abc123"],
    "supplier": ["150340962116"],
    "to": ["2026-11-26"],
    "year": ["2026"],
}
OF_PAGES = {"after", "format", "limit"}
# Members that any object may be, which is one cell.
OPEN = ("data", "evidence", "weights")
# Texts that a spreadsheet or a line a row in a spreadsheet has it.
_ROWS = """
UPDATE lots SET title = '{"kk": "=1+1", "ru": "Бумага, \\"А4\\"\\nбелая\\r\\n", "en": ""}';
INSERT INTO awards SELECT (r).* FROM (
  SELECT jsonb_populate_record(a, jsonb_build_object(
    'id', gen_random_uuid(), 'lot_id', gen_random_uuid(), 'awarded_at', a.awarded_at - n / 3 * interval '1 hour',
    'awarded_on', (a.awarded_at - n / 3 * interval '1 hour')::date, 'amount', a.amount + n / 3 * 10000,
    'lot_title', '{"kk": "=1+1", "ru": "Бумага, \\"А4\\"\\nбелая\\r\\n", "en": ""}'::jsonb,
    'buyer_name', '"' || chr(8232) || '\\.', 'region', CASE n % 2 WHEN 0 THEN 'KZ-75' ELSE 'KZ-71' END)) AS r
    FROM awards a, generate_series(1, 16) n
) copies;
INSERT INTO flags (rule, kind, subject, version, state, value, ocid, buyer, parties, evidence, missing, computed_at)
  SELECT 'R031', 'award', 'ocds-1/' || n, 1, CASE n % 2 WHEN 0 THEN 'flag' ELSE 'clear' END, n / 8.0, 'ocds-1',
         'KZ-BIN-991240995750', ARRAY['KZ-BIN-150340962116'], '{"award": 1.5, "quoted": "=\\"1\\""}', '{}', now()
    FROM generate_series(1, 30) n
"""


@pytest.fixture
async def purchases(
    *, client: httpx.AsyncClient, people: dict[str, dict[str, str]], award: Do, publish: Do, plan: Do, go_to: GoTo,
    database: TestDatabase,
) -> dict[str, list[str]]:  # fmt: skip
    """What is bought, with odd texts in it; the ids of what lists are about, by parameter."""
    budget = await plan(published=True)
    lot = await award()
    person = await award({"trader": "0.01"}, buyer_name='"Q"')
    await publish(bids_until="2026-12-30T10:00:00+05:00")
    go_to("2026-12-04T09:00")
    contract = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("SET session_replication_role = replica")
        await admin.execute(_ROWS)
    finally:
        await admin.close()
    return {
        "award_id": [lot["award"]["id"], person["award"]["id"]],
        "contract_id": [contract.json()["id"]],
        "lot_id": [lot["id"]],
        "plan_id": [budget["id"]],
        "tender_id": [lot["tender"]["id"]],
    }


async def test_every_list_has_the_same_rows_in_every_form(
    described: dict[str, Any],
    client: httpx.AsyncClient,
    look: Look,
    purchases: dict[str, list[str]],
    people: dict[str, dict[str, str]],
) -> None:
    await look("nobody", "/v1/journals/procurement/entries")  # once all is sealed, it stays as it is
    client.headers.update(people["supplier"])
    lists = dict(lists_of(described))
    assert {"/v1/awards", "/v1/tenders", "/v1/awards/summary", "/v1/journals/procurement/entries"} <= lists.keys()
    empty = set()
    for path, parameters in lists.items():
        rows = 0
        for address in addresses(path, parameters, purchases):
            pages = await all_items(client, address)
            lines = await client.get(address, headers={"Accept": "application/x-ndjson"})
            assert lines.content == b"".join(item + b"\n" for item in pages), address
            table = await client.get(f"{address}&format=csv")
            assert_same_cells(table.text, [json.loads(item) for item in pages], address)
            rows += len(pages)
        if not rows:
            empty.add(path)
    # Nobody has complained here, nor discussed a draft.
    assert empty <= {"/v1/lots/{lot_id}/complaints", "/v1/tenders/{tender_id}/discussion", "/v1/me/notices"}


def lists_of(described: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The addresses of lists with their parameters: what can be had as a table is a list."""
    for path, item in described["paths"].items():
        if "get" in item and "text/csv" in item["get"]["responses"]["200"].get("content", {}):
            yield path, [told | {"words": words_of(told["schema"], described)} for told in item["get"]["parameters"]]


def words_of(schema: dict[str, Any], described: dict[str, Any]) -> list[str]:
    """The words that the document itself allows."""
    if "$ref" in schema:
        return words_of(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described)
    ends = [str(schema[end]) for end in ("minimum", "maximum") if schema.get("type") == "integer" and end in schema]
    own = ["true", "false"] if schema.get("type") == "boolean" else schema.get("enum", ends)
    return [*own, *(word for each in schema.get("anyOf", ()) for word in words_of(each, described))]


def addresses(path: str, parameters: list[dict[str, Any]], ids: dict[str, list[str]]) -> Iterator[str]:
    """The list in each of its orders, and with each value of each parameter."""
    given = {each["name"]: values_of(each, ids) for each in parameters if each["name"] not in OF_PAGES}
    needed = {each["name"] for each in parameters if each["required"]}
    orders = given.pop("sort", [None])
    always = [[(name, value) for value in given.pop(name)] for name in sorted(needed)]
    for nth, fixed in enumerate(product(*always, [("sort", order) for order in orders])):
        place = path.format(**dict(fixed))
        query = [(name, value) for name, value in fixed if value is not None and f"{{{name}}}" not in path]
        yield f"{place}?{urlencode(query)}"
        if not nth:  # the conditions are the same in every order and sum
            yield from (f"{place}?{urlencode([*query, (name, value)])}" for name in given for value in given[name])


def values_of(parameter: dict[str, Any], ids: dict[str, list[str]]) -> list[str]:
    """What a parameter may be: the document's own words, or what exists."""
    name = parameter["name"]
    values = ids.get(name) or VALUES.get(name) or parameter["words"]
    assert values, f"say in VALUES what {name} may be"
    return list(values)


async def all_items(client: httpx.AsyncClient, address: str) -> list[bytes]:
    """The items of all pages, as their bytes."""
    found: list[bytes] = []
    following: str | None = f"{address}&limit=7"
    while following is not None:
        answer = await client.get(following)
        assert answer.status_code == 200, answer.text
        following, text = answer.json()["next"], answer.text
        at = len('{"items":[')
        for item in answer.json()["items"]:
            same, end = json.JSONDecoder().raw_decode(text, at)
            assert same == item
            found.append(text[at:end].encode())
            at = end + 1
    return found


def assert_same_cells(table: str, items: list[dict[str, Any]], address: str) -> None:
    """A cell for each value, and no column that no shape speaks of."""
    head, *rows = csv.reader(io.StringIO(table, newline=""))
    assert len(set(head)) == len(head)
    expected = [dict(leaves(item)) for item in items]
    assert all(each.keys() <= set(head) for each in expected), address
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {name: each.get(name, "") for name in head} for each in expected
    ], address


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values of an object by their paths, in the texts of cells."""
    if isinstance(value, dict) and not path.endswith(OPEN):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif value is not None:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
