"""How the discussion of a draft is told: its period, and each comment with its answer as an enquiry."""

from datetime import date, datetime, time

from procurement.domain.ocds.parts import Act, Json, Party, Process, Row, Told, moment, purchase, reference, supplier_in
from statute.deadlines import ALMATY

_LAST_SECOND = time(23, 59, 59)


def opened(process: Process, act: Act) -> Told:
    """What is to be bought, as it is planned: all that is said here may be otherwise once it is published."""
    last = datetime.combine(date.fromisoformat(act.public["comments_until"]), _LAST_SECOND, ALMATY)
    period = {"startDate": moment(act.at), "endDate": moment(last)}
    return ["planning"], {"tender": purchase(process, "planning") | {"enquiryPeriod": period}}, []


def commented(process: Process, act: Act) -> Told:
    row = _comment_of(process, act)
    author = supplier_in(row)
    enquiry = {
        "id": str(row["id"]),
        "date": moment(act.at),
        "author": reference(author),
        "description": act.public["text"],
        "language": row["language"],
    }
    return _enquired(process, enquiry, parties=[(author, ["enquirer"])])


def answered(process: Process, act: Act) -> Told:
    return _enquired(
        process, {"id": str(act.object), "answer": act.public["answer"], "dateAnswered": moment(act.at)}, parties=[]
    )


def given_up(process: Process) -> Told:
    """A draft that was discussed and is not to be published: nothing more comes under its ocid."""
    lots = [{"id": str(lot["id"]), "status": "withdrawn"} for lot in process.lots]
    tender = {"id": str(process.tender["id"]), "status": "withdrawn", "lots": lots}
    return ["planningUpdate"], {"tender": tender}, []


def _enquired(process: Process, enquiry: Json, *, parties: list[Party]) -> Told:
    tender = {"id": str(process.tender["id"]), "hasEnquiries": True, "enquiries": [enquiry]}
    return ["planningUpdate"], {"tender": tender}, parties


def _comment_of(process: Process, act: Act) -> Row:
    return next(each for each in process.comments if each["id"] == act.object)
