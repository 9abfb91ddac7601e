"""The `ashyq` command."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from stack.calendars import CannotImportCalendar, import_calendar
from stack.composition import SERVICES, compose
from stack.demo import play
from stack.flags import Profile, tell_flags
from stack.fsck.telling import tell
from stack.house import prepared
from stack.importing import CannotImport, import_all, tell_tally
from stack.personas import PERSONAS
from stack.place import Place, place_from_environment
from stack.postgres import PostgresUnusable
from stack.processes import serve_processes
from stack.sandbox import UnknownPersona
from stack.seeding import Addresses, seed_first_start, seed_running
from stack.serving import CannotStart, serve
from stack.year.world import Refused
from verifier.__main__ import main as verifier_command
from verifier.notes import LOG, BadKey
from verifier.signing import Signer

app = typer.Typer(
    help="Ashyq: open government that anyone can check, all of it on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
calendar = typer.Typer(help="The working calendar by which terms are counted.", no_args_is_help=True)
app.add_typer(calendar, name="calendar")
_console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)


@app.command()
def run(
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer requests; one for each core serves most.")
    ] = 1,
    processes: Annotated[bool, typer.Option("--processes", help="Each service as a process of its own.")] = False,  # noqa: FBT002 - a switch
) -> None:
    """Start everything and serve it at http://127.0.0.1:8000 until Ctrl-C.

    PORT chooses another port, ASHYQ_DATA another data folder (usually .ashyq), ASHYQ_DATABASE_URL a PostgreSQL server
    of your own (an administrator's URL). The first start plays a synthetic year, which ASHYQ_EMPTY=1 leaves out.
    """
    place = _place()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end, however it is asked for
    try:
        with prepared(place, _say) as ground:
            seed_first_start(ground, _console)
            if processes:
                serve_processes(ground, lambda port: _welcome(port, place))
            else:
                serve(compose(ground), place.port, lambda port: _welcome(port, place), workers=workers)
            _say("Stopping")
    except (CannotStart, PostgresUnusable, Refused) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _say("Interrupted before it was ready.")
        return
    _say(f"Stopped. The data stays in {place.data}.")


@app.command()
def seed(
    scale: Annotated[float, typer.Option(min=0.01, max=1000, help="How much happens; 1 is what `run` plays.")] = 1,
) -> None:
    """Fill an empty house with a synthetic year, marked as such; `run` does it at its first start.

    With ASHYQ_SANDBOX_URL, ASHYQ_APPEALS_URL and so on it is the one that runs there, else that of ASHYQ_DATA.
    """
    if os.environ.get("ASHYQ_EMPTY"):
        _say("It is to stay empty (ASHYQ_EMPTY).")
        return
    try:
        if "ASHYQ_SANDBOX_URL" in os.environ:
            played = seed_running(Addresses(), _console, scale=scale)
        else:
            place = replace(_place(), port=0, empty=False)
            with prepared(place, _say) as ground:
                played = seed_first_start(ground, _console, scale=scale)
    except (CannotStart, PostgresUnusable, Refused) as error:
        _fail(str(error))
    _say("The year is there." if played else "There is something already, so nothing was added.")


@app.command()
def demo(
    pause: Annotated[float, typer.Option(help="Seconds to wait between the steps of the story.")] = 0.0,
) -> None:
    """Play the story of an appeal: filed, forwarded, answered; and of another that nobody answers."""
    try:
        play(_console, pause=pause)
    except (CannotStart, PostgresUnusable) as error:
        _fail(str(error))


@app.command()
def fsck(
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]...", help="Journals, as http://host/v1/journals/appeals.")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where ashyq-verify and this remember what journals have said.")
    ] = None,
    witness: Annotated[str | None, typer.Option(metavar="URL", help="A witness: what has it seen?")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,  # noqa: FBT002 - a switch
) -> None:
    """Check journals by what anybody can read of them: every entry, every hash of the tree, every signature.

    Without a URL these are the four of the house that listens on PORT. Ends with 0 if all are verified, 1 if there is a
    fault, 2 if something cannot be read.
    """
    house = [] if urls else [f"http://127.0.0.1:{_place().port}/v1/journals/{service}" for service in SERVICES]
    sys.exit(tell(urls or house, _console, _errors, memory=memory, witness=witness, as_json=as_json))


@app.command()
def flags(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Compiled releases, one JSON object a line; - for stdin.")
    ],
    profile: Annotated[
        Profile, typer.Option(help="cardinal: its 11 indicators; ashyq: every rule, findings with evidence.")
    ] = "cardinal",
    settings: Annotated[
        Path | None, typer.Option(metavar="JSON", help="Currency, exclusions, thresholds, by Cardinal's names.")
    ] = None,
    whole: Annotated[  # noqa: FBT002 - a switch
        bool, typer.Option("--whole", help="cardinal: by group, as Cardinal prints; ashyq: also clear, not computable.")
    ] = False,
) -> None:
    """Compute red flags over OCDS compiled releases of any country: a flag is a reason to look, nothing more.

    `--profile cardinal` prints one object, {"R003": {"<ocid>": 1.0}, "R038": {"<buyer>": 0.5}, ...}: what Cardinal
    computes, by its formulas and exclusions. Settings are those of its settings.ini as JSON, for example
    {"currency": "USD", "exclusions": {"procurement_method_details": "A|B"}, "R024": {"threshold": 0.05}}; as there, if
    they name indicators only these are computed.

    `--profile ashyq` prints a line for each flag of every rule, with its numbers and peers.

    A line that is no compiled release is told with its number and left out. Ends with 2 if nothing can be read.
    """
    sys.exit(tell_flags(file, profile, settings, _errors, whole=whole))


@app.command("import")
def import_releases(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE|URL...", help="Packages (.json) or lines (.jsonl), also with .gz.")
    ],
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the source is called; else each ocid's prefix.")
    ] = None,
) -> None:
    """Read another country's contracting data (OCDS 1.1 releases or records) into the house that listens on PORT.

    Its awards stand beside ours in GET /v1/awards then, with `source` and `currency`. What is wrong with a release is
    told, and the others are kept; sending the same again does no harm. Ends with 0 if nothing was refused, else 1.
    """
    try:
        with _as("auditor") as client:
            tally = import_all(places, client, _console, source=source)
    except CannotImport as error:
        _fail(str(error))
        raise
    tell_tally(tally, _console)
    sys.exit(1 if tally.refused else 0)


@calendar.command("import")
def import_calendar_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new version as JSON: docs/law/calendar.md.")],
    dry_run: Annotated[  # noqa: FBT002 - a switch
        bool, typer.Option("--dry-run", help="Only tell which days would change, and for how many open appeals.")
    ] = False,
) -> None:
    """Import a new version of the working calendar into the house that listens on PORT.

    It is one that is known, with days that an act moves:
    {"version": "kz-2026.2", "based_on": "kz-2026.1",
    "swaps": [{"off": "2026-12-18", "worked": "2026-12-13", "source": "the act"}]}.

    What is filed from then on is counted by it, and the terms of open appeals are counted anew, none of them shorter.
    """
    try:
        with _as("operator") as client:
            import_calendar(file, client, _console, dry_run=dry_run)
    except CannotImportCalendar as error:
        _fail(str(error))


@app.command()
def token(
    persona: Annotated[str, typer.Argument(help="One of: " + ", ".join(PERSONAS))],
) -> None:
    """Print a token of a ready persona, for the Authorization header of a request to the local stack.

    The house that listens on PORT gives it, however it runs; where none does, that of ASHYQ_DATA.
    """
    try:
        place = _place()
        print(_given(place.port, persona) or place.issuer.token_for(persona))  # noqa: T201 - bare, for a variable
    except CannotStart as error:
        _fail(str(error))
    except UnknownPersona as error:
        _fail(f"There is no persona {error.persona!r}. There are: {error.known}")


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def verify(context: typer.Context) -> None:
    """Check a receipt, or follow a journal: what `ashyq-verify` does (ashyq verify --help)."""
    sys.exit(verifier_command(context.args))


@app.command("journal-key")
def journal_key(
    name: Annotated[str, typer.Argument(help="By what the journal is known, as ashyq.example.kz/appeals.")],
) -> None:
    """Make a key for a service's journal: the secret (ASHYQ_JOURNAL_KEY), and the line that everybody may know."""
    try:
        signer = Signer.new(name, LOG)
    except BadKey as error:
        _fail(str(error))
        raise
    print(f"ASHYQ_JOURNAL_KEY={signer.secret}\n{signer.key.text}")  # noqa: T201 - bare, for a file


def _as(persona: str) -> httpx.Client:
    """A client of the house that listens on PORT, as a persona."""
    port = _place().port
    token = _given(port, persona)
    if token is None:
        _fail(f"No house listens on {port}. Start one with `ashyq run`.")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)


