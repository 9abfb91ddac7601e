"""The sixteen kinds of appeals as a dated table, by both rule sets."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.appeal import Kind
from servicekit.languages import LANGUAGES

Look = Callable[..., Awaitable[Any]]

# As eOtinish was configured in December 2022.
TERMS = {
    "application": (15, "working_day"),
    "message": (15, "working_day"),
    "response": (15, "working_day"),
    "proposal": (15, "working_day"),
    "request": (15, "working_day"),
    "information_request": (15, "calendar_day"),
    "complaint": (20, "working_day"),
    "tax_complaint": (30, "working_day"),
    "notary_request": (10, "calendar_day"),
    "lawyer_request": (10, "working_day"),
    "media_request": (7, "working_day"),
    "bailiff_request": (3, "working_day"),
    "declassification_request": (30, "calendar_day"),
    "rehabilitation_application": (90, "calendar_day"),
    "public_service_complaint": (5, "working_day"),
    "tax_monitoring_complaint": (45, "working_day"),
}


def terms(kinds: list[dict[str, Any]]) -> dict[str, tuple[int, str]]:
    return {each["code"]: (each["term"]["n"], each["term"]["unit"]) for each in kinds}


@pytest.fixture
def kinds_on(look: Look) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Gives the kinds of a day by a rule set."""

    async def ask(**asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await look("nobody", "/v1/kinds", **asked))["items"]
        return found

    return ask


Kinds = Callable[..., Awaitable[list[dict[str, Any]]]]


async def test_the_terms_are_those_of_the_running_system(kinds_on: Kinds) -> None:
    assert terms(await kinds_on(rules="eotinish-2022")) == TERMS
    assert TERMS.keys() == set(Kind)


async def test_the_report_differs_in_two(kinds_on: Kinds) -> None:
    ours = TERMS | {"complaint": (15, "working_day"), "media_request": (5, "working_day")}
    assert terms(await kinds_on()) == ours
    assert terms(await kinds_on(on="2024-08-19")) == ours | {"media_request": (7, "working_day")}


async def test_each_says_its_names_its_filer_its_procedure_and_where_it_is_written(kinds_on: Kinds) -> None:
    for each in await kinds_on():
        assert each["name"].keys() == each["filed_by"]["name"].keys() == set(LANGUAGES)
        assert (each["procedure"], each["signed_by"]) in {("full", "head"), ("simplified", "executor")}
        assert each["heard_before_adverse"] is (each["procedure"] == "full")
        assert each["basis"]["source"]
        assert each["filed_by"]["source"]
    filed_by = {each["code"]: each["filed_by"]["code"] for each in await kinds_on()}
    assert {kind: who for kind, who in filed_by.items() if who != "anyone"} == {
        "notary_request": "notary",
        "lawyer_request": "lawyer",
        "media_request": "media",
        "bailiff_request": "bailiff",
        "tax_complaint": "taxpayer",
        "tax_monitoring_complaint": "taxpayer",
    }


async def test_before_the_code_there_were_none(kinds_on: Kinds) -> None:
    assert await kinds_on(on="2021-06-30") == []
    assert len(await kinds_on(on="2021-07-01")) == 16


async def test_pages_and_rows(look: Look, client: httpx.AsyncClient) -> None:
    first = await look("nobody", "/v1/kinds", limit=10)
    rest = await look("nobody", first["next"])
    codes = [each["code"] for each in (*first["items"], *rest["items"])]
    assert (codes, rest["next"]) == (sorted(TERMS), None)
    rows = (await client.get("/v1/kinds", params={"format": "csv"})).text.splitlines()
    assert len(rows) == 17
