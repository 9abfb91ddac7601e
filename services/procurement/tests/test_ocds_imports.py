"""Another source's releases: kept as they are, listed beside our own awards, and told apart where they are wrong."""

import asyncio
import gzip
import io
import json
from collections.abc import Awaitable, Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from stack.importing import CannotImport, import_all, tell_tally

Look = Callable[..., Awaitable[Any]]
People = dict[str, dict[str, str]]
Send = Callable[..., Awaitable[dict[str, Any]]]
OCID = "ocds-abc123-0001"


def release(**fields: Any) -> dict[str, Any]:
    """A release that awards a bridge for 1.5 million pounds."""
    usual = {
        "ocid": OCID,
        "id": "award-1",
        "date": "2021-05-10T09:30:00Z",
        "tag": ["award"],
        "initiationType": "tender",
        "parties": [
            {"id": "b", "name": "Council", "roles": ["buyer"], "identifier": {"scheme": "GB-LAC", "id": "E09"}},
            {"id": "s", "name": "Bridges Ltd", "roles": ["supplier"]},
        ],
        "buyer": {"id": "b", "name": "Council"},
        "tender": {"id": "t", "title": "A bridge", "procurementMethod": "open"},
        "awards": [
            {
                "id": "1",
                "status": "active",
                "date": "2021-05-10T09:30:00Z",
                "value": {"amount": 1500000.5, "currency": "GBP"},
                "suppliers": [{"id": "s", "name": "Bridges Ltd"}],
            }
        ],
        "extra": {"kept": [1, 2.5, None, "ё"]},
    }
    return usual | fields


@pytest.fixture
def send(client: httpx.AsyncClient, people: People) -> Send:
    """Imports a document as the auditor, or documents in lines."""

    async def post(*documents: Any, **parameters: str) -> dict[str, Any]:
        kind = "application/json" if len(documents) == 1 else "application/x-ndjson"
        body = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in documents)
        headers = people["auditor"] | {"Content-Type": kind}
        answer = await client.post("/v1/ocds/imports", content=body, params=parameters, headers=headers)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    return post


async def test_what_is_imported_is_kept_as_it_is_and_goes_out_again(send: Send, look: Look) -> None:
    sent = release()
    assert await send({"releases": [sent], "uri": "http://x"}) == {
        "kept": 1, "known": 0, "refused": 0, "awards": 1, "errors": [],
    }  # fmt: skip
    again = await look("nobody", "/v1/ocds/releases", ocid=OCID)
    assert again["releases"] == [sent]
    record = await look("nobody", f"/v1/ocds/records/{OCID}")
    assert record["records"][0]["releases"] == [sent]
    for form in (again, record, record["records"][0]):
        result = await send(form)
        assert (result["kept"], result["known"], result["refused"]) == (0, 1, 0)
    assert (await look("nobody", "/v1/ocds/releases"))["releases"] == [sent]


async def test_imported_awards_are_asked_as_our_own_are(send: Send, look: Look) -> None:
    await send(release())
    (found,) = (await look("nobody", "/v1/awards", currency="GBP", source="ocds-abc123"))["items"]
    assert (found["amount"], found["ocid"]) == ({"amount": "1500000.50", "currency": "GBP"}, OCID)
    assert (found["tender"], found["lot"], found["allocated"]) == (None, None, None)
    assert (found["buyer"], found["status"]) == ({"scheme": "GB-LAC", "id": "E09", "name": "Council"}, "active")
    assert found["method"] == "open"
    assert (await look("nobody", f"/v1/awards/{found['id']}")) == found
    assert (await look("nobody", "/v1/awards", q="bridges"))["items"] == [found]
    assert (await look("nobody", "/v1/awards", source="ashyq"))["items"] == []
    (line,) = (await look("nobody", "/v1/awards/summary", by="buyer"))["items"]
    assert (line["key"], line["total"]["currency"], line["allocated"]) == ("E09", "GBP", None)
    dearer = release(id="award-2", date="2021-06-10T09:30:00Z")
    dearer["awards"][0]["value"]["amount"] = 1600000
    assert (await send(dearer, source="barnet"))["awards"] == 1
    (found,) = (await look("nobody", "/v1/awards", ocid=OCID))["items"]
    assert found["amount"]["amount"] == "1600000.00"


