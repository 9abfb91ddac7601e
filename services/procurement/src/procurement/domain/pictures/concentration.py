"""How what was awarded is divided among suppliers: the largest by name, the others together, and one number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from procurement.domain.pictures.telling import say, tenge
from servicekit.numerals import number, percent
from servicekit.svg import (
    FAINT,
    GREY,
    INK,
    SMALL,
    Caption,
    below_title,
    box,
    fitting,
    line,
    sheet,
    words,
)

SHOWN = 10
_WIDTH = 760
_NAME, _BAR, _END = 250, 264, 600
_TOP, _EACH = 104, 30
_WHOLE = 10_000


@dataclass(frozen=True)
class Supplied:
    """What was awarded to one supplier, in tiyn; `name` is None of a natural person, whom the opaque id names."""

    party: str
    name: str | None
    total: int
    count: int


@dataclass(frozen=True)
class Concentration:
    """The largest suppliers, and of all: how many they are, what they were awarded, and the sum of squared shares.

    `hhi` is the Herfindahl–Hirschman index: the shares in percent, squared and added up; 10,000 is one supplier.
    """

    largest: Sequence[Supplied]
    suppliers: int
    total: int
    hhi: int


def picture_of_concentration(found: Concentration, subject: str | None, language: str, data_href: str) -> str:
    """Bars of shares, the largest first; `subject` is what was bought or who bought, None for all."""
    title = say("concentration.title", language, subject=subject or say("concentration.all", language))
    data = say("data", language, href=data_href)
    if not found.largest:
        nothing = say("nothing", language)
        return sheet(_WIDTH, 120, Caption(title, nothing, data_href, data, language), [words(20, 80, nothing)])
    index = say("concentration.hhi", language, hhi=number(found.hhi, language), most=number(_WHOLE, language))
    description = say(
        "concentration.description", language, suppliers=number(found.suppliers, language),
        total=tenge(found.total, language), hhi=index,
        share=percent(found.largest[0].total, found.total, language),
    )  # fmt: skip
    rows = [(_name(each, language), each.total, "solid") for each in found.largest[:SHOWN]]
    others = found.suppliers - len(rows)
    if others > 0:
        rest = found.total - sum(total for _, total, _ in rows)
        rows.append((say("concentration.others", language, n=number(others, language)), rest, "lines"))
    head = [words(20, below_title(title, _WIDTH), fitting(index, _WIDTH - 40))]
    body = [*head, *_bars(rows, found.total, language)]
    caption = Caption(title, description, data_href, data, language)
    return sheet(_WIDTH, _TOP + _EACH * len(rows) + 58, caption, body, patterns=["solid", "lines"])


def hhi_of(totals: Sequence[int]) -> int:
    """The index of these sums, rounded down: the shares in percent, squared and added up; 0 of nothing."""
    whole = sum(totals)
    return sum(each * each for each in totals) * _WHOLE // (whole * whole) if whole else 0


def _name(each: Supplied, language: str) -> str:
    return each.name or say("concentration.person", language, party=f"{each.party[-8:]}")


def _bars(rows: Sequence[tuple[str, int, str]], whole: int, language: str) -> Iterator[str]:
    largest = max(total for _, total, _ in rows) or 1
    bottom = _TOP + _EACH * len(rows)
    for n, (name, total, pattern) in enumerate(rows):
        y = _TOP + _EACH * n
        width = (_END - _BAR) * total / largest
        yield words(_NAME, y + 18, fitting(name, _NAME - 20), anchor="end")
        yield line(_BAR, y + _EACH, _END, y + _EACH, stroke=FAINT)
        yield box(_BAR, y + 4, width, _EACH - 10, fill=f"url(#{pattern})", stroke=INK)
        yield words(_BAR + width + 8, y + 18, percent(total, whole, language), bold=True)
        yield words(_WIDTH - 20, y + 18, tenge(total, language), size=SMALL, anchor="end", fill=GREY)
    yield line(_BAR, _TOP, _BAR, bottom)
