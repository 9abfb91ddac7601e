"""The synthetic year: the same for a seed and a day, full of what people look for, and marked as what it is."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from portal.journals import JOURNALS
from portal.words import texts
from servicekit.languages import LANGUAGES
from stack import postgres
from stack.composition import compose
from stack.house import prepared
from stack.place import Place
from stack.seeding import seed_first_start
from stack.serving import serving_beside
from stack.testing import whole_journal
from stack.year.people import companies, person
from stack.year.world import World
from statute.identifiers import parse_bin, parse_iin


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    """A client of a house in which a small year was played."""
    data = Path(tempfile.mkdtemp(prefix="ashyq-year-"))
    data.chmod(0o755)
    place = Place(data, 0, empty=False)
    quiet = Console(quiet=True)
    try:
        with prepared(place, lambda _: None) as ground:
            assert seed_first_start(ground, quiet, scale=0.2)
            assert not seed_first_start(ground, quiet, scale=0.2)
            assert not place.clock_file.exists()
            with serving_beside(compose(ground)) as url, httpx.Client(base_url=url, timeout=30) as client:
                yield client
    finally:
        postgres.remove(data)
        shutil.rmtree(data)


def test_there_is_something_for_everybody(api: httpx.Client) -> None:
    awards = api.get("/v1/awards?limit=1000").raise_for_status().json()["items"]
    assert len(awards) >= 8
    assert {award["status"] for award in awards} >= {"contracted"}
    drafts = api.get("/v1/drafts?limit=1000").raise_for_status().json()["items"]
    assert len(drafts) >= 4
    debtors = api.get("/v1/debtors").raise_for_status().json()["items"]
    assert len(debtors) == 3  # every eighth supplier
    events = [entry["event"] for entry in whole_journal(api, "appeals", _has_refusals)]
    assert {"appeal.registered", "appeal.answered", "appeal.forwarded", "appeal.refused_by_expiry"} <= set(events)
    for item in (*awards, *drafts, *debtors):
        assert item["synthetic"] is True


def test_a_debtor_has_no_award(api: httpx.Client) -> None:
    barred = {debtor["debtor"]["id"] for debtor in api.get("/v1/debtors").json()["items"]}
    assert barred
    assert not barred & {award["supplier"]["id"] for award in api.get("/v1/awards?limit=1000").json()["items"]}


def test_what_was_paid_above_peers_is_told(api: httpx.Client) -> None:
    classes = api.get("/v1/overpricing?by=class").raise_for_status().json()["items"]
    found = {each["key"]: each for each in classes}
    assert found["stationery"]["above"] >= 1
    assert float(found["stationery"]["overstatement"]["amount"]) > 0
    assert sum(each["priced"] for each in classes) < sum(each["count"] for each in classes)  # the first have no peers


def test_one_purchase_takes_every_step(api: httpx.Client) -> None:
    [plan] = api.get("/v1/plans").raise_for_status().json()["items"]
    assert (plan["status"], plan["synthetic"]) == ("published", True)
    tenders = api.get(f"/v1/tenders?buyer={plan['buyer']['id']}").raise_for_status().json()["items"]
    [tender] = [each for each in tenders if each["buyer"]["id"] == plan["buyer"]["id"]]
    place = f"/v1/tenders/{tender['id']}"
    [comment] = api.get(f"{place}/discussion").raise_for_status().json()["items"]
    assert (comment["status"], comment["supplier"]["scheme"]) == ("answered", "GB-COH")
    results = api.get(f"{place}/protocol").raise_for_status().json()["results"]
    assert [each["revision"] for each in results] == [1, 2]
    assert results[0]["winner"] != results[1]["winner"]


def test_the_rules_held_throughout(api: httpx.Client) -> None:
    for entry in whole_journal(api, "appeals", _has_refusals):
        if entry["event"] == "appeal.refused_by_expiry":
            assert entry["at"][:10] > entry["data"]["due_on"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_have_a_name_for_whatever_happens(language: str, api: httpx.Client) -> None:
    said = texts(language)
    for journal in JOURNALS:
        for entry in whole_journal(api, journal):
            named = {f"act.{entry['event']}", f"actor.{entry['by']['role']}", f"object.{entry['object']['kind']}"}
            assert named <= said.keys()


@pytest.mark.parametrize("n", range(50))
def test_invented_numbers_have_the_right_form(n: int) -> None:
    world = World({}, seed=n, today=None)  # type: ignore[arg-type]
    invented = person(world.draw("person", n))
    assert parse_iin(invented.iin).birth_date == invented.born_on
    assert invented == person(world.draw("person", n))
    for company in companies(world.draw("companies")):
        parse_bin(company.bin)


def _has_refusals(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the year is sealed as far as its first refusals by expiry."""
    return any(each["event"] == "appeal.refused_by_expiry" for each in entries)
