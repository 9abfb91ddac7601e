"""What was awarded month by month, by method: bars of patterns, each named by its method and sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from procurement.domain.pictures.telling import say, tenge
from procurement.domain.tender import Method
from servicekit.svg import (
    FAINT,
    GREY,
    INK,
    PATTERNS,
    SMALL,
    Caption,
    box,
    line,
    sheet,
    words,
)

MOST_MONTHS = 24
_WIDTH, _HEIGHT = 860, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 640, 64, 352
_PATTERN = dict(zip(Method, PATTERNS, strict=True))
_MONTHS = 12
_GRID = 5


@dataclass(frozen=True)
class Spent:
    """What was awarded by one method in a month (`2026-11`), in tiyn."""

    month: str
    method: str
    total: int


def picture_of_spending(rows: Sequence[Spent], language: str, data_href: str) -> str:
    """The newest months of these, at most two years of them."""
    title = say("spending.title", language)
    data = say("data", language, href=data_href)
    months = _months(rows)
    shown = [row for row in rows if row.month in months]
    if not shown:
        nothing = say("nothing", language)
        return sheet(_WIDTH, 120, Caption(title, nothing, data_href, data, language), [words(20, 68, nothing)])
    by_method = {method: sum(row.total for row in shown if row.method == method) for method in Method}
    used = [method for method in Method if any(row.method == method for row in shown)]
    parts = "; ".join(f"{say(method, language)}: {tenge(by_method[method], language)}" for method in used)
    description = say(
        "spending.description", language, since=months[0], until=months[-1],
        total=tenge(sum(by_method.values()), language), parts=parts,
    )  # fmt: skip
    body = [*_axis(shown, language), *_bars(shown, months), *_names(used, by_method, language)]
    caption = Caption(title, description, data_href, data, language)
    return sheet(_WIDTH, _HEIGHT, caption, body, patterns=[_PATTERN[method] for method in used])


def _months(rows: Sequence[Spent]) -> list[str]:
    """The months from the first that is shown to the last, also those in which nothing was awarded."""
    numbers = [int(row.month[:4]) * _MONTHS + int(row.month[5:]) - 1 for row in rows]
    if not numbers:
        return []
    first = max(min(numbers), max(numbers) - MOST_MONTHS + 1)
    return [f"{n // _MONTHS}-{n % _MONTHS + 1:02}" for n in range(first, max(numbers) + 1)]


def grid_for(most: int) -> list[int]:
    """The round numbers of an axis that holds this one: from zero in at most five equal steps."""
    step = 1
    while step * _GRID < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * n for n in range(1 + max(1, -(-most // step)))]


def _axis(rows: Sequence[Spent], language: str) -> Iterator[str]:
    grid = _grid(rows)
    for value in grid:
        y = _BOTTOM - (_BOTTOM - _TOP) * value / grid[-1]
        yield line(_LEFT, y, _RIGHT, y, stroke=FAINT if value else INK)
        yield words(_LEFT - 8, y + 4, tenge(value, language), size=SMALL, anchor="end", fill=GREY)


def _grid(rows: Sequence[Spent]) -> list[int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.month] = sums.get(row.month, 0) + row.total
    return grid_for(max(sums.values()))


def _bars(rows: Sequence[Spent], months: Sequence[str]) -> Iterator[str]:
    each = (_RIGHT - _LEFT) / max(len(months), _GRID)
    scale = (_BOTTOM - _TOP) / _grid(rows)[-1]
    for n, month in enumerate(months):
        x, y = _LEFT + each * n + each * 0.15, float(_BOTTOM)
        for method in Method:
            total = sum(row.total for row in rows if (row.month, row.method) == (month, method))
            if total:
                y -= total * scale
                yield box(x, y, each * 0.7, total * scale, fill=f"url(#{_PATTERN[method]})", stroke=INK)
        yield words(x + each * 0.35, _BOTTOM + 17, month[5:], size=SMALL, anchor="middle")
        if n == 0 or month.endswith("-01"):
            yield words(x + each * 0.35, _BOTTOM + 33, month[:4], size=SMALL, anchor="middle", bold=True)


def _names(used: Sequence[Method], totals: dict[Method, int], language: str) -> Iterator[str]:
    for n, method in enumerate(reversed(used)):
        y = _TOP + 10 + 44 * n
        yield box(_RIGHT + 18, y, 20, 20, fill=f"url(#{_PATTERN[method]})", stroke=INK)
        yield words(_RIGHT + 46, y + 9, say(method, language))
        yield words(_RIGHT + 46, y + 25, tenge(totals[method], language), size=SMALL, fill=GREY)
