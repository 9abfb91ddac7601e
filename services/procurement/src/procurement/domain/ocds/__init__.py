"""How official acts are told as releases of the Open Contracting Data Standard (OCDS) 1.1.

An act that changes what the public may know is one release, whose id is that of its entry in the journal and whose
date is the time of the act. A release says only what the act changed; statuses follow from the act itself, and what is
said of an award from its entry, since a revision may give the lot to another.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from procurement.domain.evaluation import tiyn
from procurement.domain.ocds import contracts, discussions
from procurement.domain.ocds.parts import (
    Act,
    Json,
    Party,
    Process,
    Row,
    Told,
    award_name,
    buyer_of,
    item,
    language_of,
    moment,
    purchase,
    reference,
    supplier_in,
    titled,
    value,
)


def release_of(process: Process, act: Act) -> Json | None:
    """The release that tells of an act; None if the act says nothing to the public, or another tells of it too."""
    tell = _TELLERS.get(act.event)
    told = None if tell is None else tell(process, act)
    if told is None:
        return None
    tags, parts, parties = told
    buyer = buyer_of(process.tender)
    merged = _merged([(buyer, ["buyer", "procuringEntity"]), *parties])
    return {
        "ocid": process.tender["ocid"],
        "id": str(act.entry),
        "date": moment(act.at),
        "tag": tags,
        "initiationType": "tender",
        "language": language_of(process.tender["title"]),
        "parties": merged,
        "buyer": reference(buyer),
        **parts,
    }


def _published(process: Process, act: Act) -> Told:
    row = process.tender
    # After a discussion bids are taken from the next working day on.
    period = {"startDate": moment(row["bids_from"] or act.at), "endDate": moment(row["bids_until"])}
    tender = purchase(process, "active") | {
        "awardCriteria": "ratedCriteria",
        "awardCriteriaDetails": f"{row['profile']} {row['profile_version']} sha256:{row['profile_hash']}",
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": period,
        "criteria": [_criterion(lot) for lot in process.lots],
    }
    if row["discussion_opened_at"] is not None:
        tender["hasEnquiries"] = bool(process.comments)
    planned = sum(each["amount"] for each in process.plan_items)
    if not process.plan_items:
        return ["tender"], {"tender": tender}, []
    ids = ", ".join(str(each["id"]) for each in process.plan_items)
    planning = {"budget": {"description": f"plan items {ids}", "amount": value(planned)}}
    return ["planning", "tender"], {"planning": planning, "tender": tender}, []


def _cancelled(process: Process, _: Act) -> Told | None:
    if process.tender["published_at"] is None:
        return None if process.tender["discussion_opened_at"] is None else discussions.given_up(process)
    lots = [{"id": str(lot["id"]), "status": "cancelled"} for lot in process.lots]
    tender = {"id": str(process.tender["id"]), "status": "cancelled", "lots": lots}
    return ["tenderCancellation"], {"tender": tender}, []


def _opened(process: Process, act: Act) -> Told:
    bidders = list({each["party_id"]: supplier_in(each) for each in process.bids}.values())
    lots = {lot["id"]: lot for lot in process.lots}
    tender = {"id": str(process.tender["id"]), "numberOfTenderers": len(bidders)}
    if bidders:
        tender["tenderers"] = [reference(each) for each in bidders]
    counts = [("bids", len(process.bids)), ("bidders", len(bidders))]
    statistics = [{"id": name, "measure": name, "date": moment(act.at), "value": count} for name, count in counts]
    bids: Json = {"statistics": statistics}
    if process.bids:
        bids["details"] = [_bid(each, lots[each["lot_id"]]) for each in process.bids]
    return ["tenderUpdate"], {"tender": tender, "bids": bids}, [(each, ["tenderer"]) for each in bidders]


def _evaluated(process: Process, act: Act) -> Told:
    outcomes = {each["lot"]: each["outcome"] for each in act.public["lots"]}
    lots = [
        {"id": str(lot["id"]), "status": "complete" if outcomes[str(lot["id"])] == "awarded" else "unsuccessful"}
        for lot in process.lots
    ]
    status = "complete" if "awarded" in outcomes.values() else "unsuccessful"
    parts: Json = {"tender": {"id": str(process.tender["id"]), "status": status, "lots": lots}}
    if process.bids:
        parts["bids"] = {"details": [_judged(each) for each in process.bids]}
    return ["tenderUpdate"], parts, []


def _announced(process: Process, act: Act) -> Told:
    said = act.public
    lot = next(each for each in process.lots if str(each["id"]) == said["lot"])
    supplier = supplier_in(next(each for each in process.bids if str(each["id"]) == said["bid"]))
    award = {
        "id": award_name(act.object, said.get("revision", 1)),
        **titled(lot["title"]),
        "status": "pending",
        "date": moment(act.at),
        "value": value(said["amount"]),
        "suppliers": [reference(supplier)],
        "items": [item(lot)],
        "relatedLots": [said["lot"]],
        "relatedBids": [said["bid"]],
    }
    tender = {"id": str(process.tender["id"]), "awardPeriod": {"endDate": moment(act.at)}}
    return ["award"], {"tender": tender, "awards": [award]}, [(supplier, ["supplier"])]


def _revised(process: Process, act: Act) -> Told:
    """A revision is another award, which takes the place of the one before: OCDS can take no supplier off an award."""
    tags, parts, parties = _announced(process, act)
    before = {"id": award_name(act.object, act.public["revision"] - 1), "status": "cancelled"}
    lot = [each for each in process.bids if str(each["lot_id"]) == act.public["lot"]]
    bids = {"bids": {"details": [_judged(each) for each in lot]}}
    return ["awardCancellation", *tags], parts | {"awards": [before, *parts["awards"]]} | bids, parties


def _runner_up_called(process: Process, act: Act) -> Told:
    """The second gets an award of its own, in place of the first's; what was judged of the bids stays."""
    tags, parts, parties = _announced(process, act)
    before = {"id": award_name(act.object, act.public["revision"] - 1), "status": "cancelled"}
    awards = [before, *parts["awards"]]
    return ["awardCancellation", *tags], {"awards": awards}, parties