async def test_what_is_wrong_with_one_is_told_and_the_others_are_kept(send: Send) -> None:
    wrong = deepcopy(release(id="wrong"))
    del wrong["date"]
    wrong["awards"][0]["value"]["amount"] = "5"
    person = release(id="person")
    person["parties"][1]["identifier"] = {"scheme": "KZ-IIN", "id": "880417499014"}
    other = release(language="en")
    unlike = release(id="unlike", tender=[{"id": "t"}])
    shaped = release(id="shaped", date="2021-07-01T00:00:00Z", extra=[{"id": 1}])
    ours = release(ocid="ocds-ashyq0-1")
    link = {"url": "http://x", "date": "2021-05-10T09:30:00Z"}
    result = await send(release(), wrong, "{", 7, person, other, unlike, shaped, ours, link)
    assert (result["kept"], result["refused"]) == (1, 9)
    assert [(each["n"], each["pointer"], each["reason"]) for each in result["errors"]] == [
        (2, "/date", "missing"),
        (2, "/awards/0/value/amount", "invalid"),
        (3, "", "unreadable"),
        (4, "", "not-a-release"),
        (5, "/parties/1/identifier/id", "person"),
        (6, "/id", "other-content"),
        (7, "/tender", "invalid"),
        (8, "", "does-not-merge"),
        (9, "/ocid", "ours"),
        (10, "", "linked"),
    ]


async def test_lines_are_the_releases_of_all_pages(client: httpx.AsyncClient, send: Send) -> None:
    odd = 'ё"\\\u2028\x01\t,\\."releases":['
    many = [
        release(
            id=str(n), ocid=f"ocds-{'abc123' if n % 2 else 'xyz789'}-{n % 5}", date=f"2021-05-{10 + n}T09:30:00Z",
            extra={odd: [odd, 10**20, 1.50, n]},
        )
        for n in range(17)
    ]  # fmt: skip
    assert (await send({"releases": many}))["kept"] == 17
    for address, count in {
        "/v1/ocds/releases?": 17,
        "/v1/ocds/releases?ocid=ocds-abc123-1&": 2,
        "/v1/ocds/releases?since=2021-05-20T00:00:00Z&": 7,
        "/v1/ocds/releases?source=ocds-xyz789&buyer=b&": 9,
        "/v1/ocds/releases?buyer=nobody&": 0,
    }.items():
        texts: list[str] = []
        following: str | None = f"{address}limit=4"
        while following is not None:
            page = await client.get(following)
            package = page.json()
            releases = page.text.split(',"releases":[', 1)[1].removesuffix("]}")
            lines = await client.get(following, headers={"Accept": "application/x-ndjson"})
            assert ",".join(lines.text.split("\n")[:-1]) == releases
            texts += lines.text.split("\n")[:-1]
            following = (onward := package["links"].get("next")) and onward.removeprefix("http://127.0.0.1:8000")
        assert len(texts) == count
        whole = await client.get(f"{address}format=ndjson")
        assert whole.content.decode() == "".join(f"{text}\n" for text in texts)
        assert all(found == many[int(found["id"])] for found in map(json.loads, texts))
    assert (await client.get("/v1/ocds/releases?format=csv")).status_code == 422


async def test_an_import_is_json_and_an_auditors(client: httpx.AsyncClient, people: People) -> None:
    kind = {"Content-Type": "text/plain"}
    assert (await client.post("/v1/ocds/imports", content="{}", headers=people["auditor"] | kind)).status_code == 415
    kind = {"Content-Type": "application/json"}
    assert (await client.post("/v1/ocds/imports", content="{", headers=people["auditor"] | kind)).status_code == 400
    assert (await client.post("/v1/ocds/imports", json={}, headers=people["supplier"])).status_code == 403
    assert (await client.get("/v1/ocds/records/none")).status_code == 404
    for unknown in ("complaints/x", "x/extension.json"):
        assert (await client.get(f"/v1/ocds/extensions/{unknown}")).status_code == 404


async def test_the_command_sends_files_in_batches(client: httpx.AsyncClient, people: People, tmp_path: Path) -> None:
    many = [release(id=str(n), ocid=f"ocds-abc123-{n}", extra="x" * 100_000) for n in range(12)]
    lines = tmp_path / "many.jsonl.gz"
    lines.write_bytes(gzip.compress("\n".join(json.dumps(each) for each in [*many, {"ocid": "x"}]).encode()))
    package = tmp_path / "package.json"
    package.write_text(json.dumps({"releases": many[:2]}, indent=1))
    console = Console(file=io.StringIO())

    def run(*places: Path) -> Any:
        with httpx.Client(base_url=str(client.base_url), headers=people["auditor"], timeout=60) as sender:
            return import_all([str(each) for each in places], sender, console, source="many")

    tally = await asyncio.to_thread(run, lines, package)
    assert (tally.kept, tally.known, tally.refused) == (12, 2, 1)
    assert tally.reasons == {"missing": 4}
    tell_tally(tally, console)
    assert isinstance(console.file, io.StringIO)
    assert "12 kept, 2 known already, 1 refused." in console.file.getvalue()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for place in (broken, tmp_path / "absent.json"):
        with pytest.raises(CannotImport):
            await asyncio.to_thread(run, place)
