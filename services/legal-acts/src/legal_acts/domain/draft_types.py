"""The closed, dated list of what kinds of acts are put before the public, and how the law groups them."""

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from legal_acts.domain.errors import UnknownType

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True)
class DraftType:
    """A kind of act; in force from `since` to `until`, both included, None until further notice."""

    code: str
    name: dict[str, str]
    since: date
    until: date | None
    source: str

    def in_force_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def types_on(day: date) -> tuple[DraftType, ...]:
    """The types in which a draft may be posted on a day, in the order of the list."""
    return tuple(each for each in TYPES if each.in_force_on(day))


def draft_type(code: str, day: date) -> DraftType:
    """The type of a code on a day.

    Raises:
        UnknownType: none in force on the day has it.
    """
    for each in types_on(day):
        if each.code == code:
            return each
    raise UnknownType(code)


def _read(text: str) -> tuple[DraftType, ...]:
    rows = tuple(
        DraftType(
            code=row["code"],
            name=row["name"],
            since=date.fromisoformat(row["since"]),
            until=None if row["until"] is None else date.fromisoformat(row["until"]),
            source=row["source"],
        )
        for row in json.loads(text)
    )
    for row in rows:
        if tuple(row.name) != LANGUAGES:
            raise ValueError(f"{row.code} needs a name in each of {LANGUAGES}")
    return rows


TYPES = _read((files("legal_acts") / "data" / "draft_types.json").read_text("utf-8"))
