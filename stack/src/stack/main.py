"""The `ashyq` command."""

import signal
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from stack.demo import play
from stack.house import Place, furnished, place_from_environment
from stack.personas import PERSONAS
from stack.postgres import PostgresUnusable
from stack.sandbox import UnknownPersona
from stack.serving import CannotStart, serve

app = typer.Typer(
    help="Ashyq: open government that anyone can check, all of it on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)


@app.command()
def run(
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer requests; one for each core serves most.")
    ] = 1,
) -> None:
    """Start everything and serve it at http://127.0.0.1:8000 until Ctrl-C.

    PORT chooses another port, ASHYQ_DATA another data folder (usually .ashyq), ASHYQ_DATABASE_URL a PostgreSQL server
    of your own (an administrator's URL).
    """
    place = _place()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end, however it is asked for
    try:
        with furnished(place, _say) as house:
            serve(house, place.port, lambda port: _welcome(port, place), workers=workers)
            _say("Stopping")
    except (CannotStart, PostgresUnusable) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _say("Interrupted before it was ready.")
        return
    _say(f"Stopped. The data stays in {place.data}.")


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
def token(
    persona: Annotated[str, typer.Argument(help="One of: " + ", ".join(PERSONAS))],
) -> None:
    """Print a token of a ready persona, for the Authorization header of a request to the local stack."""
    try:
        print(_place().issuer.token_for(persona))  # noqa: T201 - the bare token, to be put into a variable
    except CannotStart as error:
        _fail(str(error))
    except UnknownPersona as error:
        _fail(f"There is no persona {error.persona!r}. There are: {error.known}")


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
