"""What happens next, or what one can do, in plain words and three languages."""

import json
from datetime import date
from importlib.resources import files

from appeals.domain.appeal import Status

_MONTHS = {
    "kk": "қаңтарға ақпанға наурызға сәуірге мамырға маусымға шілдеге тамызға қыркүйекке қазанға қарашаға желтоқсанға",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "en": "January February March April May June July August September October November December",
}
_TEXTS: dict[str, dict[str, str]] = json.loads((files("appeals") / "data" / "next_steps.json").read_text("utf-8"))


def next_step(status: Status, **dates: date | None) -> dict[str, str]:
    """One sentence or two for each language; dates, by the names of their columns, are written out."""
    return {
        language: text.format(**{name: written(day, language) for name, day in dates.items() if day is not None})
        for language, text in _TEXTS[status].items()
    }


def written(day: date, language: str) -> str:
    """A date in words; in Kazakh in the dative, which is what `дейін` (until) asks for."""
    month = _MONTHS[language].split()[day.month - 1]
    if language == "kk":
        return f"{day.year} жылғы {day.day} {month}"
    return f"{day.day} {month} {day.year}" + (" года" if language == "ru" else "")