def _given(port: int, persona: str) -> str | None:
    """The token that a running house gives for a persona; None when none runs, or it does not know the persona."""
    try:
        answer = httpx.post(f"http://127.0.0.1:{port}/sandbox/token", json={"persona": persona}, timeout=2)
        given: str = answer.raise_for_status().json()["access_token"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    return given


def _place() -> Place:
    try:
        return place_from_environment()
    except CannotStart as error:
        _fail(str(error))
        raise


def _say(text: str) -> None:
    _console.print(escape(text) if text.endswith(".") else f"[dim]{escape(text)} …[/dim]", soft_wrap=True)


def _fail(text: str) -> None:
    _errors.print(f"[red]{escape(text)}[/red]", soft_wrap=True)
    sys.exit(1)


def _welcome(port: int, place: Place) -> None:
    base = f"http://127.0.0.1:{port}"
    _console.print(
        f"""
[bold]Ashyq is open at {base}[/bold]

  Pages            {base}
  The API          {base}/v1/agencies
  Documentation    {base}/docs
  Errors           {base}/problems
  Data and log     {escape(str(place.data))}

A first request, as a citizen:

  TOKEN=$(.venv/bin/ashyq token citizen)
  curl -s {base}/v1/appeals -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
    -d '{{"kind": "request", "agency": "min-transport", "subject": "Bus", "text": "When is bus 12?", "language": "en"}}'

Ctrl-C stops everything; the data stays.
""",
        soft_wrap=True,
    )


if __name__ == "__main__":
    app()