def _award_cancelled(process: Process, act: Act) -> Told:
    tags, parts, parties = _awards_at("cancelled", "awardCancellation")(process, act) or ([], {}, [])
    if "contract" in act.public:  # nobody signed, so the lot has failed
        lot = {"id": act.public["lot"], "status": "unsuccessful"}
        tags, parts = [*tags, "tenderUpdate"], parts | {"tender": {"id": str(process.tender["id"]), "lots": [lot]}}
    return tags, parts, parties


def _awards_at(status: str, tag: str) -> "_Teller":
    def tell(process: Process, act: Act) -> Told:
        row = process.award(act.object)
        # A revision after which nobody wins ends the award that was announced before it.
        revision = row["revision"] - ("complaint" in act.public)
        return [tag], {"awards": [{"id": award_name(row["id"], revision), "status": status}]}, []

    return tell


def _complained(status: str) -> "_Teller":
    def tell(process: Process, act: Act) -> Told:
        row = next(each for each in process.complaints if each["id"] == act.object)
        complaint: Json = {"id": str(row["id"]), "status": status}
        if status == "open":
            complaint |= {
                "date": moment(act.at),
                "relatedAward": award_name(row["award_id"], row["revision"]),
                "grounds": list(row["grounds"]),
                "relatedLots": [str(row["lot_id"])],
            }
        else:
            complaint["dateDecided"] = moment(act.at)
            if row["remedy"] is not None and status in {"upheld", "partly_upheld"}:
                complaint["remedy"] = row["remedy"]
        return ["awardUpdate"], {"complaints": [complaint]}, []

    return tell


def _criterion(lot: Row) -> Json:
    """How a lot is scored, and the warranty that it asks for."""
    weights = ", ".join(f"{name} {weight}" for name, weight in sorted(lot["weights"].items()))
    criterion: Json = {
        "id": f"{lot['id']}-points",
        "title": "points",
        "description": f"weights: {weights}" if weights else "by the profile",
        "relatedLots": [str(lot["id"])],
    }
    if lot["warranty_months"]:
        requirement = {
            "id": _requirement(lot),
            "title": "warranty in months",
            "dataType": "integer",
            "minValue": lot["warranty_months"],
        }
        criterion["requirementGroups"] = [{"id": f"{lot['id']}-terms", "requirements": [requirement]}]
    return criterion


def _requirement(lot: Row) -> str:
    return f"{lot['id']}-warranty"


def _bid(row: Row, lot: Row) -> Json:
    content = row["content"]
    bid: Json = {
        "id": str(row["id"]),
        "submissionType": "bid",
        "date": moment(row["received_at"]),
        "status": "pending",
        "tenderers": [reference(supplier_in(row))],
        "value": value(tiyn(content["price"])),
        "relatedLots": [str(row["lot_id"])],
    }
    if lot["warranty_months"]:
        bid["requirementResponses"] = [
            {
                "id": f"{row['id']}-warranty",
                "requirement": {"id": _requirement(lot)},
                "value": content["warranty_months"],
            }
        ]
    return bid


def _judged(row: Row) -> Json:
    if row["refusal"] is None:
        return {"id": str(row["id"]), "status": "valid"}
    return {"id": str(row["id"]), "status": "disqualified", "description": row["refusal"]}


def _merged(parties: Sequence[Party]) -> list[Json]:
    """Every party once, with all of its roles in this release."""
    found: dict[str, Json] = {}
    for party, roles in parties:
        known = found.setdefault(party["id"], party | {"roles": []})
        known["roles"] += [role for role in roles if role not in known["roles"]]
    return list(found.values())


_Teller: TypeAlias = Callable[[Process, Act], Told | None]


_TELLERS: Mapping[str, _Teller] = {
    "tender.discussion_opened": discussions.opened,
    "comment.made": discussions.commented,
    "comment.answered": discussions.answered,
    "tender.published": _published,
    "tender.cancelled": _cancelled,
    "tender.opened": _opened,
    "tender.evaluated": _evaluated,
    "award.announced": _announced,
    "award.revised": _revised,
    "award.runner_up_called": _runner_up_called,
    "award.cancelled": _award_cancelled,
    "award.final": _awards_at("active", "awardUpdate"),
    "complaint.filed": _complained("open"),
    "complaint.upheld": _complained("upheld"),
    "complaint.partly_upheld": _complained("partly_upheld"),
    "complaint.dismissed": _complained("dismissed"),
    "complaint.returned": _complained("returned"),
    "complaint.withdrawn": _complained("withdrawn"),
    "complaint.lapsed": _complained("lapsed"),
    "contract.concluded": contracts.concluded,
    "contract.amended": contracts.amended,
    "contract.accepted": contracts.accepted,
    "contract.paid": contracts.paid,
    "contract.completed": contracts.ended,
    "contract.terminated": contracts.ended,
}


TOLD = tuple(_TELLERS)
