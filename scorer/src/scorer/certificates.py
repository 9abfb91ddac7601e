"""Certificates of scoring: all that a result came from, so that anybody can work it out again without asking anyone.

A certificate is one line of canonical JSON. Of its members `digest` is SHA-256 over the canonical JSON of those in
`DIGESTED`; `explanation` follows from them and is worked out again, and `receipt` proves itself: by it the journal of
whoever scored has published the digest.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from scorer.documents import read_profile
from scorer.explanation import explain
from scorer.inputs import Bid, Lot
from scorer.margins import margin
from scorer.notation import canonical
from scorer.profiles import Profile
from scorer.reading import read_bid, read_lot
from scorer.scoring import score
from statute.money import Money

FORMAT = "ashyq-certificate/1"
DIGESTED = ("barred", "bids", "code", "format", "lot", "profile", "result", "subject")
EXPLAINED = 12
"""A certificate of more bids than these is not explained: the work grows with their square, where bids are compared."""
MEMBERS = frozenset({*DIGESTED, "digest", "explanation", "receipt"})
OF_A_BID = frozenset({"checks", "commitment", "confirmed", "id", "received_at", "salt", "stated"})
OF_A_BAR = frozenset({"bid", "reason", "source", "words"})


def certify(
    *,
    profile: Profile,
    lot: Lot,
    bids: Sequence[Mapping[str, Any]],
    barred: Sequence[Mapping[str, Any]] = (),
    subject: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Score bids, and make the certificate of it, without a receipt.

    Args:
        profile: the rules.
        lot: what was published.
        bids: what `bid_data` says of each; the order does not matter.
        barred: bids that were not scored, each with `bid`, `reason`, `words`, `source` and any `evidence`; of `bids`.
        subject: what it is about; None for a trial.

    Raises:
        UnfitLot, UnfitBid: as `score`.
    """
    shown = sorted(bids, key=lambda bid: str(bid["id"]))
    made: dict[str, Any] = {
        "barred": sorted((dict(each) for each in barred), key=lambda each: str(each["bid"])),
        "bids": [dict(bid) for bid in shown],
        "code": code_hash(),
        "explanation": None,
        "format": FORMAT,
        "lot": lot.as_data(),
        "profile": {"hash": profile.hash, "rules": profile.as_data()},
        "receipt": None,
        "subject": None if subject is None else dict(subject),
    }
    out = {str(each["bid"]) for each in barred}
    made["result"] = scored(profile, lot, [read_stated(profile, bid) for bid in shown], out)
    made["digest"] = digest(made)
    return made


def explained(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return a certificate with its explanation: what would have won, and whose absence would change the winner.

    One of more scored bids than `EXPLAINED` stays as it is.
    """
    profile = read_profile(certificate["profile"]["rules"])
    bids = scored_bids(profile, certificate)
    if len(bids) > EXPLAINED:
        return dict(certificate)
    return {**certificate, "explanation": explanation(profile, read_lot(profile, certificate["lot"]), bids)}


def would_have_won(certificate: Mapping[str, Any], bid: str) -> dict[str, Any]:
    """Return what alone would have made one of the scored bids win, as `Margin.as_data`.

    Raises:
        KeyError: none of the scored bids has this id.
    """
    profile = read_profile(certificate["profile"]["rules"])
    lot = read_lot(profile, certificate["lot"])
    return margin(profile, lot, scored_bids(profile, certificate), bid).as_data()


def explanation(profile: Profile, lot: Lot, bids: Sequence[Bid]) -> dict[str, Any]:
    """Return what follows from the rest of a certificate, with the hash of the code that it was found by."""
    return {"code": code_hash(), **explain(profile, lot, bids).as_data()}


def scored_bids(profile: Profile, certificate: Mapping[str, Any]) -> list[Bid]:
    """Return the bids of a certificate that were not barred."""
    barred = {each["bid"] for each in certificate["barred"]}
    return [read_stated(profile, each) for each in certificate["bids"] if each["id"] not in barred]


def digest(certificate: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, over what a certificate commits to."""
    return hashlib.sha256(canonical({name: certificate[name] for name in DIGESTED})).hexdigest()


@cache
def code_hash() -> str:
    """Return the SHA-256, in hexadecimal, over the sources that decide: another version of them has another.

    The batches in a folder of their own are not among them, for no certificate comes of these.
    """
    sources = {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest()
        for one in files("scorer").iterdir()
        if one.name.endswith(".py")
    }
    return hashlib.sha256(canonical(sources)).hexdigest()


def bid_data(  # noqa: PLR0913 - each side of a bid is said once
    bid: str,
    received_at: dt.datetime,
    stated: Mapping[str, Any],
    *,
    confirmed: Mapping[str, Any] | None = None,
    checks: Mapping[str, str] | None = None,
    commitment: str | None = None,
    salt: str | None = None,
) -> dict[str, Any]:
    """Write a bid down.

    Args:
        bid: its id.
        received_at: when it was received.
        stated: what its supplier sent, unchanged: this is what `commitment` commits to.
        confirmed: facts that registers confirm, in tiyn where they are money; they stand before what is stated.
        checks: what each register said of the supplier.
        commitment: SHA-256, in hexadecimal, over the salt and the canonical JSON of `stated`.
        salt: in hexadecimal.
    """
    return {
        "checks": dict(checks or {}),
        "commitment": commitment,
        "confirmed": dict(confirmed or {}),
        "id": bid,
        "received_at": received_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "salt": salt,
        "stated": dict(stated),
    }


def read_stated(profile: Profile, data: Mapping[str, Any]) -> Bid:
    """Read a bid that was written down: of what was stated, and before that of what was confirmed, what is asked for.

    Raises:
        UnfitBid, KeyError, TypeError, ValueError: it is no bid.
    """
    said = data["stated"] | data["confirmed"]
    facts = {name: _in_tiyn(said[name]) for name in profile.bid if said.get(name) is not None}
    price, received = _in_tiyn(said["price"]), data["received_at"]
    return read_bid(profile, {"id": data["id"], "price": price, "received_at": received, "facts": facts})


def scored(profile: Profile, lot: Lot, bids: Sequence[Bid], barred: Collection[str]) -> dict[str, Any]:
    return score(profile, lot, [bid for bid in bids if bid.id not in barred]).as_data()


def _in_tiyn(value: Any) -> Any:
    """A fact with its amounts of money, which are objects where they are sent, as whole tiyn."""
    if isinstance(value, Mapping) and value.keys() == {"amount", "currency"}:
        return Money.from_text(value["amount"]).tiyn
    return [_in_tiyn(each) for each in value] if isinstance(value, list) else value
