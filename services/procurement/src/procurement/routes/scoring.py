"""The addresses of profiles, and of a scoring that anybody can try."""

import asyncio

from fastapi import APIRouter, Response

from procurement.schemas.profiles import Profile, ProfileSummary, profile_of, profile_summary_of
from procurement.schemas.scoring import Certificate, Trial, trial_bid, trial_lot
from scorer import Profile as Rules
from scorer import UnknownProfile, canonical, certify, explained, profile, profiles
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.permissions import NotFound
from servicekit.routing import Route

router = APIRouter(prefix="/v1", tags=["scoring"], route_class=Route)


@router.get("/profiles")
async def list_profiles(_: CurrentCaller, page: Paging) -> ListOf[ProfileSummary]:
    """The dated rules by which bids are scored, by name."""
    (after,) = page.key(str) or ("",)
    found = [name for name in sorted(profiles()) if name > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1]) if len(found) > page.limit else None
    return ListOf[ProfileSummary](items=[profile_summary_of(profile(name)) for name in shown], next=more)


@router.get("/profiles/{name}")
async def read_profile(_: CurrentCaller, name: str) -> Profile:
    """One profile whole: its numbers, its criteria in words, and its answers to what the law leaves open."""
    try:
        return profile_of(profile(name))
    except UnknownProfile as error:
        raise NotFound from error


@router.post("/scoring", response_class=Response, responses={200: {"model": Certificate}})
async def score_bids(_: CurrentCaller, body: Trial) -> Response:
    """Score bids of one's own under a profile; the certificate says the reason of every point. Nothing is stored."""
    rules = profile(body.profile)
    made = await asyncio.to_thread(_certified, rules, body)
    return Response(made, media_type="application/json")


def _certified(rules: Rules, body: Trial) -> bytes:
    """What is asked, worked out; of a thousand bids it takes a while."""
    made = certify(profile=rules, lot=trial_lot(rules, body.lot), bids=list(map(trial_bid, body.bids)))
    return canonical(explained(made))
