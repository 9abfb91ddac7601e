"""Conditional requests: who has a good copy gets none, and who saw an old one changes nothing."""

from uuid import uuid4

import httpx
import pytest

from servicekit.conditional import etag

Headers = dict[str, str]


async def written(client: httpx.AsyncClient, citizen: Headers) -> str:
    """The path of a note, which is at version 1."""
    answer = await client.post("/v1/notes", json={"text": "Сәлем"}, headers=citizen)
    assert answer.headers["etag"] == '"1"'
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        ('"1"', 304),
        ("*", 304),
        ('"7", "1"', 304),
        ('"7","1","9"', 304),
        ('W/"1"', 304),
        ('"x", W/"1"', 304),
        ('"2"', 200),
        ('"7", "11"', 200),
        ("1", 200),
        ("", 200),
        ('w/"1"', 200),
        ('"W/"1""', 200),
    ],
)
async def test_a_good_copy_is_not_sent_again(
    client: httpx.AsyncClient, citizen: Headers, if_none_match: str, status: int
) -> None:
    path = await written(client, citizen)
    answer = await client.get(path, headers={"If-None-Match": if_none_match})
    assert (answer.status_code, answer.headers["etag"]) == (status, '"1"')
    assert bool(answer.content) == (status == 200)


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"0", "1"', 200),
        ('W/"1"', 412),  # a change needs the strong comparison
        ('"0"', 412),
        ('"2", "3"', 412),
        ("1", 412),
        ("", 412),
    ],
)
async def test_a_change_is_held_to_the_version_that_was_seen(
    client: httpx.AsyncClient, citizen: Headers, if_match: str, status: int
) -> None:
    path = await written(client, citizen)
    answer = await client.put(path, json={"text": "Жаңа"}, headers=citizen | {"If-Match": if_match})
    assert answer.status_code == status
    now = (await client.get(path)).json()
    assert (now["version"], now["text"]) == ((2, "Жаңа") if status == 200 else (1, "Сәлем"))


async def test_a_replacing_change_must_name_a_version(client: httpx.AsyncClient, citizen: Headers) -> None:
    path = await written(client, citizen)
    answer = await client.put(path, json={"text": "Жаңа"}, headers=citizen)
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")


async def test_an_action_needs_no_version_but_minds_one(client: httpx.AsyncClient, citizen: Headers) -> None:
    path = await written(client, citizen)
    stale = await client.post(path + "/seal", headers=citizen | {"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert (await client.post(path + "/seal", headers=citizen)).headers["etag"] == '"2"'


async def test_a_missing_object_is_missing_before_it_is_stale(client: httpx.AsyncClient, citizen: Headers) -> None:
    path = f"/v1/notes/{uuid4()}"
    answer = await client.put(path, json={"text": "a"}, headers=citizen | {"If-Match": '"1"'})
    assert answer.status_code == 404
    assert (await client.get(path, headers={"If-None-Match": "*"})).status_code == 404


def test_tags_are_strong_and_differ_by_version() -> None:
    assert len({etag(version) for version in range(100)}) == 100
    assert etag(12) == '"12"'
