"""Who is called when the first does not sign: the supplier in second place, and nobody after it.

Law on public procurement 01.07.2024 No. 106-VIII, art. 17(5); Rules, order of the Minister of Finance 09.10.2024
No. 687, cl. 531, 534 and 535.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from procurement.domain.clocks import Law
from procurement.domain.contract import SECOND, SIGNATURE, UNSIGNED, Status
from procurement.domain.errors import ContractStands, NoRunnerUp, SignatureAwaited
from procurement.domain.windows import rule_on
from statute.calendars import Week, calendar
from statute.deadlines import due_on

FIRST = 1
EVASION = "procurement.contract_evasion"


def place_of(bid: object, result: Mapping[str, Any]) -> int:
    """The place of the bid that a lot is awarded to, by its result: it won, or it was called as the second."""
    return FIRST if str(bid) == result["winner"] else SECOND


def runners_up(result: Mapping[str, Any]) -> list[str]:
    """The bids in second place: none where nobody else was admitted, several where nothing sets them apart."""
    return [each["bid"] for each in result["ranking"] if each["place"] == SECOND]


def is_over(bid: object, result: Mapping[str, Any]) -> bool:
    """Whether nobody is left when the bid's supplier does not sign; then another procedure buys it (cl. 535)."""
    return place_of(bid, result) == SECOND or not runners_up(result)


def runner_up(result: Mapping[str, Any]) -> str:
    """The one bid that stands second.

    Raises:
        NoRunnerUp: several do, and the law names none of them.
    """
    found = runners_up(result)
    if len(found) != 1:
        raise NoRunnerUp
    return found[0]


def require_unsigned(contract: Mapping[str, Any]) -> None:
    """Hold the call to a contract that the first has refused, or not signed in its term.

    Raises:
        ContractStands: it waits for its signature, or has it.
    """
    if contract["status"] not in UNSIGNED:
        raise ContractStands(contract["number"], Status(contract["status"]))


def require_signature_over(place: int, drafted_on: date, law: Law, today: date) -> None:
    """Hold an evasion to the days that a supplier has to sign: the first is reminded, the second is not (cl. 531, 534).

    Raises:
        SignatureAwaited: they are not over.
        Undecided: no rule in force gives them.
        OutsideCalendar: they leave the known calendar.
    """
    matter = SIGNATURE.matter if place == SECOND else EVASION
    rule = rule_on(law.day, matter, law.kind, rules=law.rules)
    until = due_on(drafted_on, rule.term, calendar(), Week.FIVE)
    if today <= until:
        raise SignatureAwaited(until + timedelta(days=1))
