"""The way of one contract from plan to payment: a box for each step, with its day, its sum and what it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from procurement.domain.pictures.telling import say, tenge
from servicekit.numerals import day
from servicekit.svg import (
    FAINT,
    GREY,
    INK,
    PAPER,
    SMALL,
    Caption,
    box,
    element,
    fitting,
    line,
    sheet,
    words,
)

STEPS = ("plan", "tender", "award", "contract", "acceptance", "payment")
_ABSENT: dict[str, object] = {"stroke": GREY, "stroke_dasharray": "5 4"}
_MADE: dict[str, object] = {"stroke": INK, "stroke_width": 2}
_WIDTH, _HEIGHT = 980, 256
_BOX, _TOP, _TALL = 138, 84, 100
_EACH = (_WIDTH - 40 - _BOX) / (len(STEPS) - 1)


@dataclass(frozen=True)
class Step:
    """One step that was made: its name, number (if it has one), day, and sum in tiyn."""

    name: str
    number: str | None
    on: date
    amount: int


def picture_of_flow(number: str, parties: str, steps: Sequence[Step], language: str, data_href: str) -> str:
    """The steps in their order; those of which there is no data are drawn empty, with dashes."""
    made = {step.name: step for step in steps}
    told = "; ".join(_told(name, made.get(name), language) for name in STEPS)
    caption = Caption(
        say("flow.title", language, number=number),
        say("flow.description", language, parties=parties, steps=told),
        data_href,
        say("data", language, href=data_href),
        language,
    )
    body = [words(20, 56, fitting(parties, _WIDTH - 40), fill=GREY)]
    body += [part for n, name in enumerate(STEPS) for part in _step(n, name, made.get(name), language)]
    body += [part for n in range(len(STEPS) - 1) for part in _way(n, made, language)]
    return sheet(_WIDTH, _HEIGHT, caption, body)


def _told(name: str, step: Step | None, language: str) -> str:
    title = say(f"flow.{name}", language)
    if step is None:
        return f"{title}: {say('flow.absent', language)}"
    return f"{title}: {day(step.on, language)}, {tenge(step.amount, language)}"


def _step(n: int, name: str, step: Step | None, language: str) -> Iterator[str]:
    x = 20 + _EACH * n
    outline = _ABSENT if step is None else _MADE
    yield box(x, _TOP, _BOX, _TALL, fill=PAPER, rx=6, **outline)
    yield words(x + 10, _TOP + 22, say(f"flow.{name}", language), bold=True)
    if step is None:
        yield words(x + 10, _TOP + 48, say("flow.absent", language), size=SMALL, fill=GREY)
        return
    lines = [step.number, day(step.on, language), tenge(step.amount, language)]
    for m, text in enumerate(each for each in lines if each is not None):
        yield words(x + 10, _TOP + 46 + 20 * m, fitting(text, _BOX - 16, SMALL), size=SMALL)


def _way(n: int, made: dict[str, Step], language: str) -> Iterator[str]:
    """The arrow from a step to the next, with the days between them."""
    begin, end = 20 + _EACH * n + _BOX, 20 + _EACH * (n + 1)
    y = _TOP + _TALL / 2
    one, other = made.get(STEPS[n]), made.get(STEPS[n + 1])
    whole = one is not None and other is not None
    yield line(begin, y, end - 5, y, stroke=INK if whole else FAINT, stroke_width=2)
    tip = f"M{end - 8:.1f} {y - 5:.1f} L{end:.1f} {y:.1f} L{end - 8:.1f} {y + 5:.1f} Z"
    yield element("path", d=tip, fill=INK if whole else FAINT)
    if one is not None and other is not None:
        days = say("flow.days", language, n=(other.on - one.on).days)
        yield words((begin + end) / 2, _TOP + _TALL + 20, days, size=SMALL, anchor="middle", fill=GREY)
