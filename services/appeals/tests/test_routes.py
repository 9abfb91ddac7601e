"""Appeals over HTTP: the whole slice, and everything that can be wrong with a request."""

from collections.abc import Callable
from typing import Any

import httpx

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]


async def test_filing_tells_number_dates_and_rule(client: httpx.AsyncClient, people: People, filing: Filing) -> None:
    answer = await client.post("/v1/appeals", json=filing(), headers=people["citizen"])
    assert answer.status_code == 201, answer.text
    filed = answer.json()
    assert answer.headers["location"] == f"/v1/appeals/{filed['id']}"
    assert answer.headers["etag"] == '"1"'
    assert filed["number"].startswith("ЖТ-")
    assert filed["basis"]["rules"] == "report"
