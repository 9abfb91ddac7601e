"""The three languages that Ashyq speaks, and which of them a reader asked for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
DEFAULT: Language = "en"


class Translated(BaseModel):
    """One text in Kazakh, Russian and English."""

    model_config = ConfigDict(frozen=True)

    kk: str
    ru: str
    en: str


def negotiate(accept_language: str | None) -> Language:
    """The language to answer in, by an Accept-Language header (RFC 9110, 12.5.4); English if in doubt."""
    best: tuple[float, Language] | None = None
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";")
        language = next((known for known in LANGUAGES if tag.strip().lower().split("-")[0] == known), None)
        weight = _weight(quality)
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return DEFAULT if best is None else best[1]


def _weight(quality: str) -> float:
    name, _, value = quality.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
