"""What releases are made of: moments, sums, items and parties as OCDS writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = Mapping[str, Any]
Party: TypeAlias = tuple[Json, list[str]]
"""A party, and its roles in a release."""
Told: TypeAlias = tuple[list[str], Json, list[Party]]
"""What an act tells: its tags, the parts of its release, and the parties to it."""

PERSON = "KZ-IIN"  # the scheme of natural persons, of whom the public knows an opaque id alone
OURS = "ashyq"  # the source of what we publish ourselves
_CURRENCY = "KZT"
_LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the journal: what happened to what, when, and at what place."""

    entry: UUID
    index: int
    event: str
    object: UUID
    at: datetime
    public: Json


@dataclass(frozen=True, kw_only=True)
class Process:
    """A tender with all that hangs on it, as rows; of bids only those that are open, each with its supplier."""

    tender: Row
    lots: Sequence[Row]
    bids: Sequence[Row]
    awards: Sequence[Row]
    complaints: Sequence[Row]
    contracts: Sequence[Row]
    plan_items: Sequence[Row] = ()
    comments: Sequence[Row] = ()

    def award(self, award_id: UUID) -> Row:
        return next(each for each in self.awards if each["id"] == award_id)


def moment(at: datetime) -> str:
    """A moment in the one form whose order as text is that in time, by which releases are compiled."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def value(amount: int) -> Json:
    """A sum in tenge, as OCDS writes it."""
    whole, rest = divmod(amount, 100)
    return {"amount": whole if rest == 0 else amount / 100, "currency": _CURRENCY}


def award_name(award_id: UUID, revision: int) -> str:
    """The id of an award in releases: each revision of a result is one of its own."""
    return str(award_id) if revision == 1 else f"{award_id}-{revision}"


def purchase(process: Process, status: str) -> Json:
    """What is to be bought in a tender that is planned or published (its status)."""
    row = process.tender
    return {
        "id": str(row["id"]),
        **titled(row["title"]),
        "status": status,
        "procuringEntity": reference(buyer_of(row)),
        "value": value(row["amount"]),
        "procurementMethod": "open",
        "procurementMethodDetails": row["method"],
        "items": [item(lot) for lot in process.lots],
        "lots": [
            {"id": str(lot["id"]), **titled(lot["title"]), "status": status, "value": value(lot["amount"])}
            for lot in process.lots
        ],
    }


def item(lot: Row) -> Json:
    """What a lot buys: one item, which has the id of the lot."""
    quantity = lot["quantity"]
    return {
        "id": str(lot["id"]),
        "description": lot["item_name"],
        "classification": {"scheme": "x_KZ-ENSTRU", "id": lot["item_code"], "description": lot["item_name"]},
        "quantity": int(quantity) if quantity == int(quantity) else float(quantity),
        "unit": {"name": lot["unit"]},
        "relatedLot": str(lot["id"]),
    }


def buyer_of(row: Row) -> Json:
    return company("KZ-BIN", row["buyer"], row["buyer_name"])


def supplier_in(row: Row) -> Json:
    return party_named(row["party_id"], row["scheme"], row["number"], row["name"])


def party_named(party: UUID, scheme: str, number: str | None, name: str | None) -> Json:
    """A supplier as the public may know it: a natural person by its opaque id, without number or name."""
    if scheme == PERSON or number is None:
        return {"id": f"{OURS}-{party}"}
    return company(scheme, number, name)


def company(scheme: str, number: str, name: str | None) -> Json:
    identifier = {"scheme": scheme, "id": number} | ({} if name is None else {"legalName": name})
    return {"id": f"{scheme}-{number}", **({} if name is None else {"name": name}), "identifier": identifier}


def reference(party: Json) -> Json:
    return {name: party[name] for name in ("id", "name") if name in party}


def language_of(titles: Mapping[str, str]) -> str:
    return next(each for each in _LANGUAGES if each in titles)


def titled(titles: Mapping[str, str]) -> Json:
    first = language_of(titles)
    return {"title": titles[first]} | {f"title_{each}": text for each, text in titles.items() if each != first}
