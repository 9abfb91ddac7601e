"""Where a story is told: a terminal, a running house, its movable clock, and whoever is needed."""

import time
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

ALMATY = ZoneInfo("Asia/Almaty")
_PATIENCE_SECONDS = 20.0
# A ready persona by name, or the claims of somebody else's token.
Who: TypeAlias = str | dict[str, Any]


class Stage:
    """Tells the steps of a story, each a real request over HTTP; `pause` is in seconds, between steps."""

    def __init__(self, console: Console, client: httpx.Client, pause: float) -> None:
        self.client = client
        self._console = console
        self._pause = pause
        self._steps = 0
        self._tokens: dict[str, str] = {}

    def title(self, text: str) -> None:
        self._console.rule(f"[bold]{text}[/bold]")

    def heading(self, text: str) -> None:
        if self._steps:
            time.sleep(self._pause)
        self._steps += 1
        self._console.print(f"\n[bold cyan]{self._steps}. {text}[/bold cyan]")

    def say(self, text: str) -> None:
        self._console.print(f"  {text}", soft_wrap=True)

    def table(self, *rows: tuple[str, object]) -> None:
        table = Table(show_header=False, box=None)
        for name, value in rows:
            table.add_row(f"  {name}", f"[bold]{value}[/bold]")
        self._console.print(table)

    def move_clock(self, moment: datetime) -> None:
        self.client.put("/sandbox/clock", json={"now": moment.isoformat()}).raise_for_status()

    def sweep(self) -> dict[str, dict[str, int]]:
        """What each sweep of each service dealt with."""
        done: dict[str, dict[str, int]] = self.client.post("/sandbox/sweep").raise_for_status().json()["done"]
        return done

    def post(self, who: Who | None, path: str, body: object) -> dict[str, Any]:
        answer = self.client.post(path, json=body, headers=self._authorization(who)).raise_for_status()
        self._console.print(f"  [dim]POST {path} → {answer.status_code}[/dim]", soft_wrap=True)
        found: dict[str, Any] = answer.json()
        return found

    def attach(self, who: Who, path: str, name: str, content: bytes) -> dict[str, Any]:
        """Send a file, as it is."""
        answer = self.client.post(path, params={"name": name}, content=content, headers=self._authorization(who))
        found: dict[str, Any] = answer.raise_for_status().json()
        self.say(f"Attached: {name}, {found['size']} bytes, SHA-256 [bold]{found['sha256']}[/bold]")
        return found

    def refused(self, who: Who, path: str, body: object) -> None:
        """Show a request that must not succeed, and what is said to it."""
        answer = self.client.post(path, json=body, headers=self._authorization(who))
        if not answer.is_error:
            raise RuntimeError(f"POST {path} was not refused")
        self.say(f"[red]{answer.status_code}[/red] {answer.json()['title']}: {answer.json()['detail']}")

    def get(self, who: Who | None, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(path, headers=self._authorization(who)).raise_for_status().json()
        return found

    def download(self, who: Who | None, path: str) -> bytes:
        """What is at a path, as it comes; what is not ready yet is waited for."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        answer = self.client.get(path, headers=self._authorization(who))
        while answer.status_code == httpx.codes.ACCEPTED and time.monotonic() < ends:
            time.sleep(0.1)
            answer = self.client.get(path, headers=self._authorization(who))
        if answer.raise_for_status().status_code != httpx.codes.OK:
            raise RuntimeError(f"GET {path} has not come")
        self._console.print(f"  [dim]GET {path} → {answer.status_code}, {len(answer.content)} bytes[/dim]")
        return answer.content

    def quote(self, text: str) -> None:
        """Show what another program printed; its first line says the most."""
        first, *others = text.rstrip().splitlines()
        self.say(f"[bold]{escape(first)}[/bold]")
        for line in others:
            self.say(escape(line))

    def history(self, who: Who | None, path: str) -> None:
        for entry in self.get(who, path)["items"]:
            when = datetime.fromisoformat(entry["at"]).astimezone(ALMATY)
            event = f"[bold]{entry['event']}[/bold]"
            self.say(f"{when:%Y-%m-%d %H:%M}  {event}  by {entry['by']['role']}  [dim]entry {entry['entry']}[/dim]")

    def _authorization(self, who: Who | None) -> dict[str, str]:
        if who is None:
            return {}
        name = who if isinstance(who, str) else who["sub"]
        if name not in self._tokens:
            asked = {"persona": who} if isinstance(who, str) else {"claims": who}
            answer = self.client.post("/sandbox/token", json=asked).raise_for_status()
            self._tokens[name] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[name]}"}
