"""What `ashyq calendar import` does: a calendar out of a file into a running house, or only what it would change."""

import json
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

_SHAPE = (
    'It is an object like {"version": "kz-2026.2", "based_on": "kz-2026.1", "swaps": '
    '[{"off": "2026-12-18", "worked": "2026-12-13", "source": "the act"}], "holidays": [], "dropped": []}.'
)


class CannotImportCalendar(Exception):
    """The file cannot be read, or the house does not take it; the text says what to do."""


def import_calendar(file: Path, client: httpx.Client, console: Console, *, dry_run: bool) -> None:
    """Send the calendar in a file to a house and say which days it changes; `client` has the operator's token.

    Raises:
        CannotImportCalendar: as the class says; nothing was imported.
    """
    document = _read(file)
    try:
        answer = client.post("/v1/calendars/preview" if dry_run else "/v1/calendars", json=document)
        told: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CannotImportCalendar(f"The house does not answer ({error}). See its log, then try again.") from error
    if not answer.is_success:
        raise CannotImportCalendar(f"{file} was not imported. {_why(told)}")
    days = told["days_from_newest"] if dry_run else told["days"]
    console.print(f"{told['version']} {'would change' if dry_run else 'changes'} these days:")
    for day in days:
        is_now = f"{day['was']} → {day['why']}"
        console.print(f"  {day['date']}  week {day['week']:<5}{is_now}  {escape(day['source'] or '')}", soft_wrap=True)
    if dry_run:
        console.print(f"Open appeals whose term runs over them: {told['open_appeals']}. Nothing was imported.")
    else:
        console.print("It is imported. New deadlines are counted by it; those of open appeals are being counted anew.")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CannotImportCalendar(f"{file} cannot be read ({error.strerror}). Name a file that can.") from error
    except ValueError as error:
        raise CannotImportCalendar(f"{file} is not JSON ({error}). {_SHAPE}") from error


def _why(problem: dict[str, Any]) -> str:
    faults = "; ".join(f"{each['pointer']}: {each['detail']}" for each in problem.get("errors") or ())
    text = problem.get("detail") or problem.get("title") or "It does not say why."
    return f"{text} {faults}. {_SHAPE}" if faults else str(text)
