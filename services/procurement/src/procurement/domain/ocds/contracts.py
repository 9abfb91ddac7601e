"""How the acts on a contract are told: signed, amended, accepted, paid, ended."""

from procurement.domain.ocds.parts import (
    Act,
    Json,
    Process,
    Row,
    Told,
    award_name,
    buyer_of,
    item,
    moment,
    party_named,
    reference,
    titled,
    value,
)


def concluded(process: Process, act: Act) -> Told:
    row = _contract_of(process, act)
    award = process.award(row["award_id"])
    lot = next(each for each in process.lots if each["id"] == row["lot_id"])
    contract = {
        "id": str(row["id"]),
        "awardID": award_name(award["id"], award["revision"]),
        **titled(award["lot_title"]),
        "status": "active",
        "dateSigned": moment(act.at),
        "value": value(act.public["amount"]),
        "items": [item(lot)],
        "relatedBids": [str(award["bid_id"])],
    }
    active = {"id": award_name(award["id"], award["revision"]), "status": "active"}
    return ["contract"], {"awards": [active], "contracts": [contract]}, [(_contractor(row), ["supplier"])]


def amended(process: Process, act: Act) -> Told:
    said = act.public
    amendment = {
        "id": str(act.entry),
        "date": moment(act.at),
        "rationale": said["reason"],
        "description": f"{said['before']} to {said['amount']} tiyn on {said['day']}",
    }
    return _of_contract(process, act, "contractAmendment", {"value": value(said["amount"]), "amendments": [amendment]})


def accepted(process: Process, act: Act) -> Told:
    milestone = {
        "id": str(act.entry),
        "title": "accepted",
        "description": f"{act.public['amount']} tiyn",
        "type": "delivery",
        "status": "met",
        "dateMet": _noon(act.public["day"]),
    }
    return _of_contract(process, act, "implementation", {"implementation": {"milestones": [milestone]}})


def paid(process: Process, act: Act) -> Told:
    row = _contract_of(process, act)
    transaction = {
        "id": str(act.entry),
        "date": _noon(act.public["day"]),
        "value": value(act.public["amount"]),
        "payer": reference(buyer_of(process.tender)),
        "payee": reference(_contractor(row)),
    }
    return _of_contract(process, act, "implementation", {"implementation": {"transactions": [transaction]}})


def ended(process: Process, act: Act) -> Told:
    # The standard has one word for what was fulfilled and for what was broken off: no longer in force.
    return _of_contract(process, act, "contractTermination", {"status": "terminated"})


def _of_contract(process: Process, act: Act, tag: str, said: Json) -> Told:
    """What an act says of a contract that was told before."""
    row = _contract_of(process, act)
    award = process.award(row["award_id"])
    known = {"id": str(row["id"]), "awardID": award_name(award["id"], award["revision"])}
    return [tag], {"contracts": [known | said]}, [(_contractor(row), ["supplier"])]


def _contract_of(process: Process, act: Act) -> Row:
    return next(each for each in process.contracts if each["id"] == act.object)


def _contractor(row: Row) -> Json:
    return party_named(row["supplier"], row["supplier_scheme"], row["supplier_number"], row["supplier_name"])


def _noon(day: str) -> str:
    """A day, which has no hour, as the moment that the standard wants: noon in Astana."""
    return f"{day}T07:00:00.000000Z"
