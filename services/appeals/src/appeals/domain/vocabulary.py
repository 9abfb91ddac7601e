"""The words in which a body may end an appeal: outcomes and grounds, by the procedure of its kind."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType

from appeals.domain.appeal import Outcome
from appeals.domain.errors import GroundNotShown, NotInVocabulary
from statute.rules import Rule


class Procedure(StrEnum):
    """How a kind of appeal is decided: by its executor (APPC art. 88-90), or as an administrative procedure."""

    SIMPLIFIED = "simplified"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which the law lets an appeal be left without consideration; `needs` is what must be shown for it."""

    code: str
    procedures: tuple[Procedure, ...]
    needs: str | None
    source: str
    name: Mapping[str, str]

    def require(self, *, detail: str | None, defect: bool) -> None:
        """Raises GroundNotShown when the ground needs words that are not given, or a defect that was never told."""
        if (self.needs == "detail" and not detail) or (self.needs == "defect" and not defect):
            raise GroundNotShown(self.needs)


# `noted` (принять к сведению) answers what asks for nothing of the applicant's own.
_OUTCOMES: Mapping[Procedure, tuple[Outcome, ...]] = MappingProxyType(
    {
        Procedure.SIMPLIFIED: tuple(Outcome),
        Procedure.FULL: (Outcome.EXPLAINED, Outcome.SATISFIED, Outcome.PARTLY_SATISFIED, Outcome.REFUSED),
    }
)
GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        row["code"]: Ground(**row | {"procedures": tuple(map(Procedure, row["procedures"]))})
        for row in json.loads((files("appeals") / "data" / "grounds.json").read_text("utf-8"))
    }
)


def procedure_of(rule: Rule) -> Procedure:
    """The procedure that a rule on consideration asks for: the full one where the head signs."""
    return Procedure.FULL if rule.parameters["signed_by"] == "head" else Procedure.SIMPLIFIED


def require_outcome(rule: Rule, outcome: Outcome) -> None:
    """Raises NotInVocabulary when the procedure knows no such outcome."""
    allowed = _OUTCOMES[procedure_of(rule)]
    if outcome not in allowed:
        raise NotInVocabulary([*allowed])


def ground(rule: Rule, code: str) -> Ground:
    """The ground of that code.

    Raises:
        NotInVocabulary: there is none in the procedure.
    """
    allowed = [each.code for each in GROUNDS.values() if procedure_of(rule) in each.procedures]
    if code not in allowed:
        raise NotInVocabulary(allowed)
    return GROUNDS[code]
