"""What becomes of a lot when its bids are open: who is admitted, who wins, or why nobody does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from procurement.domain.bars import Bar
from procurement.domain.errors import ProfileAsksMore
from scorer import Lot, Profile, UnknownProfile, bid_data, certify, profile, read_lot
from statute.money import Money

FEWEST_ADMITTED = 1
"""How many admitted bids a lot needs to be awarded.

The report names no number. The law before 2025 wanted two; of the rating-point method the Rules (No. 687, cl. 219)
only say that a single bid gets no discounts, so that it may win.
"""


class ProfileChanged(Exception):
    """The profile that was published with the tender is not the one that is known by its name now."""


class Outcome(StrEnum):
    """What became of a lot. All but the first leave it without a supplier."""

    AWARDED = "awarded"
    UNDECIDED = "undecided"  # the rules set nobody apart at the first place
    NO_BIDS = "no_bids"
    NONE_ADMITTED = "none_admitted"
    NOT_CONCLUDED = "not_concluded"  # nobody signed the contract who could be called to


OFFERED = frozenset({"experience_years", "income", "taxes", "payroll", "warranty_months"})
"""The facts that an offer states besides its price."""


@dataclass(frozen=True)
class Evaluation:
    """The outcome of a lot. `refusals` has the reason by refused bid, `certificate` all that it came from.

    `result` is the whole scoring as data, with the bids that are barred from it among those refused.
    """

    outcome: Outcome
    winner: str | None
    refusals: Mapping[str, str]
    result: dict[str, Any]
    certificate: dict[str, Any]


def evaluate(
    rules: Profile,
    lot: Lot,
    bids: Sequence[Mapping[str, Any]],
    barred: Mapping[str, Bar],
    subject: Mapping[str, Any],
) -> Evaluation:
    """Score the bids of a lot without those that are barred from it.

    Args:
        rules: the profile that was published.
        lot: what was published.
        bids: as `written_bid` says each.
        barred: by the id of a bid, why it is barred.
        subject: what the certificate is about.

    Raises:
        UnfitLot, UnfitBid: as `scorer.score`; what was published and taken is fit.
    """
    out = [barred[each["id"]].as_data(each["id"]) for each in bids if each["id"] in barred]
    certificate = certify(profile=rules, lot=lot, bids=bids, barred=out, subject=subject)
    scored = certificate["result"]
    result = scored | {"refused": [*scored["refused"], *out]}
    winner = scored["winner"] if len(scored["ranking"]) >= FEWEST_ADMITTED else None
    return Evaluation(
        outcome=_outcome(bids=len(bids), admitted=len(scored["ranking"]), winner=winner),
        winner=winner,
        refusals={each["bid"]: each["reason"] for each in result["refused"]},
        result=result,
        certificate=certificate,
    )


def require_offered(rules: Profile) -> None:
    """Have a profile ask of bids no more than an offer can state.

    Raises:
        ProfileAsksMore: it needs other facts, without which no bid could be scored.
    """
    more = {name for name, asked in rules.bid.items() if asked.default is None} - OFFERED
    if more:
        raise ProfileAsksMore(more)


def lot_of(rules: Profile, row: Mapping[str, Any]) -> Lot:
    """A lot as it is scored; `row` has its amount in tiyn and, by name, the terms that the profile asks for.

    Raises:
        UnfitLot: it cannot be scored by this profile.
    """
    terms = {name: row[name] for name in rules.lot if row.get(name) is not None}
    return read_lot(rules, {"amount": row["amount"], "terms": terms})


def written_bid(row: Mapping[str, Any], checks: Mapping[str, str]) -> dict[str, Any]:
    """An opened bid as a certificate has it, with the result of every bar that was asked of it."""
    return bid_data(
        str(row["id"]),
        row["received_at"],
        row["content"],
        checks=checks,
        commitment=row["commitment"],
        salt=row["salt"],
    )


def pinned_profile(row: Mapping[str, Any]) -> Profile:
    """The profile that was published with the tender in this row.

    Raises:
        ProfileChanged: what goes by its name now is another.
    """
    try:
        found = profile(row["profile"])
    except UnknownProfile as error:
        raise ProfileChanged from error
    if found.hash != row["profile_hash"]:
        raise ProfileChanged
    return found


def tiyn(amount: Mapping[str, Any]) -> int:
    """The tiyn in an amount as it is sent."""
    return Money.from_text(amount["amount"]).tiyn


def _outcome(*, bids: int, admitted: int, winner: str | None) -> Outcome:
    if winner is not None:
        return Outcome.AWARDED
    if not bids:
        return Outcome.NO_BIDS
    return Outcome.UNDECIDED if admitted else Outcome.NONE_ADMITTED
