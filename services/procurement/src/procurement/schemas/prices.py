"""The shapes of what prices are beside what others paid."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from procurement.queries.prices import Beside, By
from procurement.schemas.parts import Amount, Item, Sum, amount_of, sum_of
from redflags.prices import PARAMETERS, Rung, window, words_for
from servicekit.database import Row
from servicekit.languages import Language, Translated

_MICRO = 1_000_000
_SHARE_PLACES = 10_000
_PRICES = ("unit_price", "low", "median", "reference", "high")
_COMPARED = (*_PRICES, "score", "overstatement", "computed_at")
PerUnit = Annotated[str, Field(description="Tenge for one unit, rounded down to a millionth.", examples=["1900.00"])]


class OverstatementSum(BaseModel):
    """What awards with a key in common cost above the prices that three of four peers did not exceed.

    `count` awards were looked at, `priced` of them had enough peers, `above` of those cost more. `total` is what the
    priced ones cost, and `share` the part of it that is `overstatement`. The name of a class is in the language asked.
    """

    key: str
    name: str | None
    count: int
    priced: int
    above: int
    total: Amount
    overstatement: Amount
    share: Annotated[str, Field(description="From 0 to 1, with four decimals.", examples=["0.0312"])]


class Level(BaseModel):
    """Which awards are the peers: a rung of the ladder, in words, and from which day to before which."""

    rung: str
    words: Translated
    code: str
    unit: str | None
    region: str | None
    since: date
    before: date


class Peer(BaseModel):
    """Another award of the same class, and what a unit cost there (in prices of the award's quarter, if deflated)."""

    award: UUID
    awarded_on: date
    buyer: str
    buyer_name: str
    unit_price: PerUnit


class Step(BaseModel):
    """How many peers paid at least `least` and less than `below`; the first begins at zero, the last has no end."""

    least: PerUnit
    below: PerUnit | None
    count: int


class Percents(BaseModel):
    """How many of a hundred peers paid no more than each of the four prices."""

    low: int
    median: int
    reference: int
    high: int


class Choice(BaseModel):
    """The parameters of a comparison: their name, version and hash; `GET /v1/overpricing/parameters` has them whole."""

    name: str
    version: str
    hash: str


class AwardPrice(BaseModel):
    """How the price of a unit stands beside what others paid before.

    `score` is the distance of its logarithm from the median in usual deviations; null where half of the peers paid one
    price. `overstatement` is what the quantity cost more than at the `reference` price. All of it is null where the
    comparison is not `priced`. `peers` are the newest of them, at most a hundred.
    """

    award: UUID
    state: str
    words: Translated
    item: Item
    quantity: str | None
    unit: str | None
    amount: Sum
    unit_price: PerUnit | None
    level: Level | None
    n: int
    fewest_peers: int
    low: PerUnit | None
    median: PerUnit | None
    reference: PerUnit | None
    high: PerUnit | None
    percents: Percents
    score: str | None
    overstatement: Amount | None
    steps: list[Step]
    peers: list[Peer]
    parameters: Choice
    computed_at: datetime | None
    synthetic: bool


class NamedChoice(BaseModel):
    """One number or one choice, where it is from and why."""

    name: str
    value: Any
    source: str
    reason: str


class ClassOfItems(BaseModel):
    """A class of items: the codes that begin so, of all classes by the longest beginning."""

    name: str
    prefixes: list[str]
    title: Translated
    source: str


class PriceParameters(BaseModel):
    """All that a comparison of prices depends on; the hash is that of the choices and the classes."""

    name: str
    version: str
    hash: str
    parameters: list[NamedChoice]
    classes: list[ClassOfItems]


def overstatement_sum_of(row: Row, by: By, language: Language) -> OverstatementSum:
    """A line of a summary."""
    titles = {each.name: each.title[language] for each in PARAMETERS.classes} if by is By.CLASS else {}
    return OverstatementSum(
        key=row["key"],
        name=titles.get(row["key"], row["name"]),
        count=row["count"],
        priced=row["priced"],
        above=row["above"],
        total=amount_of(row["total"]),
        overstatement=amount_of(row["overstatement"]),
        share=share_text(row["overstatement"], row["total"]),
    )


def price_of(beside: Beside) -> AwardPrice:
    """The price of an award beside its peers, as everybody sees it."""
    row = in_force(beside.row)
    return AwardPrice(
        award=row["award_id"],
        state=row["state"],
        words=_translated(words_for(row["state"], row["overstatement"], PARAMETERS)),
        item=Item(code=row["item_code"], name=row["item_name"]),
        quantity=None if row["quantity"] is None else format(row["quantity"], "f"),
        unit=row["unit"],
        amount=sum_of(row["amount"], row["currency"]),
        level=None if beside.rung is None else _level_of(row, beside.rung),
        n=row["n"],
        fewest_peers=PARAMETERS.fewest_peers,
        **{name: None if row[name] is None else per_unit(row[name]) for name in _PRICES},
        percents=Percents(**dict(zip(Percents.model_fields, PARAMETERS.percents, strict=True))),
        score=None if row["score"] is None else f"{row['score']:.2f}",
        overstatement=None if row["overstatement"] is None else amount_of(row["overstatement"]),
        steps=_steps_of(beside.bounds, beside.counts),
        peers=[_peer_of(each) for each in beside.peers],
        parameters=Choice(name=PARAMETERS.name, version=PARAMETERS.version, hash=PARAMETERS.hash),
        computed_at=row["computed_at"],
        synthetic=row["synthetic"],
    )


def in_force(row: Row) -> Row:
    """The comparison in this row; one by other parameters is none, and waits to be made anew."""
    if row["parameters"] == PARAMETERS.hash:
        return row
    return {**row, **dict.fromkeys(_COMPARED), "state": "waiting", "n": 0}


def price_parameters() -> PriceParameters:
    """The parameters in force."""
    return PriceParameters(
        name=PARAMETERS.name,
        version=PARAMETERS.version,
        hash=PARAMETERS.hash,
        parameters=[
            NamedChoice(name=name, value=each.value, source=each.source, reason=each.reason)
            for name, each in PARAMETERS.parameters.items()
        ],
        classes=[
            ClassOfItems(
                name=each.name, prefixes=list(each.prefixes), title=_translated(each.title), source=each.source
            )
            for each in PARAMETERS.classes
        ],
    )


def per_unit(micro: int) -> str:
    """A price of a unit in tenge, of millionths, with two decimals or more."""
    whole, rest = divmod(int(micro), _MICRO)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"


def share_text(part: int, whole: int) -> str:
    """A part of a whole with four decimals, rounded down; none of nothing is nothing."""
    share = part * _SHARE_PLACES // whole if whole else 0
    return f"{share // _SHARE_PLACES}.{share % _SHARE_PLACES:04}"


def _level_of(row: Row, rung: Rung) -> Level:
    since, before = window(row["awarded_on"], PARAMETERS)
    return Level(
        rung=rung.name,
        words=_translated(PARAMETERS.rungs[rung.name]),
        code=row["item_code"] if rung.prefix is None else row["plain_code"][: rung.prefix],
        unit=row["unit"],
        region=row["region"] if rung.region else None,
        since=since,
        before=before,
    )


def _steps_of(bounds: Sequence[int], counts: Mapping[int, int]) -> list[Step]:
    if not bounds:
        return []
    edges = [0, *bounds]
    return [
        Step(least=per_unit(least), below=per_unit(below) if below is not None else None, count=counts.get(n, 0))
        for n, (least, below) in enumerate(zip(edges, [*bounds, None], strict=True))
        if n or least < edges[1]
    ]


def _peer_of(row: Row) -> Peer:
    return Peer(
        award=row["id"],
        awarded_on=row["awarded_on"],
        buyer=row["buyer"],
        buyer_name=row["buyer_name"],
        unit_price=per_unit(row["price"]),
    )


def _translated(texts: Mapping[str, str]) -> Translated:
    return Translated(**texts)
