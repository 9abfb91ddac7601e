"""Our open data and the standard's own words: schema, extensions, worked example, merge rules.

They need the files of OCDS 1.1.5, which are not in the repository: `ASHYQ_OCDS_SCHEMA` names their folder.
"""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator, FormatChecker
from ocdsmerge import Merger
from ocdsmerge.rules import get_merge_rules

from procurement.queries.compiling import MERGE_RULES

FOLDER = Path(os.environ.get("ASHYQ_OCDS_SCHEMA", Path(__file__).parents[4] / "shared" / "data" / "ocds"))
EXAMPLE = FOLDER / "example" / "fictional-example" / "1.1"
DATA = Path(__file__).parents[1] / "src" / "procurement" / "data"
LOCAL = [DATA / f"{name}_extension" / "release-schema.json" for name in ("complaints", "enquiries")]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
Sweep = Callable[[], Awaitable[Any]]
GoTo = Callable[[str], None]
Act = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the files of OCDS 1.1.5 are not at {FOLDER}")


def patched(target: Any, patch: Any) -> Any:
    """The target with a JSON merge patch (RFC 7396), by which extensions are applied."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), value)
    return merged


def schema() -> dict[str, Any]:
    """The release schema with the extensions that we use, our own among them."""
    found: Any = json.loads((FOLDER / "1.1.5" / "release-schema.json").read_text())
    extensions = [FOLDER / "extensions" / name / "release-schema.json" for name in ("lots", "bid", "requirements")]
    for path in (*extensions, *LOCAL):
        found = patched(found, json.loads(path.read_text()))
    # Of an extension that is not among these.
    found["definitions"]["Lot"]["properties"].pop("submissionTerms", None)
    return dict(found)


def errors_in(releases: list[dict[str, Any]]) -> list[str]:
    validator = Draft4Validator(schema(), format_checker=FormatChecker())
    return [f"{each.json_path}: {each.message}" for release in releases for each in validator.iter_errors(release)]


def test_the_validator_finds_what_is_wrong() -> None:
    assert len(errors_in([{"ocid": "x", "id": "1", "tag": ["sale"], "date": "?", "initiationType": "tender"}])) >= 1


def test_our_merge_rules_are_the_schemas() -> None:
    assert get_merge_rules(schema()) == MERGE_RULES


async def test_the_worked_example_goes_in_and_out(client: httpx.AsyncClient, people: dict[str, Any]) -> None:
    package = json.loads((EXAMPLE / "ocds-213czf-000-00001.json").read_text())
    ocid = package["releases"][0]["ocid"]
    answer = await client.post("/v1/ocds/imports", json=package, headers=people["auditor"])
    assert (answer.json()["kept"], answer.json()["errors"]) == (6, [])
    out = (await client.get("/v1/ocds/releases")).json()
    assert out["releases"] == package["releases"]
    assert errors_in(out["releases"]) == []
    record = (await client.get(f"/v1/ocds/records/{ocid}")).json()["records"][0]
    merger = Merger(schema())
    assert record["compiledRelease"] == merger.create_compiled_release(package["releases"])
    assert record["versionedRelease"] == merger.create_versioned_release(package["releases"])
    assert errors_in([record["compiledRelease"]]) == []
    again = await client.post("/v1/ocds/imports", json=out, headers=people["auditor"])
    assert (again.json()["kept"], again.json()["known"], again.json()["errors"]) == (0, 6, [])
    assert (await client.get("/v1/ocds/releases")).json()["releases"] == out["releases"]
    linked = json.loads((EXAMPLE / "record" / "ocds-213czf-000-00001.json").read_text())
    kept = await client.post("/v1/ocds/imports", json=linked, headers=people["auditor"])
    assert kept.json()["errors"] == []


CARRIED_OUT: list[tuple[str, dict[str, Any]]] = [
    ("amendments", {"amount": {"amount": "800000"}, "reason": "lower_price"}),
    ("acceptances", {"amount": {"amount": "800000"}}),
    ("payments", {"amount": {"amount": "800000"}}),
]


@pytest.fixture
def told(client: httpx.AsyncClient, look: Look, sweep: Sweep) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """Gives all releases, which are valid as they are and compiled, and compile as the standard's own tool does it."""

    async def run() -> list[dict[str, Any]]:
        await look("nobody", "/v1/journals/procurement/entries")  # once all is sealed
        await sweep()
        releases: list[dict[str, Any]] = (await client.get("/v1/ocds/releases?limit=1000")).json()["releases"]
        assert errors_in(releases) == []
        for ocid in {each["ocid"] for each in releases}:
            record = (await client.get(f"/v1/ocds/records/{ocid}")).json()["records"][0]
            assert errors_in([record["compiledRelease"]]) == []
            assert record["compiledRelease"] == Merger(schema()).create_compiled_release(record["releases"])
        return releases

    return run


