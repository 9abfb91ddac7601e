"""The shapes of scoring profiles, whose numbers, formulas and open questions anybody reads."""

from datetime import date

from pydantic import BaseModel, JsonValue

from scorer import Profile as Rules
from servicekit.languages import Translated


class Tier(BaseModel):
    """What holds for sizes up to a bound, itself included; null bounds nothing."""

    up_to: int | None
    value: int | str


Number = int | str | list[Tier]


class Parameter(BaseModel):
    """A named number, a table of them, or the answer chosen to a question; with the reason of the choice.

    Where a question is `open`, the law leaves it so: if another answer gives another winner, nobody wins.
    """

    value: Number | dict[str, Number]
    source: str
    reason: str
    answers: list[str] | None = None
    open: bool = False


class Wording(BaseModel):
    """A criterion, a step of the chain of ties, a refusal or a gap, in words."""

    name: str
    title: Translated
    words: Translated
    source: str
    formula: str | None = None
    weight: str | None = None
    better: str | None = None
    unit: str | None = None


class AskedFor(BaseModel):
    """A term of lots or a fact of bids that a profile asks for; `better` says whether more or less can only help."""

    name: str
    kind: str
    title: Translated
    unit: str | None = None
    better: str | None = None
    answers: list[str] | None = None
    length: int | None = None
    most: int | None = None
    default: JsonValue = None
    source: str | None = None


class Requirement(BaseModel):
    """What must be true of a lot or a bid for it to be scored at all."""

    name: str
    of: str
    formula: str


class Measure(BaseModel):
    """A number that is reckoned from facts on the way to points, places or refusals."""

    name: str
    title: Translated
    unit: str
    formula: str


class ComplaintRegime(BaseModel):
    """Whether a result can be complained of, in how many working days, to whom, and whether the contract waits."""

    appealable: bool
    days: int | None
    reviewer: str | None
    review_days: int | None
    standstill: bool
    words: Translated
    source: str


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
    lot: list[AskedFor]
    bid: list[AskedFor]
    requirements: list[Requirement]
    measures: list[Measure]
    criteria: list[Wording]
    total: Wording
    ties: list[Wording]
    refusals: list[Wording]
    undecided: list[Wording]
    dumping: Wording | None
    complaint: ComplaintRegime | None


def profile_summary_of(rules: Rules) -> ProfileSummary:
    """A profile as it stands in a list."""
    return ProfileSummary.model_validate({**rules.as_data(), "hash": rules.hash})


def profile_of(rules: Rules) -> Profile:
    """A profile whole."""
    return Profile.model_validate({**rules.as_data(), "hash": rules.hash})
