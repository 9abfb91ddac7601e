"""`ashyq calendar import`: a file into a running house, what it prints, and what it says when it cannot be."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from stack.calendars import CannotImportCalendar, import_calendar

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
Command = Callable[..., Awaitable[str]]

MOVED = {"off": "2026-12-07", "worked": "2026-12-19", "source": "G26G0000999"}
CALENDAR: dict[str, Any] = {"version": "kz-2026.2", "based_on": "kz-2026.1", "swaps": [MOVED]}


@pytest.fixture
def command(client: httpx.AsyncClient, people: People, tmp_path: Path) -> Command:
    """Runs the command on a file of this text, as the operator; what it printed."""

    async def run(text: str, *, dry_run: bool = False) -> str:
        file = tmp_path / "calendar.json"
        file.write_text(text, "utf-8")
        printed = Console(file=StringIO(), width=200)

        def send() -> None:
            with httpx.Client(base_url=client.base_url, headers=people["operator"]) as sender:
                import_calendar(file, sender, printed, dry_run=dry_run)

        await asyncio.to_thread(send)
        assert isinstance(printed.file, StringIO)
        return printed.file.getvalue()

    return run


async def versions(look: Look) -> list[str]:
    return [each["version"] for each in (await look("nobody", "/v1/calendars"))["items"]]


async def test_a_dry_run_says_what_an_import_then_does(command: Command, file: File, look: Look) -> None:
    await file()
    would = await command(json.dumps(CALENDAR), dry_run=True)
    assert "2026-12-07  week five working_day → day_off_moved_here  G26G0000999" in would
    assert "Open appeals whose term runs over them: 1. Nothing was imported." in would
    assert await versions(look) == ["kz-2026.1"]
    done = await command(json.dumps(CALENDAR))
    assert "2026-12-19  week five weekend → working_day_moved_here  G26G0000999" in done
    assert "It is imported." in done
    assert await versions(look) == ["kz-2026.1", "kz-2026.2"]


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "was not imported"),
        (json.dumps(CALENDAR | {"based_on": "kz-2025.7"}), "There are: kz-2026.1"),
        (json.dumps(CALENDAR | {"version": "kz-2026.1"}), "name a new one"),
        (json.dumps(CALENDAR | {"swaps": [MOVED, MOVED]}), "2026-12-07 may stand in the changes only once"),
        (json.dumps(CALENDAR | {"swaps": [MOVED | {"off": "2031-01-01"}]}), "from 2015-01-01 to 2027-12-31"),
        (json.dumps(CALENDAR | {"swaps": [{"off": "2026-12-07"}]}), "/swaps/0/worked"),
    ],
)
async def test_what_cannot_be_imported_says_what_to_do(
    command: Command, look: Look, text: str, said: str, *, dry_run: bool
) -> None:
    with pytest.raises(CannotImportCalendar) as refused:
        await command(text, dry_run=dry_run)
    assert said in str(refused.value)
    assert await versions(look) == ["kz-2026.1"]


def test_a_file_or_a_house_that_is_not_there_is_said(tmp_path: Path, free_port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{free_port}") as nobody:
        with pytest.raises(CannotImportCalendar, match="cannot be read"):
            import_calendar(tmp_path / "none.json", nobody, Console(), dry_run=False)
        (tmp_path / "calendar.json").write_text(json.dumps(CALENDAR))
        with pytest.raises(CannotImportCalendar, match="does not answer"):
            import_calendar(tmp_path / "calendar.json", nobody, Console(), dry_run=False)


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
