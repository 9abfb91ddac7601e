"""How numbers and days are written in Kazakh, Russian and English."""

from datetime import date

_NARROW_SPACE = "\u202f"


def percent(part: int, whole: int, language: str) -> str:
    """A part in percent, with one decimal, rounded half up."""
    tenths = (part * 2000 + whole) // (whole * 2) if whole else 0
    return localised(f"{tenths // 10}.{tenths % 10}", language) + _NARROW_SPACE + "%"


def number(value: int, language: str) -> str:
    return localised(f"{value:,}", language)


def day(moment: date, language: str) -> str:
    """A day in digits, as the language writes it."""
    return moment.isoformat() if language == "en" else f"{moment:%d.%m.%Y}"


def short(value: float, language: str) -> str:
    """A number in three digits, or without decimals."""
    for bound, places in ((10, 2), (100, 1)):
        if value < bound:
            text = f"{value:.{places}f}"
            return localised(text.rstrip("0").rstrip("."), language)
    return localised(f"{value:,.0f}", language)


def localised(text: str, language: str) -> str:
    """A number that is written as Python does, with the spaces and the comma of the language."""
    spaced = text.replace(",", _NARROW_SPACE)
    return spaced if language == "en" else spaced.replace(".", ",")
