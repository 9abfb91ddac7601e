"""The state bodies that take appeals: who they are, in which week they work, and which body stands above which."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from statute.calendars import Week

LANGUAGES = ("kk", "ru", "en")
LEVELS = ("central", "region", "city", "district")


@dataclass(frozen=True)
class Agency:
    """A state body, or a body of the state such as a clinic, that must register and answer appeals.

    `level` is one of `LEVELS`. `higher` is the code of the body to which a complaint against this one goes (APPC
    art. 91); None where no state body is known to stand above it. `bin_placeholder` says that `bin` has the right
    form but is not the body's own number; `week_assumed` that a six-day `week` is likely but not found in an act.
    """

    code: str
    bin: str
    bin_placeholder: bool
    name: dict[str, str]
    level: str
    week: Week
    higher: str | None
    week_assumed: bool = False


class UnknownAgency(Exception):
    """No body has the code or BIN that was `given`."""

    def __init__(self, given: str) -> None:
        super().__init__(f"no agency has the code or BIN {given!r}")
        self.given = given


def agency(given: str) -> Agency:
    """Find a body by its code (`min-transport`) or its BIN; raises UnknownAgency."""
    found = _BY_KEY.get(given)
    if found is None:
        raise UnknownAgency(given)
    return found


def find_agencies(q: str | None, level: str | None) -> list[Agency]:
    """List the bodies whose code or name in any language contains `q`, whatever its case, in the order of codes.

    None asks for no restriction. A `level` that does not exist finds nothing.
    """
    wanted = _folded(q or "")
    return [each for each, words in _SORTED if level in (None, each.level) and wanted in words]


def is_higher(code: str, of: str) -> bool:
    """Tell whether the body `code` stands anywhere above the body `of`; nobody stands above itself.

    Both are codes or BINs; raises UnknownAgency.
    """
    above = agency(code).code
    return above in _chain(agency(of), _BY_KEY)


def agencies_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Agency, ...]:
    """Build the bodies from rows of the data file, keeping their order.

    Raises ValueError where codes or BINs repeat, a name is missing in one of `LANGUAGES`, a level or a higher body
    does not exist, or a body stands above itself; KeyError or TypeError where a field is missing or superfluous.
    """
    agencies = tuple(Agency(**{**row, "week": Week(row["week"])}) for row in rows)
    by_code = {each.code: each for each in agencies}
    if len(by_code.keys() | {each.bin for each in agencies}) != 2 * len(agencies):
        raise ValueError("two agencies share a code or a BIN")
    for each in agencies:
        _check(each, by_code)
    return agencies


def _check(each: Agency, by_code: Mapping[str, Agency]) -> None:
    if tuple(each.name) != LANGUAGES or not all(each.name.values()):
        raise ValueError(f"{each.code} needs a name in each of {LANGUAGES}")
    if each.level not in LEVELS:
        raise ValueError(f"{each.code} has the unknown level {each.level!r}")
    if each.higher is not None and each.higher not in by_code:
        raise ValueError(f"{each.code} has the unknown higher body {each.higher!r}")
    _chain(each, by_code)


def _chain(start: Agency, by_code: Mapping[str, Agency]) -> list[str]:
    """Codes of all bodies above `start`, the nearest first; raises ValueError on a circle."""
    above: list[str] = []
    code = start.higher
    while code is not None:
        if code == start.code or code in above:
            raise ValueError(f"{start.code} stands under a circle of higher bodies")
        above.append(code)
        code = by_code[code].higher if code in by_code else None
    return above


def _folded(text: str) -> str:
    # Й and Ё may arrive as a letter with a mark; the names in the file are composed.
    return unicodedata.normalize("NFC", text).casefold()


AGENCIES = agencies_from(json.loads(files("appeals").joinpath("data", "agencies.json").read_text(encoding="utf-8")))
_BY_KEY = {key: each for each in AGENCIES for key in (each.code, each.bin)}
_SORTED = [
    (each, _folded("\n".join((each.code, *each.name.values()))))
    for each in sorted(AGENCIES, key=lambda each: each.code)
]