@pytest.fixture
def act(client: httpx.AsyncClient, people: dict[str, Any], told: Callable[[], Awaitable[Any]]) -> Act:
    """Does something, and looks at what is told of it."""

    async def run(who: str, address: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = await client.post(address, json=body, headers=people[who])
        assert answer.is_success, answer.text
        await told()
        return answer

    return run


async def test_our_own_processes_are_valid_at_every_step(
    act: Act, told: Callable[[], Awaitable[list[dict[str, Any]]]], award: Do, publish: Do, go_to: GoTo
) -> None:
    await act("buyer", f"/v1/tenders/{(await publish())['id']}/cancellation", {"reason": "?"})
    lot = await award({"supplier": "850000", "trader": "876543.21"})
    place = f"/v1/lots/{lot['id']}"
    said = {"text": "?", "language": "kk", "grounds": ["wrongly_admitted"]}
    filed = (await act("trader", f"{place}/complaints", said)).json()
    await act("auditor", f"{place}/complaints/{filed['id']}/decision", {"outcome": "dismissed", "reason": "!"})
    go_to("2026-12-04T09:00")
    contract = (await act("buyer", f"{place}/contract")).headers["location"]
    await act("supplier", f"{contract}/signature")
    for action, body in CARRIED_OUT:
        await act("buyer", f"{contract}/{action}", {"day": "2026-12-04", **body})
    releases = await told()
    tags = {tag for each in releases for tag in each["tag"]}
    assert tags == {"tender", "tenderCancellation", "tenderUpdate", "award", "awardUpdate", "contract"} | {
        "contractAmendment", "implementation", "contractTermination",
    }  # fmt: skip
    assert "880417499014" not in json.dumps(releases)


async def test_our_own_discussions_are_valid_at_every_step(
    act: Act, told: Callable[[], Awaitable[list[dict[str, Any]]]], prepare: Do, go_to: GoTo
) -> None:
    for ends in ("publication", "cancellation"):
        go_to("2026-11-23T10:00")
        draft = f"/v1/tenders/{(await prepare(bids_until='2026-12-10T18:00:00+05:00'))['id']}"
        await act("buyer", f"{draft}/discussion")
        place = f"{draft}/discussion/comments"
        asked = (await act("trader", place, {"text": "?", "language": "ru"})).json()
        other = (await act("rival", place, {"text": "!", "language": "kk"})).json()
        await act("buyer", f"{place}/{asked['id']}/answer", {"text": "!"})
        if ends == "publication":
            go_to("2026-11-26T10:00")
            await act("buyer", f"{place}/{other['id']}/answer", {"text": "?"})
        await act("buyer", f"{draft}/{ends}", {"reason": "?"} if ends == "cancellation" else None)
    releases = await told()
    assert {tag for each in releases for tag in each["tag"]} == {"planning", "planningUpdate", "tender"}
    assert "880417499014" not in json.dumps(releases)
