"""What became of appeals: a bar for each body, kind or month, parted by patterns; numbers and complaints beside it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from servicekit.numerals import number
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
    width_of,
    words,
    wrapped,
)

SHOWN = 20
WORDS: Mapping[str, Mapping[str, str]] = json.loads((files("appeals") / "data" / "pictures.json").read_text("utf-8"))
_WIDTH = 980
_NAME, _BAR, _END = 300, 312, 600
_EACH, _BENEATH = 30, 14
# How each part is drawn; what is no part of its own is withheld or something rarer.
_PATTERNS = {"answered": "solid", "refused_by_expiry": "cross", "open": "pale", "others": "lines"}


@dataclass(frozen=True)
class Bar:
    """The appeals of one line, by its name; what is None is withheld, and so are the days in which half was answered.

    Of the complaints about them there is nothing to tell where there were none, or where it is withheld how many.

    `others` are those that are neither answered nor open nor refused by expiry, and those of which it is withheld.
    """

    name: str
    filed: int
    answered: int | None
    refused_by_expiry: int | None
    open: int | None
    median_days: int | None
    complaints: int | None
    complaints_upheld: int | None

    @property
    def parts(self) -> dict[str, int]:
        known = {
            "answered": self.answered or 0,
            "refused_by_expiry": self.refused_by_expiry or 0,
            "open": self.open or 0,
        }
        return {**known, "others": self.filed - sum(known.values())}


def say(name: str, language: str, **values: Any) -> str:
    """A text of the pictures, with the values that it names."""
    return WORDS[name][language].format(**values)


def picture_of_figures(bars: Sequence[Bar], *, left_out: int, language: str, data_href: str) -> str:
    """The largest of these lines; `left_out` more are too small to be told."""
    title = say("title", language)
    data = say("data", language, href=data_href)
    shown = sorted(bars, key=lambda bar: -bar.filed)[:SHOWN]
    notes = [say("left_out", language, n=number(left_out, language))] if left_out else []
    if len(bars) > len(shown):
        notes.append(say("largest", language, n=number(len(shown), language), all=number(len(bars), language)))
    if not shown:
        nothing = " ".join([say("nothing", language), *notes])
        return sheet(_WIDTH, 120, Caption(title, nothing, data_href, data, language), [words(20, 68, nothing)])
    told = "; ".join(_told(bar, language) for bar in shown)
    caption = Caption(title, " ".join([told + ".", *notes]), data_href, data, language)
    top = below_title(title, _WIDTH) + 44
    bottom = top + _EACH * len(shown)
    lines = [each for note in notes for each in wrapped(note, _WIDTH - 40, SMALL, most=2)]
    body = [*_names(top - 40, language), *_bars(shown, top, language)]
    body += [words(20, bottom + 22 + 16 * n, text, size=SMALL, fill=GREY) for n, text in enumerate(lines)]
    return sheet(_WIDTH, bottom + 16 * len(lines) + 48, caption, body, patterns=_PATTERNS.values())


def _told(bar: Bar, language: str) -> str:
    parts = ", ".join(f"{say(name, language)} {number(value, language)}" for name, value in bar.parts.items() if value)
    return ", ".join([f"{bar.name}: {number(bar.filed, language)} ({parts})", *_beside(bar, language)])


def _beside(bar: Bar, language: str) -> Iterator[str]:
    """What is told beside a bar: how fast it was, and what was complained of."""
    if bar.median_days is not None:
        yield say("days", language, n=number(bar.median_days, language))
    if bar.complaints:
        told = [say("complaints", language, n=number(bar.complaints, language))]
        if bar.complaints_upheld is not None:
            told.append(say("upheld", language, n=number(bar.complaints_upheld, language)))
        yield ", ".join(told)


def _names(y: int, language: str) -> Iterator[str]:
    x = 20.0
    for name, pattern in _PATTERNS.items():
        text = say(name, language)
        yield box(x, y, 16, 16, fill=f"url(#{pattern})", stroke=INK)
        yield words(x + 22, y + 13, text, size=SMALL)
        x += 40 + width_of(text, SMALL)


def _bars(bars: Sequence[Bar], top: int, language: str) -> Iterator[str]:
    scale = (_END - _BAR) / max(bar.filed for bar in bars)
    for n, bar in enumerate(bars):
        y = top + _EACH * n
        yield words(_NAME, y + 18, fitting(bar.name, _NAME - 20), anchor="end")
        yield line(_BAR, y + _EACH, _END, y + _EACH, stroke=FAINT)
        x = float(_BAR)
        for name, value in bar.parts.items():
            if value:
                yield box(x, y + 4, value * scale, _EACH - 10, fill=f"url(#{_PATTERNS[name]})", stroke=INK)
                x += value * scale
        yield words(x + 8, y + 18, number(bar.filed, language), bold=True)
        beside = [*_beside(bar, language)]
        first = y + 18 - _BENEATH * (len(beside) - 1) / 2
        for row, text in enumerate(beside):
            yield words(_WIDTH - 20, first + _BENEATH * row, text, size=SMALL, anchor="end", fill=GREY)
    yield line(_BAR, top, _BAR, top + _EACH * len(bars))
