"""The shapes of profiles and of scoring, with the reason of every point."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from procurement.domain.evaluation import bid_of
from procurement.schemas.bids import Offer
from procurement.schemas.parts import Amount, Asked, Line, Moment, PinnedProfile
from procurement.schemas.tenders import Weights
from scorer import Bid as ScoredBid
from scorer import Lot as ScoredLot
from scorer import Profile as Rules
from servicekit.languages import Translated


class TrialLot(Asked):
    """A lot to try; without weights, those of the profile."""

    amount: Amount
    weights: Weights | None = None
    warranty_months: Annotated[int, Field(ge=0, le=600)] = 0


class TrialBid(Offer):
    """A bid to try; `id` is what it is called in the answer."""

    id: Line
    received_at: Moment


class Trial(Asked):
    """What would become of these bids for this lot under this profile."""

    profile: Annotated[str, Field(max_length=100)] = "report-2022"
    lot: TrialLot
    bids: Annotated[list[TrialBid], Field(max_length=1000)]


class Parameter(BaseModel):
    """A named number, or the answer chosen to a question that the law leaves open; with the reason of the choice."""

    value: int | str
    source: str
    reason: str
    answers: list[str] | None = None


class Wording(BaseModel):
    """A criterion, a step of the chain of ties, a refusal or a gap, in words."""

    name: str
    title: Translated
    words: Translated
    source: str
    formula: str | None = None


class ProfileSummary(BaseModel):
    """A scoring profile, as it stands in a list."""

    name: str
    version: str
    hash: str
    since: date
    until: date | None
    source: str


class Profile(ProfileSummary):
    """A scoring profile whole. `hash` is SHA-256 over the canonical JSON of all but the hash."""

    parameters: dict[str, Parameter]
    criteria: list[Wording]
    ties: list[Wording]
    refusals: list[Wording]
    undecided: list[Wording]


class Exact(BaseModel):
    """A number as an exact fraction, and rounded to be read."""

    exact: str
    display: str


class Judged(Exact):
    """What a criterion judged."""

    unit: str


class Part(BaseModel):
    """One of the shares that a criterion is the mean of."""

    name: str
    value: Exact | None
    share: Exact | None


class Points(BaseModel):
    """What a bid earned under one criterion, and how."""

    criterion: str
    value: Judged
    parts: list[Part]
    weight: int
    share: Exact
    points: Exact
    formula: str
    words: Translated
    source: str


class Ranked(BaseModel):
    """A bid in its place."""

    bid: str
    place: int
    total: Exact
    points: list[Points]


class TieStep(BaseModel):
    """A step of the chain that was asked about bids of equal points, and what it made of them."""

    step: str
    bids: list[str]
    order: list[list[str]]
    decided: bool
    words: Translated
    source: str


class Refused(BaseModel):
    """A bid that was not admitted, and why."""

    bid: str
    reason: str
    words: Translated
    source: str


class Gap(BaseModel):
    """Why the rules name no winner."""

    reason: str
    words: Translated
    source: str


class Scoring(BaseModel):
    """Who stands where and why: every point with its criterion, every tie with its steps."""

    profile: PinnedProfile
    winner: str | None
    undecided: Gap | None
    ranking: list[Ranked]
    ties: list[TieStep]
    refused: list[Refused]


def profile_summary_of(rules: Rules) -> ProfileSummary:
    """A profile as it stands in a list."""
    return ProfileSummary.model_validate({**rules.as_data(), "hash": rules.hash})


def profile_of(rules: Rules) -> Profile:
    """A profile whole."""
    return Profile.model_validate({**rules.as_data(), "hash": rules.hash})


def scoring_of(result: dict[str, Any]) -> Scoring:
    """A scoring as data in its public shape, which is the same."""
    return Scoring.model_validate(result)


def trial_lot(rules: Rules, given: TrialLot) -> ScoredLot:
    """A lot to try, as it is scored."""
    weights = given.weights or rules.default_weights
    return ScoredLot(amount=given.amount.tiyn, weights=weights, warranty_months=given.warranty_months)


def trial_bid(given: TrialBid) -> ScoredBid:
    """A bid to try, as it is scored."""
    return bid_of(given.id, given.received_at, given.model_dump())
