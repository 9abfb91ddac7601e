"""The `ashyq-witness` command."""

import logging
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from verifier.notes import Key
from witness.app import create_app
from witness.opening import CannotStart, log_keys, signer_in
from witness.storage import Unusable, locked

_MOST_AT_ONCE = 500  # connections; with the limit of a body they bound the memory

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    data: Annotated[
        Path,
        typer.Option(envvar="ASHYQ_WITNESS_DATA", help="Folder of this witness alone, on a disk of this machine."),
    ] = Path("witness-data"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 is any free one.")] = 8100,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 is all of them.")] = "127.0.0.1",
    log: Annotated[
        list[str] | None,
        typer.Option(envvar="ASHYQ_WITNESS_LOGS", metavar="VKEY", help="A log's key; as often as there are logs."),
    ] = None,
    logs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Logs' keys, one a line; # begins a remark.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(envvar="ASHYQ_WITNESS_NAME", help="Name for the key that the first start makes.")
    ] = None,
) -> None:
    """Watch logs: cosign each checkpoint that continues what was seen before, and refuse the rest.

    A log's key is the first line of /v1/journals/<service>/keys at the Ashyq that is to be watched.

    The witness makes a key at its first start and keeps it in its folder. ASHYQ_WITNESS_KEY gives one that is kept
    elsewhere. Folder and key belong together for ever: never copy a folder back from a backup.
    """
    try:
        keys = log_keys([*(log or ()), *(_lines_of(logs) if logs else ())])
        data = data.expanduser().absolute()
        with locked(data):
            signer = signer_in(data, os.environ.get("ASHYQ_WITNESS_KEY"), name)
        listener = _listening(host, port)
    except (CannotStart, Unusable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    _introduce(signer.key, data, keys, f"http://{host}:{listener.getsockname()[1]}")
    _serve(uvicorn.Server(_configuration(create_app(data, signer, keys))), listener)


def main() -> None:
    """Run the command."""
    app()


def _lines_of(file: Path) -> list[str]:
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"The logs' keys cannot be read from {file}: {error}") from error
    return [line for line in lines if line]


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CannotStart(f"Cannot listen at {host}, port {port} ({error.strerror}). Choose another --port.") from error


def _introduce(witness: Key, data: Path, logs: Sequence[Key], address: str) -> None:
    typer.echo(f"Witness {witness.text}")
    typer.echo(f"  stores  {data}")
    for origin in dict.fromkeys(key.name for key in logs):
        typer.echo(f"  watches {origin}")
    typer.echo(f"  listens {address}")
    sys.stdout.flush()


def _configuration(witness: Starlette) -> uvicorn.Config:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    return uvicorn.Config(
        witness,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=10,
    )


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    with listener, suppress(KeyboardInterrupt):  # the server has ended in order, and tells once more why
        server.run(sockets=[listener])
    if not server.started:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
