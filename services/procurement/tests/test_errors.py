"""Every error of procurement is a problem with a stable code, a status, and texts in three languages."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest

from procurement.domain import errors
from procurement.main import PROBLEMS
from procurement.settings import Settings
from scorer import UnfitBid, UnfitLot, UnknownProfile
from servicekit.languages import LANGUAGES
from servicekit.problems import KIT
from servicekit.testing import Issuer, errors_of, texts_at_odds, usual_settings
from stack.testing import ABSENT_ID, TestDatabase
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow
from statute.rules import Undecided

Planning = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Provoke = Callable[[str], Awaitable[httpx.Response]]
EachIsTold = Callable[..., Awaitable[None]]

FROM_ELSEWHERE = {CalendarMissing, NotAllowedNow, UnfitBid, UnfitLot, UnknownProfile, Undecided}
STATUSES = {
    "above-plan": 409,
    "advance-above-amount": 422,
    "already-complained": 409,
    "already-planned": 409,
    "bid-window-too-short": 409,
    "bids-closed": 409,
    "bids-not-yet-open": 409,
    "calendar-missing": 503,
    "changed-meanwhile": 409,
    "comments-closed": 409,
    "complaint-window-over": 409,
    "contract-stands": 409,
    "contract-too-early": 409,
    "day-outside-contract": 422,
    "debtor": 409,
    "discussion-missing": 409,
    "discussion-open": 409,
    "less-than-accepted": 409,
    "method-not-automatic": 409,
    "more-than-accepted": 409,
    "more-than-contracted": 409,
    "no-runner-up": 409,
    "not-allowed-now": 409,
    "not-appealable": 409,
    "nothing-changed": 422,
    "party-unknown": 403,
    "plan-item-in-use": 409,
    "signature-awaited": 409,
    "too-many-plan-changes": 409,
    "undecided": 422,
    "unfit-bid": 422,
    "profile-asks-more": 422,
    "unfit-lot": 422,
    "unfit-ruling": 422,
    "unknown-ground": 422,
    "unknown-lot": 422,
    "unknown-plan-item": 422,
    "unknown-profile": 422,
}
RACED = {"changed-meanwhile"}  # test_races.py
KINDS = {code: (KIT | PROBLEMS).kinds[code] for code in STATUSES}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == errors_of(errors) | FROM_ELSEWHERE
    assert PROBLEMS.kinds.keys() <= set(PROBLEMS.codes.values()) <= KINDS.keys()


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES
    assert set(PROBLEMS.codes.values()) == STATUSES.keys() - {"changed-meanwhile", "party-unknown"}  # the kit's


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    assert texts_at_odds(KINDS[code]) == []


@pytest.mark.parametrize("key", ["", "short", "AAAA", "=" * 44, "я" * 44])
def test_without_a_real_key_the_service_does_not_start(key: str) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        Settings(**usual_settings(), bid_key=key)
    with pytest.raises(ValueError, match="ASHYQ_BID_KEY"):
        Settings(**usual_settings())


# How each comes about: by preparing a tender with some fields; by publishing one so; by bidding; after an award.
PREPARED: dict[str, dict[str, Any]] = {
    "method-not-automatic": {"method": "auction"},
    "unfit-lot": {"weights": {"price": 20, "experience": 40, "financial_stability": 20, "warranty": 20}},
    "profile-asks-more": {"profile": "lowest-ratio"},
    "unknown-profile": {"profile": "none"},
}
PUBLISHED: dict[str, tuple[str, dict[str, Any]]] = {
    "bid-window-too-short": ("2026-11-25T10:00", {}),
    "calendar-missing": ("2027-12-20T10:00", {"bids_until": "2027-12-30T10:00:00+05:00"}),
    "not-allowed-now": ("2026-11-23T10:00", {}),
    "undecided": ("2024-11-20T10:00", {"rules": "kz-2025"}),
}
BIDDED: dict[str, tuple[str, str]] = {
    "bids-closed": ("supplier", "2026-11-26T18:00"),
    "debtor": ("supplier", "2026-11-23T10:00"),
    "party-unknown": ("unnumbered", "2026-11-23T10:00"),
    "unknown-lot": ("supplier", "2026-11-23T10:00"),
}
AWARDED: dict[str, tuple[str, str, str]] = {
    "already-complained": ("rival", "2026-11-27T10:00", "complaints"),
    "complaint-window-over": ("rival", "2026-12-04T10:00", "complaints"),
    "contract-too-early": ("buyer", "2026-11-27T10:00", "contract"),
}
# By something that is asked of a plan: how many changes it has had this month, and what is sent.
PLANNED: dict[str, int] = {
    "above-plan": 0, "already-planned": 0, "nothing-changed": 0, "plan-item-in-use": 0, "too-many-plan-changes": 2,
    "unknown-plan-item": 0,
}  # fmt: skip
# By a complaint: about a result under which rules, in which year.
COMPLAINED = {"not-appealable", "unfit-ruling", "unknown-ground"}
DISCUSSED = {"bids-not-yet-open", "comments-closed", "discussion-missing", "discussion-open"}
# By what is entered about a contract over 850,000 tenge, of which one is accepted: what, and with what sum and day.
CONTRACTED: dict[str, tuple[str, str, str]] = {
    "day-outside-contract": ("acceptances", "1", "2026-12-03"),
    "less-than-accepted": ("amendments", "0.5", "2026-12-04"),
    "more-than-accepted": ("payments", "1.01", "2026-12-04"),
    "more-than-contracted": ("acceptances", "850000", "2026-12-04"),
}
# By what a buyer asks when a contract is not signed yet.
UNSIGNED = {"contract-stands", "no-runner-up", "signature-awaited"}
YEARS = [{"amount": "1"}] * 3
OFFER: dict[str, Any] = {"price": {"amount": "1"}, "experience_years": 1, "warranty_months": 12}
OFFER |= {"income": YEARS, "taxes": YEARS, "payroll": YEARS}


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, and one whose token has no number."""
    return people | {"unnumbered": issuer.headers("supplier", sub="u1")}


