"""How many peers paid how much for a unit, and where one award stands among them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from procurement.domain.pictures.spending import grid_for
from procurement.domain.pictures.telling import per_unit, say, tenge
from servicekit.numerals import day, number
from servicekit.svg import (
    ACCENT,
    FAINT,
    GREY,
    INK,
    PAPER,
    SMALL,
    Caption,
    below_title,
    box,
    element,
    line,
    sheet,
    width_of,
    words,
    wrapped,
)

_WIDTH, _HEIGHT = 760, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 730, 232, 396
_LOW = 232  # the axis of single prices
_AXIS_LABELS = 5
_HALO: dict[str, Any] = {"stroke": PAPER, "stroke_width": 4, "paint_order": "stroke"}


@dataclass(frozen=True)
class Marks:
    """The marked prices, in millionths of a tenge: `percent` of a hundred peers paid no more than `reference`."""

    median: int
    reference: int
    percent: int


@dataclass(frozen=True)
class PriceShown:
    """The price of an award among those of its peers.

    `verdict` and `level` are words in the language of the picture. `counts` are by the number of the bound from which
    on they were paid, as in `queries.peers`; `peers` are single prices, where there are too few to count. Without a
    unit price there is nothing but the verdict.
    """

    item: str
    unit: str
    verdict: str
    price: int | None = None
    level: str = ""
    since: date | None = None
    before: date | None = None
    n: int = 0
    bounds: Sequence[int] = ()
    counts: Mapping[int, int] = field(default_factory=dict)
    marks: Marks | None = None
    peers: Sequence[int] = ()
    overstatement: int | None = None


def picture_of_prices(shown: PriceShown, language: str, data_href: str) -> str:
    """The distribution with the award marked; with too few peers, each of them by itself."""
    title = say("prices.title", language, item=shown.item, unit=shown.unit or "–")
    said = [shown.verdict, *_said(shown, language)]
    caption = Caption(title, " ".join(said), data_href, say("data", language, href=data_href), language)
    lines = [each for text in said for each in wrapped(text, _WIDTH - 40, most=2)]
    begin = below_title(title, _WIDTH)
    head = [words(20, begin + 19 * n, text) for n, text in enumerate(lines)]
    if shown.price is None or not (shown.marks or shown.peers):
        return sheet(_WIDTH, begin + 19 * len(lines) + 34, caption, head)
    if shown.marks is None:
        return sheet(_WIDTH, _LOW + 80, caption, [*head, *_singles(shown.price, shown.peers, language)])
    body = [*head, *_bars(shown, language), *_marked(shown, shown.marks, shown.price, language)]
    return sheet(_WIDTH, _HEIGHT, caption, body, patterns=["pale"])


def _said(shown: PriceShown, language: str) -> Iterator[str]:
    if shown.overstatement:
        yield say("prices.overstatement", language, sum=tenge(shown.overstatement, language))
    if shown.since is not None and shown.before is not None:
        since, last = day(shown.since, language), day(shown.before - timedelta(days=1), language)
        n = number(shown.n, language)
        yield say("prices.peers", language, n=n, level=shown.level, since=since, before=last)


def _at(price: float, least: int, most: int) -> float:
    part = (price - least) / (most - least)
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, part))


def _ends(shown: PriceShown) -> tuple[int, int]:
    """The prices at both ends of the axis: a step beyond the bounds, where what lies outside of them is shown."""
    step = shown.bounds[1] - shown.bounds[0]
    return max(0, shown.bounds[0] - step), shown.bounds[-1] + step


def _bars(shown: PriceShown, language: str) -> Iterator[str]:
    least, most = _ends(shown)
    edges = [least, *shown.bounds, most]
    grid = grid_for(max(shown.counts.values(), default=1))
    for value in grid:
        y = _BOTTOM - (_BOTTOM - _TOP) * value / grid[-1]
        yield line(_LEFT, y, _RIGHT, y, stroke=FAINT if value else INK)
        yield words(_LEFT - 8, y + 4, number(value, language), size=SMALL, anchor="end", fill=GREY)
    for n, (begin, end) in enumerate(pairwise(edges)):
        if shown.counts.get(n):
            height = (_BOTTOM - _TOP) * shown.counts[n] / grid[-1]
            x, to = _at(begin, least, most), _at(end, least, most)
            if n in {0, len(edges) - 2}:  # all that is cheaper, or dearer
                yield words((x + to) / 2, _BOTTOM + 13, "…", size=SMALL, anchor="middle", fill=GREY)
            yield box(x + 1, _BOTTOM - height, to - x - 2, height, fill="url(#pale)", stroke=ACCENT)
    yield from _prices_below(shown.bounds, least, most, language)


def _prices_below(bounds: Sequence[int], least: int, most: int, language: str) -> Iterator[str]:
    every = -(-len(bounds) // _AXIS_LABELS)
    for n, bound in enumerate(bounds):
        x = _at(bound, least, most)
        yield line(x, _BOTTOM, x, _BOTTOM + (7 if n % every == 0 else 4))
        if n % every == 0:
            yield words(x, _BOTTOM + 22, per_unit(bound, language), size=SMALL, anchor="middle")


def _marked(shown: PriceShown, marks: Marks, price: int, language: str) -> Iterator[str]:
    least, most = _ends(shown)
    named = (
        (marks.median, say("prices.median", language, price=per_unit(marks.median, language)), "3 3"),
        (
            marks.reference,
            say("prices.reference", language, percent=marks.percent, price=per_unit(marks.reference, language)),
            "8 4",
        ),
        (price, say("prices.own", language, price=per_unit(price, language)), None),
    )
    placed = [(_at(at, least, most), text, dashes) for at, text, dashes in named]
    # Words stand to the right of their line, or to its left at the end of the sheet. In this order, from the top down,
    # hardly a line goes through the words of another.
    left = sorted((each for each in placed if _to_the_left(*each[:2])), key=lambda each: -each[0])
    right = sorted((each for each in placed if not _to_the_left(*each[:2])), key=lambda each: each[0])
    for n, (x, text, dashes) in enumerate([*left, *right]):
        yield from _mark(x, _TOP - 78 + 22 * n, text, dashes)
    yield words(20, _TOP - 12, say("prices.counts", language), size=SMALL, fill=GREY, **_HALO)


def _to_the_left(x: float, text: str) -> bool:
    return x + 8 + width_of(text) > _RIGHT


def _mark(x: float, y: float, text: str, dashes: str | None, bottom: float = _BOTTOM) -> Iterator[str]:
    """A price: an upright line with its words at the top; without dashes it is the award's own, and bold."""
    own = dashes is None
    style: dict[str, object] = {"stroke_width": 3} if own else {"stroke_width": 1.5, "stroke_dasharray": dashes}
    yield line(x, y - 4, x, bottom, **style)
    if own:
        arrow = f"M{x - 7:.1f} {bottom + 12} L{x + 7:.1f} {bottom + 12} L{x:.1f} {bottom} Z"
        yield element("path", d=arrow, fill=INK)
    if _to_the_left(x, text):
        yield words(x - 8, y + 4, text, anchor="end", bold=own, **_HALO)
    else:
        yield words(x + 8, y + 4, text, bold=own, **_HALO)


def _singles(price: int, peers: Sequence[int], language: str) -> Iterator[str]:
    lowest, highest = min([price, *peers]), max([price, *peers])
    room = (highest - lowest) // 20 or highest // 20 or 1
    least, most = max(0, lowest - room), highest + room
    yield line(_LEFT, _LOW, _RIGHT, _LOW)
    for each in sorted(peers):
        x = _at(each, least, most)
        yield element("circle", cx=x, cy=_LOW - 12, r=6, fill="none", stroke=ACCENT, stroke_width=2)
    for n, each in enumerate(sorted({lowest, highest})):
        x = _at(each, least, most)
        yield line(x, _LOW, x, _LOW + 7)
        yield words(x, _LOW + 24, per_unit(each, language), size=SMALL, anchor="end" if n else "start")
    own = say("prices.own", language, price=per_unit(price, language))
    yield from _mark(_at(price, least, most), _LOW - 64, own, None, _LOW)
