"""The shapes of scoring, with the reason of every point."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, Field, JsonValue

from procurement.domain.evaluation import lot_of
from procurement.domain.recounting import Recount as Recounted
from procurement.schemas.bids import Years
from procurement.schemas.parts import Amount, Asked, Line, Moment, PinnedProfile, amount_of
from procurement.schemas.tenders import Weights
from scorer import Lot as ScoredLot
from scorer import Profile as Rules
from scorer import bid_data
from scorer.notation import written
from servicekit.languages import Translated
from servicekit.receipts import Receipt


class TrialLot(Asked):
    """A lot to try; without weights, those of the profile. `terms` are what the profile asks of a lot besides."""

    amount: Amount
    weights: Weights | None = None
    warranty_months: Annotated[int, Field(ge=0, le=600)] = 0
    terms: Annotated[dict[str, JsonValue], Field(default_factory=dict, max_length=50)]


class TrialBid(Asked):
    """A bid to try; `id` is what it is called in the answer.

    `facts` are what the profile asks of a bid besides the fields of an offer, amounts of money in whole tiyn.
    """

    id: Line
    received_at: Moment
    price: Amount
    experience_years: Annotated[int, Field(ge=0, le=200)] | None = None
    income: Years | None = None
    taxes: Years | None = None
    payroll: Years | None = None
    warranty_months: Annotated[int, Field(ge=0, le=1200)] | None = None
    facts: Annotated[dict[str, JsonValue], Field(default_factory=dict, max_length=50)]


class Trial(Asked):
    """What would become of these bids for this lot under this profile."""

    profile: Annotated[str, Field(max_length=100)] = "report-2022"
    lot: TrialLot
    bids: Annotated[list[TrialBid], Field(max_length=1000)]


class Exact(BaseModel):
    """A number as an exact fraction, and rounded to be read."""

    exact: str
    display: str


class Judged(Exact):
    """What a criterion judged."""

    unit: str


class Part(BaseModel):
    """A number on the way to points; null when it is missing."""

    name: str
    title: Translated
    value: Exact | None
    unit: str
    formula: str


class Points(BaseModel):
    """What a bid earned under one criterion, and how."""

    criterion: str
    value: Judged
    parts: list[Part]
    weight: int | None
    share: Exact | None
    points: Exact
    formula: str
    words: Translated
    source: str


class Ranked(BaseModel):
    """A bid in its place."""

    bid: str
    place: int
    total: Judged
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
    bars: list[str] = []
    evidence: dict[str, Any] | None = None
    words: Translated
    source: str


class Dumped(BaseModel):
    """A bid whose price is below the lowest one that the rules expect, and by how much."""

    bid: str
    floor: Judged
    shortfall: Judged
    words: Translated
    source: str


class Differing(BaseModel):
    """A question that the law leaves open, and who wins by another answer than the profile's."""

    parameter: str
    answer: str
    winner: str | None


class Gap(BaseModel):
    """Why the rules name no winner; `differing` where it depends on what the law leaves open."""

    reason: str
    words: Translated
    source: str
    differing: list[Differing] = []


class Certificate(BaseModel):
    """All that a result came from, as `ashyq-verify` works it out again: see docs/certificate.md.

    `digest` is SHA-256 over the canonical JSON of the members that are not it, nor `explanation` nor `receipt`.
    """

    barred: list[Refused]
    bids: list[dict[str, Any]]
    code: str
    digest: str
    explanation: dict[str, Any] | None
    format: str
    lot: dict[str, Any]
    profile: dict[str, Any]
    receipt: Receipt | None
    result: dict[str, Any]
    subject: dict[str, Any] | None


class Scoring(BaseModel):
    """Who stands where and why: every point with its criterion, every tie with its steps."""

    profile: PinnedProfile
    winner: str | None
    runner_up: str | None = None
    undecided: Gap | None
    ranking: list[Ranked]
    ties: list[TieStep]
    refused: list[Refused]
    dumping: list[Dumped] = []


