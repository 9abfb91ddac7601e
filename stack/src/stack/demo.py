"""A story in the terminal: what a citizen and two bodies do with an appeal, and what silence means."""

import tempfile
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.table import Table

from stack import postgres
from stack.house import Place, furnished
from stack.serving import serving_beside

_ALMATY = ZoneInfo("Asia/Almaty")
# A Friday before New Year: the term runs over holidays, a moved rest day and a worked Sunday.
_BEGINS = datetime(2024, 12, 20, 11, 5, tzinfo=_ALMATY)
_WHY = {
    "day_off_moved_here": "day off, moved here from a weekend",
    "first_day_not_counted": "the day of registration does not count",
    "working_day_moved_here": "working day, moved here from a weekday",
}
_MARKS = {True: "[green]●[/green]", False: "[dim]○[/dim]"}


def play(console: Console, *, pause: float) -> None:
    """Play the story on a stack of its own, in a folder that goes with it; `pause` is in seconds, between steps."""
    with tempfile.TemporaryDirectory(prefix="ashyq-demo-") as folder, ExitStack() as open_things:
        data = Path(folder)
        data.chmod(0o755)  # as root, the database's own account must be able to enter
        open_things.callback(postgres.remove, data)
        with console.status("Starting a whole Ashyq for this story: database, services, gateway …"):
            house = open_things.enter_context(furnished(Place(data, 0), lambda _: None))
            base = open_things.enter_context(serving_beside(house))
        client = open_things.enter_context(httpx.Client(base_url=base, timeout=30))
        _Story(console, client, pause).tell()


class _Story:
    """The steps of the story, each a real request over HTTP."""

    def __init__(self, console: Console, client: httpx.Client, pause: float) -> None:
        self._console = console
        self._client = client
        self._pause = pause
        self._steps = 0

    def tell(self) -> None:
        self._move_clock(_BEGINS)
        self._heading("A citizen files an appeal")
        self._say("It is Friday 20 December 2024, 11:05 in Almaty. A citizen asks about a bus stop.")
        answered = self._file("Bus stop without a roof", "When will the stop at Abai 10 get its roof?", "min-transport")
        self._show_deadline(answered["id"])
        self._forward_and_answer(answered["id"])
        self._let_expire()
        self._console.print(
            "\n[bold green]That is the story.[/bold green] Start your own Ashyq with [bold]make run[/bold].",
            soft_wrap=True,
        )

    def _forward_and_answer(self, appeal: str) -> None:
        self._heading("The ministry is not competent, and forwards within three working days")
        self._move_clock(_BEGINS + timedelta(days=3))
        body = {"agency": "akimat-almaty", "reason": "Bus stops are kept by the city."}
        forwarded = self._post("officer", f"/v1/appeals/{appeal}/forwarding", body)
        self._say(f"Now it is with: {forwarded['agency']['name']['en']}. {forwarded['next_step']['en']}")
        self._heading("The city answers")
        self._move_clock(_BEGINS + timedelta(days=20))
        office = {"sub": "demo:city", "roles": ["officer"], "agency": forwarded["agency"]["bin"]}
        answer = {"outcome": "satisfied", "text": "The roof was set up on 8 January.", "language": "en"}
        self._post(office, f"/v1/appeals/{appeal}/decision", answer)
        self._heading("The citizen reads the history")
        self._show_history(appeal)

    def _let_expire(self) -> None:
        self._heading("Another appeal, which nobody answers")
        late = self._file("Noise at night", "Trains sound their horns from 2 to 4 at night.", "min-transport")
        due = date.fromisoformat(late["due_on"])
        self._say(f"The clock is moved past the deadline, {due:%d %B %Y}.")
        self._move_clock(datetime(due.year, due.month, due.day, 9, 0, tzinfo=_ALMATY) + timedelta(days=1))
        swept = self._client.post("/sandbox/sweep").raise_for_status().json()["done"]["appeals"]["expire-appeals"]
        self._say("The sweep finds what is due and records it" + (f": {swept} refusal by expiry." if swept else "."))
        refused = self._get("citizen", f"/v1/appeals/{late['id']}")
        self._say(f"Status: [bold]{refused['status']}[/bold]. {refused['next_step']['en']}")
        self._show_history(late["id"])
        self._say("Even now the ministry cannot answer as if it had been in time:")
        answer = {"outcome": "explained", "text": "We are looking into it.", "language": "en"}
        problem = self._client.post(
            f"/v1/appeals/{late['id']}/decision", json=answer, headers=self._authorization("officer")
        )
        self._say(f"[red]{problem.status_code}[/red] {problem.json()['title']}: {problem.json()['detail']}")

    def _file(self, subject: str, text: str, agency: str) -> dict[str, Any]:
        body = {"kind": "request", "agency": agency, "subject": subject, "text": text, "language": "en"}
        filed = self._post("citizen", "/v1/appeals", body)
        table = Table(show_header=False, box=None)
        for name, value in (
            ("number", filed["number"]),
            ("agency", filed["agency"]["name"]["en"]),
            ("registered on", filed["registered_on"]),
            ("answer due on", filed["due_on"]),
            ("by the rule", f"{filed['basis']['rules']} {filed['basis']['version']}: {filed['basis']['source']}"),
        ):
            table.add_row(f"  {name}", f"[bold]{value}[/bold]")
        self._console.print(table)
        return filed

    def _show_deadline(self, appeal: str) -> None:
        self._heading("Why that day? Every day is accounted for")
        deadline = self._get("citizen", f"/v1/appeals/{appeal}/deadline")
        for day in deadline["days"]:
            name = f" ({day['name']['en']})" if day["name"] else ""
            number = f"{day['n']:>3}" if day["counted"] else "   "
            weekday = date.fromisoformat(day["date"]).strftime("%a")
            why = _WHY.get(day["why"], day["why"].replace("_", " "))
            self._console.print(f"  {_MARKS[day['counted']]} {day['date']} {weekday} {number}  {why}{name}")

    def _show_history(self, appeal: str) -> None:
        for entry in self._get("citizen", f"/v1/appeals/{appeal}/history")["items"]:
            when = datetime.fromisoformat(entry["at"]).astimezone(_ALMATY)
            event = f"[bold]{entry['event']}[/bold]"
            said = f"  {when:%Y-%m-%d %H:%M}  {event}  by {entry['by']['role']}  [dim]entry {entry['entry']}[/dim]"
            self._console.print(said, soft_wrap=True)

    def _post(self, who: str | dict[str, Any], path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(path, json=body, headers=self._authorization(who)).raise_for_status()
        self._console.print(f"  [dim]POST {path} → {answer.status_code}[/dim]", soft_wrap=True)
        found: dict[str, Any] = answer.json()
        return found

    def _get(self, who: str, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(path, headers=self._authorization(who)).raise_for_status().json()
        return found

    def _authorization(self, who: str | dict[str, Any]) -> dict[str, str]:
        asked = {"persona": who} if isinstance(who, str) else {"claims": who}
        token = self._client.post("/sandbox/token", json=asked).raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def _move_clock(self, moment: datetime) -> None:
        self._client.put("/sandbox/clock", json={"now": moment.isoformat()}).raise_for_status()

    def _heading(self, text: str) -> None:
        if self._steps:
            time.sleep(self._pause)
        self._steps += 1
        self._console.print(f"\n[bold cyan]{self._steps}. {text}[/bold cyan]")

    def _say(self, text: str) -> None:
        self._console.print(f"  {text}", soft_wrap=True)
