"""What happens next, or what one can do, in plain words and three languages."""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files

from appeals.domain import complaint
from appeals.domain.appeal import Status

_MONTHS = {
    "kk": "қаңтарға ақпанға наурызға сәуірге мамырға маусымға шілдеге тамызға қыркүйекке қазанға қарашаға желтоқсанға",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "en": "January February March April May June July August September October November December",
}


def _read(name: str) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads((files("appeals") / "data" / name).read_text("utf-8"))
    return texts


_FOR_APPLICANTS = _read("next_steps.json")
_IN_OFFICE = _read("next_steps_in_office.json")
_COMPLAINTS = _read("complaint_steps.json")
_DAYS = _read("days.json")


def next_step(status: Status, dates: Mapping[str, date | None], *, in_office: bool = False) -> dict[str, str]:
    """One sentence or two for each language, as the applicant or as the body reads it.

    Dates, by the names of their columns, are written out.
    """
    return _filled((_IN_OFFICE if in_office else _FOR_APPLICANTS)[status], dates)


def complaint_step(status: complaint.Status, dates: Mapping[str, date | None], *, higher: bool) -> dict[str, str]:
    """The same of a complaint; without a `higher` body a court is open while it lies with the body."""
    alone = status is complaint.Status.FILED and not higher
    return _filled(_COMPLAINTS["filed_no_higher" if alone else status], dates)


def _filled(texts: Mapping[str, str], dates: Mapping[str, date | None]) -> dict[str, str]:
    return {
        language: text.format(**{name: written(day, language) for name, day in dates.items() if day is not None})
        for language, text in texts.items()
    }


def day_named(name: str, language: str, *, number: str) -> str:
    """What a day is for, by the name of its column, in few words."""
    return _DAYS[name][language].format(number=number)


@lru_cache  # of many notices at once, the days are the same few
def written(day: date, language: str) -> str:
    """A date in words; in Kazakh in the dative, which is what `дейін` (until) asks for."""
    month = _MONTHS[language].split()[day.month - 1]
    if language == "kk":
        return f"{day.year} жылғы {day.day} {month}"
    return f"{day.day} {month} {day.year}" + (" года" if language == "ru" else "")
