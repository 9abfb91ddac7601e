"""The shape of a kind of appeal, with the rule on it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from appeals.domain.appeal import Kind
from appeals.domain.kinds import FILERS, KindInForce
from appeals.domain.vocabulary import Procedure
from servicekit.languages import Translated
from servicekit.shapes import Basis, Term, basis_of, term_of


class FiledBy(BaseModel):
    """Who files a kind. It is told, and never asked for proof: acceptance is mandatory (APPC art. 64(1))."""

    code: str
    name: Translated
    source: str


class AppealKind(BaseModel):
    """A kind of appeal on a day: its names, who files it, its term, and how it is decided."""

    code: Kind
    name: Translated
    filed_by: FiledBy
    term: Term
    procedure: Procedure
    signed_by: Literal["executor", "head"]
    heard_before_adverse: Annotated[bool, Field(description="The applicant is heard before an adverse decision.")]
    since: Annotated[date, Field(description="From which day the rule is in force.")]
    until: date | None
    basis: Basis


def kind_of(each: KindInForce) -> AppealKind:
    """A kind as the list shows it."""
    row, rule = each.row, each.rule
    return AppealKind(
        code=row.kind,
        name=Translated(**row.name),
        filed_by=FiledBy(code=row.filed_by, name=Translated(**FILERS[row.filed_by]), source=row.source),
        term=term_of(rule.term),
        procedure=each.procedure,
        signed_by="head" if rule.parameters["signed_by"] == "head" else "executor",
        heard_before_adverse=rule.parameters["heard_before_adverse"] == "yes",
        since=rule.since,
        until=rule.until,
        basis=basis_of(rule),
    )
