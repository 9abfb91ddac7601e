"""Acceptance is mandatory (APPC art. 64(1)): whatever an appeal says and whomever it names, it is registered."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from appeals.domain.agencies import AGENCIES
from appeals.domain.appeal import Kind
from appeals.domain.channels import DIRECT, Channel
from appeals.domain.crimes import Crime
from servicekit.testing import Issuer

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def words(longest: int) -> st.SearchStrategy[str]:
    """Something to read of at most so many letters, which may be a single one or as many as are allowed."""
    some = st.text(letters, min_size=1, max_size=60).filter(str.strip)
    return some | st.integers(1, longest).map("ж".__mul__) | st.just("ж" * longest)


PEOPLE = st.sampled_from(
    [
        {"scheme": "KZ-IIN", "id": "880417499014", "name": "Айгерім Сапарова"},
        {"scheme": "KZ-BIN", "id": "120640950178", "name": "«Көкжиек Сауда» ЖШС"},
        {"scheme": "GB-COH", "id": "01234567", "name": "Blue Lantern Instruments Ltd"},
    ]
)
AUTHORITY = st.fixed_dictionaries({"number": words(300), "date": st.dates().map(str), "issuer": words(300)})
NEEDED: dict[Channel, dict[str, st.SearchStrategy[Any]]] = {
    Channel.FRONT_OFFICE: {"applicant": PEOPLE, "form": st.sampled_from(["paper", "oral"])},
    Channel.REPRESENTATIVE: {"represented": PEOPLE, "authority": AUTHORITY},
    Channel.COLLECTIVE: {"co_applicants": st.lists(PEOPLE, min_size=1, max_size=4)},
    Channel.TERMINAL: {"agency": st.sampled_from(DIRECT)},
}
WHO = {Channel.FRONT_OFFICE: ["counter"], Channel.TERMINAL: ["convict"]}
CONTACT = {"phone": "+77011234567", "email": "a@example.kz"}


def filed_by(channel: Channel) -> st.SearchStrategy[dict[str, Any]]:
    """All that can be said in a sound filing by a channel; `who` sends it."""
    crime = st.sampled_from([{}, {"reports_crime": True}, *({"reports_crime": True, "crime": one} for one in Crime)])
    needed = {
        "who": st.sampled_from(WHO.get(channel, ["citizen", "company"])),
        "channel": st.just(channel),
        "kind": st.sampled_from(Kind),
        "agency": st.sampled_from([each.code for each in AGENCIES]) | st.sampled_from([each.bin for each in AGENCIES]),
        "subject": words(300),
        "text": words(50_000),
        "language": st.sampled_from(["kk", "ru", "en"]),
    }
    may = {"contact": st.just(CONTACT), "points": st.lists(words(300), min_size=2, max_size=5)}
    whole = st.fixed_dictionaries(needed | NEEDED.get(channel, {}), optional=may)
    return st.builds(dict.__or__, whole, crime)


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, an officer at a counter, and somebody at a terminal."""
    return people | {
        "counter": issuer.headers("front_office", sub="f1", name="Ләззат Садықова"),
        "convict": issuer.headers("terminal", sub="t1", iin="860922399019"),
    }


@pytest.mark.parametrize("channel", Channel)
async def test_nothing_that_is_well_formed_is_refused(
    channel: Channel, client: httpx.AsyncClient, people: People
) -> None:
    numbers: list[str] = []

    @seed(2026)
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(filing=filed_by(channel), times=st.integers(1, 2))
    def file_all(filing: dict[str, Any], times: int) -> None:
        who = people[filing.pop("who")]
        for _ in range(times):
            answer = httpx.post(f"{client.base_url}/v1/appeals", json=filing, headers=who)
            assert answer.status_code == 201, answer.text
            numbers.append(answer.json()["slip"]["number"])

    await asyncio.to_thread(file_all)
    assert len(set(numbers)) == len(numbers) >= 25


async def test_a_kind_is_not_refused_to_whom_it_is_not_for(
    client: httpx.AsyncClient, people: People, filing: Filing
) -> None:
    answer = await client.post("/v1/appeals", json=filing(kind="notary_request"), headers=people["citizen"])
    assert (answer.status_code, answer.json()["kind"]) == (201, "notary_request")
