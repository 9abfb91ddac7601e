"""A purchase that no human hand decides: sealed bids, points with their reasons, and a window for complaints."""

from datetime import datetime, timedelta
from typing import Any

from stack.demo.receipt import verify
from stack.demo.stage import ALMATY, Stage

_BEGINS = datetime(2026, 7, 1, 10, 0, tzinfo=ALMATY)


def tell(stage: Stage) -> None:
    """Tell it: published, bid for, opened and scored by the clock, checked by who lost, held, contracted."""
    stage.title("A tender")
    stage.move_clock(_BEGINS)
    stage.heading("A health department buys laptops by rating points")
    body = {
        "title": {"kk": "Ноутбуктер", "en": "Laptops"},
        "method": "rating-point",
        "region": "KZ-71",
        "buyer_name": "Денсаулық сақтау басқармасы",
        "bids_until": (_BEGINS + timedelta(days=9)).isoformat(),
        "lots": [
            {
                "title": {"kk": "Ноутбуктер", "en": "Laptops"},
                "item": {"code": "26.20.11", "name": "Ноутбук"},
                "quantity": "20",
                "unit": "дана",
                "amount": {"amount": "6000000.00"},
                "warranty_months": 12,
            }
        ],
    }
    tender = stage.post("buyer", "/v1/tenders", body)
    address = f"/v1/tenders/{tender['id']}"
    stage.post("buyer", f"{address}/publication", {})
    lot = tender["lots"][0]["id"]
    stage.heading("Two suppliers bid; until the deadline nobody can read what")
    stage.move_clock(_BEGINS + timedelta(days=2))
    stage.post("supplier", f"{address}/bids", {"lot": lot, "offer": _offer("5400000.00", 9, 36)})
    stage.post("supplier-2", f"{address}/bids", {"lot": lot, "offer": _offer("5100000.00", 2, 12)})
    stage.say(f"Bids that the public can read: {len(stage.get(None, f'{address}/bids')['items'])}")
    stage.heading("The deadline passes: opening, checks, points and award, by rule")
    stage.move_clock(_BEGINS + timedelta(days=9, hours=1))
    stage.sweep()
    _show_result(stage, lot)
    _check(stage, lot)
    _conclude(stage, lot)


def _show_result(stage: Stage, lot: str) -> None:
    for ranked in stage.get(None, f"/v1/lots/{lot}/result")["ranking"]:
        stage.say(f"[bold]{ranked['place']}. {ranked['total']['display']} points[/bold]")
        for one in ranked["points"]:
            stage.say(f"    {one['criterion']:<22} {one['points']['display']:>6} of {one['weight']}")


def _check(stage: Stage, lot: str) -> None:
    (lost,) = stage.get(None, f"/v1/lots/{lot}/result")["explanation"]["would_have_won"]
    stage.say(f"Who lost was {lost['behind']['display']} points behind.")
    stage.heading("Who lost downloads the certificate, and works it out again without us")
    certificate = stage.download(None, f"/v1/lots/{lot}/certificate")
    verify(stage, certificate, whole=True)
    stage.heading("Somebody flips one byte of it")
    at = certificate.index(b'"experience_years":9') + len('"experience_years":')
    stage.say(f"Byte {at}: a bidder had [bold]9[/bold] years of experience and has [bold]8[/bold] now.")
    verify(stage, certificate[:at] + b"8" + certificate[at + 1 :], whole=False)


def _conclude(stage: Stage, lot: str) -> None:
    award = stage.get(None, f"/v1/lots/{lot}")["award"]
    stage.heading(f"Until {award['complaints_until']} a bidder may complain, and the contract waits")
    stage.refused("buyer", f"/v1/lots/{lot}/contract", {})
    stage.move_clock(_BEGINS + timedelta(days=20))
    stage.sweep()
    contract = stage.post("buyer", f"/v1/lots/{lot}/contract", {})
    place = f"/v1/contracts/{contract['id']}"
    contract = stage.post("supplier", f"{place}/signature", {})
    stage.say(f"Contract {contract['number']} for {contract['amount']['amount']} KZT is {contract['status']}.")
    stage.heading("It is delivered and paid, and every term of the law is a clock that anybody reads")
    done = {"day": (_BEGINS + timedelta(days=20)).date().isoformat(), "amount": contract["amount"]}
    stage.post("buyer", f"{place}/acceptances", done)
    contract = stage.post("buyer", f"{place}/payments", done)
    stage.say(f"It is {contract['status']}.")
    for clock in stage.get(None, f"{place}/clocks")["items"]:
        stage.say(f"    {clock['matter']:<36} due {clock['due_on']}  done {clock['done_on']}  {clock['state']}")
    stage.heading("An auditor looks at all awards")
    for row in stage.get(None, "/v1/awards/summary?by=buyer")["items"]:
        stage.say(f"{row['name']}: {row['count']} for {row['total']['amount']} of {row['allocated']['amount']} KZT")


def _offer(price: str, experience: int, warranty: int) -> dict[str, Any]:
    years = [{"amount": "30000000.00"}] * 3
    return {
        "price": {"amount": price},
        "experience_years": experience,
        "income": years,
        "taxes": [{"amount": "900000.00"}] * 3,
        "payroll": [{"amount": "2000000.00"}] * 3,
        "warranty_months": warranty,
    }
