"""What another source's releases come to: where they are from, and the awards in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from procurement.domain.ocds.parts import PERSON, Json
from statute.deadlines import local

_PREFIX = len("ocds-213czf")
_LARGEST = 10**16 - 1  # hundredths; a hundred such awards can be added up in a column


@dataclass(frozen=True, slots=True)
class ForeignAward:
    """An award in a compiled release that has a buyer, a supplier, a day and a sum, as a row of the list of awards.

    `supplier` is the scheme, number and name of the first one; `words` are those by which it is found.
    """

    row: Json
    supplier: tuple[str, str, str | None]
    words: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a release was not kept: `n` is its place in what was sent, from 1; `reason` a stable word."""

    n: int
    ocid: str | None
    id: str | None
    pointer: str
    reason: str
    detail: str


@dataclass(slots=True)
class Imported:
    """What became of the releases that were sent."""

    kept: int = 0
    known: int = 0
    awards: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def source_of(ocid: str) -> str:
    """What the source of a process is called if nobody says otherwise: the prefix of its publisher."""
    return ocid[:_PREFIX]


def names_a_person(release: Json) -> str | None:
    """Where a release has the number of a natural person, as a JSON pointer; None if it has none."""
    return next(_persons(release, ""), None)


def _persons(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("scheme") == PERSON and value.get("id") is not None:
            yield f"{pointer}/id"
        for name, member in value.items():
            yield from _persons(member, f"{pointer}/{name}")
    elif isinstance(value, list):
        for n, member in enumerate(value):
            yield from _persons(member, f"{pointer}/{n}")


def awards_in(compiled: Json, source: str) -> Iterator[ForeignAward]:
    """The awards of a process that say who is to be paid how much by whom."""
    parties = {str(each.get("id")): each for each in compiled.get("parties") or ()}
    tender: Json = compiled.get("tender") or {}
    buyer = compiled.get("buyer") or tender.get("procuringEntity") or {}
    if buyer.get("id") is None and not buyer.get("name"):
        return
    bought = _number_of(buyer, parties, source)
    lots = {str(each["id"]): each for each in tender.get("lots") or ()}
    for award in compiled.get("awards") or ():
        amount, currency = _sum(award.get("value"))
        awarded_at = _moment(award.get("date")) or _moment(compiled.get("date"))
        suppliers = [each for each in award.get("suppliers") or () if each.get("id") is not None or each.get("name")]
        if amount is None or currency is None or awarded_at is None or not suppliers:
            continue
        allocated, allocated_in = _sum(_allocated(award, tender, lots))
        supplier = _number_of(suppliers[0], parties, source)
        code, thing = _item(award, tender)
        title = award.get("title") or tender.get("title") or ""
        names = (str(each.get("name") or "") for each in suppliers)
        yield ForeignAward(
            {
                "id": listed_as(str(compiled["ocid"]), str(award["id"])),
                "version": 1,
                "source": source,
                "ocid": compiled["ocid"],
                "status": award.get("status") or "",
                "method": tender.get("procurementMethod") or "",
                "region": _region(buyer, parties),
                "buyer_scheme": bought[0],
                "buyer": bought[1],
                "buyer_name": bought[2] or bought[1],
                "item_code": code,
                "item_name": thing,
                "amount": amount,
                "currency": currency,
                "allocated": allocated if allocated_in == currency else None,
                "awarded_at": awarded_at,
                "awarded_on": local(awarded_at).date(),
            },
            supplier,
            "\n".join([title, bought[2] or "", code, thing, *names, str(compiled["ocid"])]),
        )


def listed_as(ocid: str, award: str) -> UUID:
    """The same award has the same id however often it is imported."""
    return uuid5(NAMESPACE_URL, f"{ocid}#award-{award}")


def _number_of(reference: Json, parties: Mapping[str, Json], source: str) -> tuple[str, str, str | None]:
    """A party's scheme, number and name: its number in a register if the source says it, else its id in the source."""
    party = parties.get(str(reference.get("id")), {})
    identifier = party.get("identifier") or reference.get("identifier") or {}
    name = party.get("name") or reference.get("name")
    if identifier.get("scheme") and identifier.get("id") is not None:
        return str(identifier["scheme"]), str(identifier["id"]), name
    return source, str(reference.get("id") or name), name


def _region(buyer: Json, parties: Mapping[str, Json]) -> str:
    address = parties.get(str(buyer.get("id")), {}).get("address") or buyer.get("address") or {}
    return str(address.get("region") or "")[:200]


def _allocated(award: Json, tender: Json, lots: Mapping[str, Json]) -> Json | None:
    """What was meant to be spent on the lot of an award, or on the tender where it has a single award's scope."""
    related = award.get("relatedLots") or []
    if len(related) == 1 and str(related[0]) in lots:
        found: Json | None = lots[str(related[0])].get("value")
        return found
    whole: Json | None = None if lots else tender.get("value")
    return whole


def _item(award: Json, tender: Json) -> tuple[str, str]:
    """The code and the name of the first item."""
    items = award.get("items") or tender.get("items") or [{}]
    kind = items[0].get("classification") or {}
    name = items[0].get("description") or kind.get("description") or award.get("title") or ""
    return str(kind.get("id") or ""), str(name)


def _sum(value: Any) -> tuple[int | None, str | None]:
    """An amount in hundredths, and its currency."""
    if not isinstance(value, dict) or value.get("amount") is None:
        return None, None
    hundredths = int((Decimal(str(value["amount"])) * 100).to_integral_value(ROUND_HALF_EVEN))
    return hundredths if 0 <= hundredths <= _LARGEST else None, value.get("currency")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.upper())
