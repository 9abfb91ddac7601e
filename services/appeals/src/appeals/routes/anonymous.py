"""Reports of crimes that name nobody: neither address looks at who is asking, even if a token is shown."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from appeals import queries
from appeals.commands import filing
from appeals.domain.appeal import Relation
from appeals.schemas.appeals import Appeal, CrimeReport, appeal_of, report_of
from appeals.schemas.filing import NewCrimeReport
from servicekit.clock import Now
from servicekit.identity import Unnamed
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)


@router.post("/appeals/anonymous", status_code=201)
async def report_crime(
    nobody: Unnamed, writing: Write, now: Now, body: NewCrimeReport, response: Response
) -> CrimeReport:
    """Report a crime without saying who you are; it goes at once to who investigates. The code is told once."""
    asked = filing.Filing(
        kind=body.kind,
        agency=body.agency,
        subject=body.subject,
        text=body.text,
        language=body.language,
        crime=body.crime,
    )
    row, code = await filing.report_crime(writing, asked, now=now)
    response.headers["Cache-Control"] = "no-store"
    return report_of(row, nobody, code, local(now).date())


@router.get("/appeals/anonymous")
async def read_crime_report(
    nobody: Unnamed,
    reading: Read,
    now: Now,
    code: Annotated[str, Header(alias="Appeal-Code", max_length=100, description="As it was told at filing.")],
    response: Response,
) -> Appeal:
    """How a report that names nobody stands, for whom has its code."""
    row = await queries.read_report(reading, filing.digest_of(code))
    response.headers["Cache-Control"] = "no-store"
    return appeal_of(row, nobody, Relation.NONE, local(now).date())
