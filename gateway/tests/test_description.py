"""One document out of many: nothing is lost, nothing is said twice, and a contradiction is an error."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from gateway import description
from gateway.description import Description, DescriptionsDisagree, merge

PROBLEM = {"type": "object", "title": "Problem", "properties": {"code": {"type": "string"}}}


def document(path: str = "/v1/things", **schemas: dict[str, Any]) -> dict[str, Any]:
    """A small document with one operation, whose answer is a Thing."""
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"get": {"operationId": "read", "responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": {"type": "object", "title": "Thing"}, "Problem": PROBLEM, **schemas}},
        "x-problems": [{"code": "b"}, {"code": "a"}],
    }


OWN: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Ashyq", "version": "1"}, "paths": {"/v1/me": {}}}


def test_a_services_shapes_get_its_name_in_front_and_references_follow() -> None:
    thing_list = {"title": "ThingList", "properties": {"items": {"items": {"$ref": "#/components/schemas/Thing"}}}}
    merged = merge(OWN, {"legal-acts": document(ThingList=thing_list)})
    schemas = merged["components"]["schemas"]
    assert set(schemas) == {"LegalActsThing", "LegalActsThingList", "Problem"}
    assert schemas["LegalActsThingList"]["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/LegalActsThing"
    }
    response = merged["paths"]["/v1/things"]["get"]["responses"]["200"]
    assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/LegalActsThing"}


def test_titles_follow_too_so_that_two_services_shapes_stay_two_classes_in_a_client() -> None:
    merged = merge(OWN, {"one": document("/v1/one"), "two": document("/v1/two")})
    titles = {name: schema["title"] for name, schema in merged["components"]["schemas"].items()}
    assert titles == {"OneThing": "OneThing", "TwoThing": "TwoThing", "Problem": "Problem"}


def test_a_shared_shape_is_there_once_and_without_a_name_in_front() -> None:
    merged = merge(OWN, {"one": document("/v1/one"), "two": document("/v1/two")})
    assert merged["components"]["schemas"]["Problem"] == PROBLEM


def test_a_shape_whose_name_begins_another_is_not_mistaken_for_it() -> None:
    other = {"title": "ThingOther", "allOf": [{"$ref": "#/components/schemas/Thing"}]}
    schemas = merge(OWN, {"one": document(ThingOther=other)})["components"]["schemas"]
    assert schemas["OneThingOther"]["allOf"] == [{"$ref": "#/components/schemas/OneThing"}]


def test_paths_and_title_of_the_gateway_stay() -> None:
    merged = merge(OWN, {"one": document("/v1/one")})
    assert (merged["info"]["title"], set(merged["paths"])) == ("Ashyq", {"/v1/me", "/v1/one"})


def test_problems_are_listed_once_each_and_in_order() -> None:
    own = {**OWN, "x-problems": [{"code": "c"}, {"code": "a"}]}
    merged = merge(own, {"one": document("/v1/one"), "two": document("/v1/two")})
    assert merged["x-problems"] == [{"code": "a"}, {"code": "b"}, {"code": "c"}]


def test_what_is_merged_stays_as_it_was() -> None:
    one = document("/v1/one")
    merge(OWN, {"one": one})["components"]["schemas"].clear()
    assert one == document("/v1/one")
    assert OWN["paths"] == {"/v1/me": {}}


def test_two_services_cannot_claim_one_path_even_if_they_describe_it_alike() -> None:
    alike: dict[str, Any] = {"paths": {"/v1/things": {}}, "components": {"schemas": {}}}
    with pytest.raises(DescriptionsDisagree, match="/v1/things"):
        merge(OWN, {"one": alike, "two": alike})


def test_a_service_cannot_take_a_path_of_the_gateway() -> None:
    with pytest.raises(DescriptionsDisagree, match="/v1/me"):
        merge(OWN, {"one": document("/v1/me")})


def test_two_services_cannot_have_different_ideas_of_a_shared_shape() -> None:
    other = {**PROBLEM, "properties": {}}
    with pytest.raises(DescriptionsDisagree, match="Problem"):
        merge(OWN, {"one": document("/v1/one"), "two": document("/v1/two", Problem=other)})


@pytest.mark.parametrize(("here", "known"), [({"appeals"}, {"/v1/me", "/v1/appeals"}), (set(), {"/v1/me"})])
async def test_a_service_in_this_process_is_waited_for_and_another_is_not(
    here: set[str], known: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(description, "_PATIENCE_SECONDS", 0.05)
    slow = FastAPI(openapi_url=None)

    @slow.get("/openapi.json")
    async def describe(_: Request) -> JSONResponse:
        await asyncio.sleep(0.3)
        return JSONResponse(document("/v1/appeals"))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(slow), base_url="http://appeals") as client:
        described = Description(OWN, {"appeals": client}, here)
        await described.read()
    assert set(described.merged["paths"]) == known