@pytest.fixture
def in_planning(
    *, client: httpx.AsyncClient, people: People, planning: Planning, prepare: Do, plan: Do, budget: Planning
) -> Provoke:
    """Makes a problem with a plan come about."""
    years = count(2031)

    async def make(code: str) -> httpx.Response:
        if code == "already-planned":
            await plan(year=2030)
            return await client.post("/v1/plans", json=budget(year=2030), headers=people["buyer"])
        made = await plan(published=True, year=next(years))
        item, place = made["items"][0]["id"], f"/v1/plans/{made['id']}"
        [lot] = planning()["lots"]
        if code in {"above-plan", "unknown-plan-item"}:
            named = lot | {"plan_item": ABSENT_ID if code == "unknown-plan-item" else item}
            body = planning(lots=[named | {"amount": {"amount": "9000000"}}])
            return await client.post("/v1/tenders", json=body, headers=people["buyer"])
        if code == "plan-item-in-use":
            await prepare(lots=[lot | {"plan_item": item}])
        added = {"reason": "?", "add": budget()["items"]}
        for _ in range(PLANNED[code]):
            await client.post(f"{place}/changes", json=added, headers=people["buyer"])
            await client.post(f"{place}/publication", headers=people["buyer"])
        change = {"nothing-changed": {}, "plan-item-in-use": {"remove": [item]}}.get(code, added)
        return await client.post(f"{place}/changes", json={"reason": "?"} | change, headers=people["buyer"])

    return make


@pytest.fixture
def in_complaining(
    *, client: httpx.AsyncClient, people: People, award: Do, publish: Do, bid: Do, go_to: GoTo, run_sweeps: Do
) -> Provoke:
    """Makes a problem with a complaint come about."""

    async def make(code: str) -> httpx.Response:
        body = {"text": "?", "language": "ru"}
        if code == "unknown-ground":
            go_to("2021-11-22T10:00")
            tender = await publish(rules="kz-2015", bids_until="2021-12-10T10:00:00+06:00")
            await bid("rival", tender)
            go_to("2021-12-10T11:00")
            await run_sweeps()
            place = f"/v1/lots/{tender['lots'][0]['id']}/complaints"
            return await client.post(place, json=body | {"grounds": ["scoring_error"]}, headers=people["rival"])
        lot = await award(rules="kz-2025" if code == "not-appealable" else "report")
        place = f"/v1/lots/{lot['id']}/complaints"
        filed = await client.post(place, json=body, headers=people["rival"])
        if code == "not-appealable":
            return filed
        ruling = {"outcome": "upheld", "remedy": "revision", "reason": "?"}
        return await client.post(f"{place}/{filed.json()['id']}/decision", json=ruling, headers=people["auditor"])

    return make


@pytest.fixture
def in_discussing(
    *, client: httpx.AsyncClient, people: People, planning: Planning, prepare: Do, go_to: GoTo
) -> Provoke:
    """Makes a problem with a discussion come about."""

    async def make(code: str) -> httpx.Response:
        if code == "discussion-missing":
            lots = [{**each, "weights": None, "warranty_months": 0} for each in planning()["lots"]]
            draft = await prepare(rules="kz-2025", profile="KZ-2025-tender", lots=lots)
            return await client.post(f"/v1/tenders/{draft['id']}/publication", headers=people["buyer"])
        draft = await prepare(bids_until="2026-12-10T18:00:00+05:00")
        place = f"/v1/tenders/{draft['id']}"
        await client.post(f"{place}/discussion", headers=people["buyer"])
        if code == "discussion-open":
            return await client.post(f"{place}/publication", headers=people["buyer"])
        go_to("2026-11-26T10:00")
        if code == "comments-closed":
            body = {"text": "?", "language": "ru"}
            return await client.post(f"{place}/discussion/comments", json=body, headers=people["rival"])
        await client.post(f"{place}/publication", headers=people["buyer"])
        bid = {"lot": draft["lots"][0]["id"], "offer": OFFER}
        return await client.post(f"{place}/bids", json=bid, headers=people["rival"])

    return make


