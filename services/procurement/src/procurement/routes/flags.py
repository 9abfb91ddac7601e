"""The addresses of red flags, which everybody may read."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from procurement.queries import flags as queries
from procurement.queries.flags import RuleCode, company_id, names_of
from procurement.schemas.flags import Flag, FlagRules, flag_of, rule_of
from procurement.schemas.parts import Bin
from redflags import RULES, RULES_HASH
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read

router = APIRouter(prefix="/v1", tags=["flags"], route_class=Route)

# An organization as releases name it: a list of identifiers, a dash and the number there. Never a bare number, which
# could be a natural person's.
OrganizationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*-[^\x00]+$", max_length=200)]


class State(StrEnum):
    """What a rule can say."""

    FLAG = "flag"
    CLEAR = "clear"
    NOT_COMPUTABLE = "not_computable"


@router.get("/flags")
async def list_flags(
    _: CurrentCaller,
    reading: Read,
    page: Paging,
    rule: RuleCode | None = None,
    state: State = State.FLAG,
    buyer: Annotated[
        Bin | OrganizationId | None, Query(description="The BIN of the body that buys, or its id in the releases.")
    ] = None,
    supplier: Annotated[
        UUID | Bin | OrganizationId | None,
        Query(description="The BIN of a company, the opaque id of any party, or its id in the releases."),
    ] = None,
    ocid: Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] = None,
    award: Annotated[UUID | None, Query(description="An award of ours, with its contract and its process.")] = None,
) -> ListOf[Flag]:
    """What the rules say, by rule and subject, with the numbers that led to it; flags, unless another state is asked.

    A flag is a reason to look, never a finding of guilt. It is computed from the open data of the process, ours or
    imported, and anybody can compute it again from there.
    """
    wanted: dict[str, Any] = {"rule": rule, "state": state, "buyer": _named(buyer), "ocid": ocid, "award": award}
    if supplier is not None:
        wanted["suppliers"] = await names_of(reading, supplier) if isinstance(supplier, UUID) else [_named(supplier)]
    given = {name: value for name, value in wanted.items() if value is not None}
    behind = page.key(str, str, str)
    rows = await queries.list_flags(
        reading, given, behind=None if behind is None else (behind[0], behind[1], behind[2]), limit=page.limit
    )
    shown = rows[: page.limit]
    last = shown[-1] if len(rows) > page.limit else None
    more = None if last is None else page.next_after(last["rule"], last["kind"], last["subject"])
    return ListOf[Flag](items=[flag_of(row) for row in shown], next=more)


@router.get("/flags/rules")
async def read_flag_rules(_: CurrentCaller) -> FlagRules:
    """Every rule: formula, source, fields that it needs, parameters with default and reason."""
    return FlagRules(hash=RULES_HASH, items=[rule_of(rule) for rule in RULES.values()])


def _named(body: str | None) -> str | None:
    """A body by its id in the releases; a bare number is a BIN."""
    return company_id(body) if body is not None and body.isdigit() else body
