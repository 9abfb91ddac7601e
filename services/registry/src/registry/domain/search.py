"""How the register may be asked about somebody, and how certain an answer is."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from registry.domain.errors import BirthDateNeeded, NameIncomplete, NotOneQuestion
from registry.domain.folding import FoldedName, fold_person

_FEWEST_WORDS = 2
REASONS: dict[str, dict[str, str]] = json.loads((files("registry") / "data" / "reasons.json").read_text("utf-8"))


class Certainty(StrEnum):
    """Whether an answer is about the one who was meant: by number it is, by name and birth date it may be."""

    CERTAIN = "certain"
    PROBABLE = "probable"


@dataclass(frozen=True)
class ByNumber:
    """A question by a number that has one owner."""

    scheme: str
    number: str
    by: str
    certainty: Certainty = Certainty.CERTAIN


@dataclass(frozen=True)
class ByName:
    """A question about a person by name and birth date, which two people may share."""

    name: FoldedName
    birth_date: date
    by: str = "name"
    certainty: Certainty = Certainty.PROBABLE


def question(*, iin: str | None, bin_: str | None, name: str | None, birth_date: date | None) -> ByNumber | ByName:
    """The one question that these fields ask; numbers are already known to be sound.

    Raises:
        NotOneQuestion: they ask for none, for several, or for a birth date alone.
        BirthDateNeeded: a name alone.
        NameIncomplete: a name of fewer than two words, or of none that are letters.
    """
    given = [field for field in (iin, bin_, name) if field is not None]
    if len(given) != 1 or (birth_date is not None and name is None):
        raise NotOneQuestion
    if iin is not None:
        return ByNumber("KZ-IIN", iin, "iin")
    if bin_ is not None:
        return ByNumber("KZ-BIN", bin_, "bin")
    if birth_date is None:
        raise BirthDateNeeded
    folded = fold_person(name or "")
    if len(folded.words) + len(folded.fathers) < _FEWEST_WORDS:
        raise NameIncomplete
    return ByName(folded, birth_date)