@pytest.fixture
def in_contracting(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo) -> Provoke:
    """Makes a problem with a contract come about."""

    async def make(code: str) -> httpx.Response:
        place = f"/v1/lots/{(await award())['id']}/contract"
        go_to("2026-12-04T09:00")
        advance = {"advance": {"amount": "850000.01"}} if code == "advance-above-amount" else {}
        drafted = await client.post(place, json=advance, headers=people["buyer"])
        if code == "advance-above-amount":
            return drafted
        place = drafted.headers["location"]
        await client.post(f"{place}/signature", headers=people["supplier"])
        taken = {"day": "2026-12-04", "amount": {"amount": "1"}}
        await client.post(f"{place}/acceptances", json=taken, headers=people["buyer"])
        what, amount, day = CONTRACTED[code]
        reason = {"reason": "lower_price"} if what == "amendments" else {}
        body = {"day": day, "amount": {"amount": amount}} | reason
        return await client.post(f"{place}/{what}", json=body, headers=people["buyer"])

    return make


@pytest.fixture
def in_calling(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo, database: TestDatabase) -> Provoke:
    """Makes a problem with the supplier in second place come about."""

    async def make(code: str) -> httpx.Response:
        lot = await award({"supplier": "850000", "rival": "900000", "trader": "900000"})
        go_to("2026-12-04T09:00")
        drafted = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
        place = drafted.headers["location"]
        if code == "signature-awaited":
            return await client.post(f"{place}/evasion", headers=people["buyer"])
        if code == "no-runner-up":
            await client.post(f"{place}/refusal", json={"reason": "?"}, headers=people["supplier"])
            admin = await asyncpg.connect(database.admin_url)
            # As if the second and the third bid had come at the same microsecond.
            await admin.execute("UPDATE lots SET result = jsonb_set(result, '{ranking,2,place}', '2')")
            await admin.close()
        return await client.post(f"/v1/lots/{lot['id']}/runner-up", headers=people["buyer"])

    return make


@pytest.fixture
def provoke(
    *, client: httpx.AsyncClient, people: People, planning: Planning, publish: Do, prepare: Do, award: Do, go_to: GoTo,
    registry: Any, in_planning: Provoke, in_complaining: Provoke, in_discussing: Provoke,
    in_contracting: Provoke, in_calling: Provoke,
) -> Provoke:  # fmt: skip
    """Makes a problem come about."""

    async def in_preparing(code: str) -> httpx.Response:
        fields = dict(PREPARED[code])
        weights = {"weights": fields.pop("weights", None)}
        body = planning(lots=[each | weights for each in planning()["lots"]], **fields)
        return await client.post("/v1/tenders", json=body, headers=people["buyer"])

    async def in_publishing(code: str) -> httpx.Response:
        moment, fields = PUBLISHED[code]
        tender = await (publish if code == "not-allowed-now" else prepare)(**fields)
        go_to(moment)
        return await client.post(f"/v1/tenders/{tender['id']}/publication", headers=people["buyer"])

    async def in_bidding(code: str) -> httpx.Response:
        who, moment = BIDDED[code]
        tender = await publish()
        go_to(moment)
        registry.debtors = {"150340962116"} if code == "debtor" else set()
        body = {"lot": ABSENT_ID if code == "unknown-lot" else tender["lots"][0]["id"], "offer": OFFER}
        answer = await client.post(f"/v1/tenders/{tender['id']}/bids", json=body, headers=people[who])
        registry.debtors = set()
        return answer

    async def after_the_award(code: str) -> httpx.Response:
        who, moment, what = AWARDED[code]
        place = f"/v1/lots/{(await award())['id']}/{what}"
        body = {"text": "?", "language": "ru"} if what == "complaints" else None
        go_to(moment)
        if code == "already-complained":
            await client.post(place, json=body, headers=people[who])
        return await client.post(place, json=body, headers=people[who])

    async def make(code: str) -> httpx.Response:
        if code == "unfit-bid":
            same = OFFER | {"id": "A", "received_at": "2026-11-23T10:00:00+05:00"}
            return await client.post("/v1/scoring", json={"lot": {"amount": {"amount": "1"}}, "bids": [same, same]})
        ways = {
            **dict.fromkeys(PREPARED, in_preparing), **dict.fromkeys(PUBLISHED, in_publishing),
            **dict.fromkeys(BIDDED, in_bidding), **dict.fromkeys(AWARDED, after_the_award),
            **dict.fromkeys(PLANNED, in_planning), **dict.fromkeys(COMPLAINED, in_complaining),
            **dict.fromkeys(DISCUSSED, in_discussing), **dict.fromkeys(UNSIGNED, in_calling),
            **dict.fromkeys({"advance-above-amount", *CONTRACTED}, in_contracting),
        }  # fmt: skip
        return await ways[code](code)

    return make


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_provoked_over_http(language: str, provoke: Provoke, each_is_told: EachIsTold) -> None:
    known = {"unfit-bid", "advance-above-amount", *PREPARED, *PUBLISHED, *BIDDED, *AWARDED, *PLANNED, *COMPLAINED}
    assert known | CONTRACTED.keys() | DISCUSSED | UNSIGNED == KINDS.keys() - RACED
    await each_is_told(KINDS, provoke, language, but=RACED)