class WouldHaveWon(BaseModel):
    """What alone would have made a bid win, the others being as they are; null where no change of it would do.

    `price` is the highest that would have won. `facts` has the value nearest to the worst that would have: a whole
    number, money in tiyn, a fraction as text; for figures of years how much more in the last complete one; for objects
    how many years of one more. `behind` is how far its total is from that of the winner.
    """

    bid: str
    behind: Exact | None
    price: Amount | None
    facts: dict[str, JsonValue]


class Reversal(BaseModel):
    """A bid that did not win, and who would have won without it; null where nobody would."""

    without: str
    winner: str | None


class Explanation(BaseModel):
    """What the rules make of small changes.

    `reversals` are the bids without which another would have won; where the profile is `absolute`, which compares no
    bid with another, there can be none. Null: not worked out, for so many bids.
    """

    would_have_won: list[WouldHaveWon]
    absolute: bool | None
    reversals: list[Reversal] | None


class LotResult(Scoring):
    """How the bids for a lot were scored, and by how much each lost.

    `explanation` is null for more bids than are explained at once; then it can be asked for one `bid`.
    """

    explanation: Explanation | None


class Unsaid(BaseModel):
    """What a profile asks for and was not said: of a bid, or of the lot where `bid` is null."""

    bid: str | None
    names: list[str]


class Recount(BaseModel):
    """What would have become of the same bids by another profile; nothing of it is stored.

    `result` is null where `missing` names what this profile asks for and nobody said, or `unfit` why it cannot be
    scored. `winner_then` won by the profile that was published; `same_winner` is null where there is no result.
    """

    profile: PinnedProfile
    lot: dict[str, Any] | None
    result: Scoring | None
    winner_then: str | None
    same_winner: bool | None
    missing: list[Unsaid]
    unfit: str | None


def lot_result_of(result: dict[str, Any], explanation: dict[str, Any] | None) -> LotResult:
    """A scoring with its explanation as a certificate has it."""
    told = explanation and Explanation(
        would_have_won=[_would_have_won(result, each) for each in explanation["would_have_won"]],
        absolute=explanation["absolute"],
        reversals=explanation["reversals"],
    )
    return LotResult.model_validate({**result, "explanation": told})


def one_explained(result: dict[str, Any], margin: dict[str, Any], bid: str) -> LotResult:
    """A scoring with what would have made one bid win, and no more."""
    told = Explanation(would_have_won=[_would_have_won(result, margin | {"bid": bid})], absolute=None, reversals=None)
    return LotResult.model_validate({**result, "explanation": told})


def _would_have_won(result: dict[str, Any], margin: dict[str, Any]) -> WouldHaveWon:
    totals = {each["bid"]: each["total"] for each in result["ranking"]}
    own, best = totals.get(margin["bid"]), totals.get(result["winner"])
    behind = None
    if own is not None and best is not None:
        places = len(own["display"].partition(".")[2])
        behind = Exact(**written(abs(Fraction(best["exact"]) - Fraction(own["exact"])), places))
    price = None if margin["price"] is None else amount_of(margin["price"])
    return WouldHaveWon(bid=margin["bid"], behind=behind, price=price, facts=margin["facts"])


def recount_of(rules: Rules, found: Recounted, winner: str | None) -> Recount:
    """A recount in its public shape, beside who won then."""
    return Recount(
        profile=PinnedProfile(name=rules.name, version=rules.version, hash=rules.hash),
        lot=found.lot,
        result=found.result and scoring_of(found.result),
        winner_then=winner,
        same_winner=None if found.result is None else found.result["winner"] == winner,
        missing=[Unsaid(bid=bid or None, names=list(names)) for bid, names in found.missing.items()],
        unfit=found.unfit,
    )


def scoring_of(result: dict[str, Any]) -> Scoring:
    """A scoring as data in its public shape, which is the same."""
    return Scoring.model_validate(result)


def trial_lot(rules: Rules, given: TrialLot) -> ScoredLot:
    """A lot to try, as it is scored."""
    return lot_of(rules, {**given.model_dump(), **given.terms, "amount": given.amount.tiyn})


def trial_bid(given: TrialBid) -> dict[str, Any]:
    """A bid to try, as a certificate has it."""
    stated = given.model_dump(exclude={"facts", "id", "received_at"}, exclude_none=True)
    return bid_data(given.id, given.received_at, {**stated, **given.facts})
