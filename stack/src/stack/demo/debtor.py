"""Who is a debtor, from the opening of enforcement to its close, and how money is shared."""

from datetime import datetime, timedelta
from typing import Any

from stack.demo.stage import ALMATY, Stage

_BEGINS = datetime(2026, 6, 1, 10, 0, tzinfo=ALMATY)
_DEBTOR = {"scheme": "KZ-IIN", "id": "791103399014", "name": "Жүнісов Ерлан Қайратұлы"}


def tell(stage: Stage) -> None:
    """Tell it: received, opened, found under any spelling, paid by queues, closed."""
    stage.title("The register of debtors")
    stage.move_clock(_BEGINS)
    stage.heading("A bailiff receives a court's document, and opens the proceeding")
    claims = [_claim("alimony", "300000.00"), _claim("other", "100000.00"), _claim("other", "300000.00")]
    body = {
        "region": "KZ-71",
        "document": {"number": "2-1234/2026", "issued_by": "Алматы аудандық соты"},
        "debtor": _DEBTOR,
        "claims": claims,
    }
    received = stage.post("bailiff", "/v1/proceedings", body)
    stage.say(f"{received['number']}: to be opened by {received['opening_due_on']} ({received['basis']['source']}).")
    address = f"/v1/proceedings/{received['id']}"
    stage.move_clock(_BEGINS + timedelta(days=1))
    stage.post("bailiff", f"{address}/opening", {})
    _search(stage)
    stage.heading("500,000 tenge come in: alimony first, the rest by proportion")
    shared = stage.post("bailiff", f"{address}/proceeds", {"amount": {"amount": "500000.00"}})
    for share in shared["shares"]:
        stage.say(f"queue {share['queue']}  owed {share['owed']['amount']:>10}  gets {share['paid']['amount']:>10}")
    stage.heading("Everything is paid: the debtor leaves the register in the same transaction")
    stage.post("bailiff", f"{address}/proceeds", {"amount": {"amount": "200000.00"}})
    stage.post("bailiff", f"{address}/closing", {"ground": "paid"})
    gone = stage.post(None, "/v1/debtors/search", {"iin": _DEBTOR["id"]})
    stage.say(f"Found now: {len(gone['items'])}")


def _search(stage: Stage) -> None:
    stage.heading("Anybody may ask about somebody they know, in any spelling")
    for name in ("Жүнісов Ерлан Қайратұлы", "Жунисов Ерлан Кайратулы", "Zhunisov Yerlan Kairatuly"):
        found = stage.post(None, "/v1/debtors/search", {"name": name, "birth_date": "1979-11-03"})
        hits = [f"{hit['certainty']}: {hit['reason']['en']}" for hit in found["items"]]
        stage.say(f"{name}: {hits or 'nobody'}")
    stage.say("But nobody may go through people by name alone:")
    stage.refused("citizen", "/v1/debtors/search", {"name": "Жүнісов Ерлан"})


def _claim(category: str, amount: str) -> dict[str, Any]:
    claimant = {"scheme": "KZ-IIN", "id": "880417499014", "name": "Сапарова Айгерім"}
    return {"claimant": claimant, "category": category, "amount": {"amount": amount}}
