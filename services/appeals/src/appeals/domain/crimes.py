"""Reports of crimes: which body they are for, whatever body they name (APPC art. 64, 89; Criminal Procedure Code)."""

import json
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from appeals.domain.channels import is_confidential, is_penal


class Crime(StrEnum):
    """What an appeal reports, as far as it decides who investigates it."""

    CORRUPTION = "corruption"
    TORTURE = "torture"
    NATIONAL_SECURITY = "national_security"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Investigator:
    """The code of the body that investigates, and where that is written."""

    agency: str
    source: str


_DATA: dict[str, Any] = json.loads((files("appeals") / "data" / "crimes.json").read_text("utf-8"))
ACCEPTED_BY: frozenset[str] = frozenset(_DATA["accepted_by"]["agencies"])
"""The bodies that take every report of a crime themselves, and so keep what is sent to them."""
INVESTIGATORS: dict[Crime, Investigator] = {
    Crime(row["crime"]): Investigator(row["agency"], row["source"]) for row in _DATA["investigators"]
}
_KEPT_FROM_PENAL = Investigator(**_DATA["confidential"])


def passed_on_to(addressee: str, crime: Crime, channel: str) -> Investigator | None:
    """The body to which a report is forwarded at once, or None when the body that it names takes it.

    What came from a terminal goes to the prosecutor where it would else reach the ministry of the penal system.
    """
    if addressee in ACCEPTED_BY:
        return None
    found = INVESTIGATORS[crime]
    return _KEPT_FROM_PENAL if is_confidential(channel) and is_penal(found.agency) else found
