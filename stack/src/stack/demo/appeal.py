"""What a citizen and two bodies do with an appeal, what silence means, and the way to the court."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from stack.demo.receipt import verify
from stack.demo.stage import ALMATY, Stage

# A Friday before New Year: the term runs over holidays, a moved rest day and a worked Sunday.
_BEGINS = datetime(2024, 12, 20, 11, 5, tzinfo=ALMATY)
_WHY = {
    "day_off_moved_here": "day off, moved here from a weekend",
    "first_day_not_counted": "the day of registration does not count",
    "working_day_moved_here": "working day, moved here from a weekday",
}
_MARKS = {True: "[green]●[/green]", False: "[dim]○[/dim]"}


def tell(stage: Stage) -> None:
    """Tell it: one appeal is answered, another is not, and goes up to the court."""
    stage.title("An appeal")
    stage.move_clock(_BEGINS)
    stage.heading("A citizen files an appeal")
    stage.say("It is Friday 20 December 2024, 11:05 in Almaty. A citizen asks about a bus stop.")
    answered = _file(stage, "Bus stop without a roof", "When will the stop at Abai 10 get its roof?")
    _show_deadline(stage, answered["id"])
    _forward_and_answer(stage, answered["id"])
    _let_expire(stage)


def _forward_and_answer(stage: Stage, appeal: str) -> None:
    stage.heading("The ministry is not competent, and forwards within three working days")
    stage.move_clock(_BEGINS + timedelta(days=3))
    body = {"agency": "akimat-almaty", "reason": "Bus stops are kept by the city."}
    forwarded = stage.post("officer", f"/v1/appeals/{appeal}/forwarding", body)
    stage.say(f"Now it is with: {forwarded['agency']['name']['en']}. {forwarded['next_step']['en']}")
    stage.heading("The city answers")
    stage.move_clock(_BEGINS + timedelta(days=20))
    office = {"sub": "demo:city", "roles": ["officer"], "agency": forwarded["agency"]["bin"]}
    answer = {"outcome": "satisfied", "text": "The roof was set up on 8 January.", "language": "en"}
    stage.post(office, f"/v1/appeals/{appeal}/decision", answer)
    stage.heading("The citizen reads the history, and is told")
    stage.history("citizen", f"/v1/appeals/{appeal}/history")
    for notice in stage.get("citizen", "/v1/me/notices")["items"]:
        stage.say(f"[bold]{notice['title']['en']}[/bold] {notice['text']['en']}")


def _let_expire(stage: Stage) -> None:
    stage.heading("Another appeal, which nobody answers")
    late = _file(stage, "Noise at night", "Trains sound their horns from 2 to 4 at night.")
    stage.attach("citizen", f"/v1/appeals/{late['id']}/attachments", "log.txt", b"02:10, 02:40, 03:15, 03:50\n")
    due = date.fromisoformat(late["due_on"])
    stage.say(f"The clock is moved past the deadline, {due:%d %B %Y}.")
    stage.move_clock(datetime(due.year, due.month, due.day, 9, 0, tzinfo=ALMATY) + timedelta(days=1))
    swept = stage.sweep()["appeals"]["expire-appeals"]
    stage.say("The sweep finds what is due and records it" + (f": {swept} refusal by expiry." if swept else "."))
    refused = stage.get("citizen", f"/v1/appeals/{late['id']}")
    stage.say(f"Status: [bold]{refused['status']}[/bold]. {refused['next_step']['en']}")
    stage.history("citizen", f"/v1/appeals/{late['id']}/history")
    stage.say("Even now the ministry cannot answer as if it had been in time:")
    answer = {"outcome": "explained", "text": "We are looking into it.", "language": "en"}
    stage.refused("officer", f"/v1/appeals/{late['id']}/decision", answer)
    _complain(stage, late["id"], due)


def _complain(stage: Stage, appeal: str, due: date) -> None:
    stage.heading("Silence is a refusal, and a refusal can be complained of")
    words = {"text": "I asked about the noise, and nobody answered.", "language": "en"}
    filed = stage.post("citizen", f"/v1/appeals/{appeal}/complaints", words)
    stage.table(("complaint", filed["number"]), ("against", filed["agency"]["name"]["en"]))
    stage.say(filed["next_step"]["en"])
    stage.heading("The ministry satisfies it within three working days, or sends it up; it sends it up")
    opinion = {"opinion": "The trains follow the rules of traffic safety."}
    sent = stage.post("head", f"/v1/complaints/{filed['id']}/sending-up", opinion)
    stage.say(f"Now it is with: {sent['higher']['name']['en']}. {sent['next_step']['en']}")
    ruling: dict[str, Any] = {"outcome": "unsatisfied", "text": "Nothing wrong.", "language": "en"}
    stage.say("The ministry cannot decide a complaint about itself:")
    stage.refused("head", f"/v1/complaints/{filed['id']}/ruling", ruling)
    stage.heading("The body above decides")
    stage.move_clock(datetime(due.year, due.month, due.day, 15, 0, tzinfo=ALMATY) + timedelta(days=8))
    ruling |= {
        "outcome": "perform_action",
        "grounds": ["law_broken_or_misapplied"],
        "text": "The ministry was silent against the law, and answers within ten days.",
    }
    ruled = stage.post("higher-officer", f"/v1/complaints/{filed['id']}/ruling", ruling)
    stage.say(f"Ruling: [bold]{ruled['ruling']['outcome']['name']['en']}[/bold]. {ruled['next_step']['en']}")
    _go_to_court(stage, appeal)


def _go_to_court(stage: Stage, appeal: str) -> None:
    stage.heading("The file for the court, which nobody has to believe: it verifies offline")
    packed = stage.download("citizen", f"/v1/appeals/{appeal}/court-file")
    with ZipFile(BytesIO(packed)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    for name, content in members.items():
        stage.say(f"{name} [dim]{len(content)} bytes[/dim]")
    verify(stage, packed, whole=True)
    stage.heading("Somebody changes one byte of the attached file, and packs it again as if nothing were")
    [log] = [name for name in members if name.startswith("attachments/")]
    verify(stage, _packed(members | {log: members[log].replace(b"02:10", b"02:11")}), whole=False)


def _packed(members: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def _file(stage: Stage, subject: str, text: str) -> dict[str, Any]:
    body = {"kind": "request", "agency": "min-transport", "subject": subject, "text": text, "language": "en"}
    filed = stage.post("citizen", "/v1/appeals", body)
    basis = filed["basis"]
    stage.table(
        ("number", filed["number"]),
        ("agency", filed["agency"]["name"]["en"]),
        ("registered on", filed["registered_on"]),
        ("answer due on", filed["due_on"]),
        ("by the rule", f"{basis['rules']} {basis['version']}: {basis['source']}"),
    )
    return filed


def _show_deadline(stage: Stage, appeal: str) -> None:
    stage.heading("Why that day? Every day is accounted for")
    for day in stage.get("citizen", f"/v1/appeals/{appeal}/deadline")["days"]:
        name = f" ({day['name']['en']})" if day["name"] else ""
        number = f"{day['n']:>3}" if day["counted"] else "   "
        weekday = date.fromisoformat(day["date"]).strftime("%a")
        why = _WHY.get(day["why"], day["why"].replace("_", " "))
        stage.say(f"{_MARKS[day['counted']]} {day['date']} {weekday} {number}  {why}{name}")
