"""Five stories in the terminal, each told by real requests to a house that is made for them."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx
from rich.console import Console

from stack import postgres
from stack.demo import appeal, debtor, draft, receipt, tender
from stack.demo.stage import Stage
from stack.house import furnished
from stack.place import Place
from stack.serving import serving_beside


def play(console: Console, *, pause: float) -> None:
    """Play the stories on a stack of its own, in a folder that goes with it; `pause` is in seconds, between steps."""
    with tempfile.TemporaryDirectory(prefix="ashyq-demo-") as folder, ExitStack() as open_things:
        data = Path(folder)
        data.chmod(0o755)  # as root, the database's own account must be able to enter
        open_things.callback(postgres.remove, data)
        with console.status("Starting a whole Ashyq for these stories: database, services, gateway …"):
            house = open_things.enter_context(furnished(Place(data, 0), lambda _: None))
            base = open_things.enter_context(serving_beside(house))
        client = open_things.enter_context(httpx.Client(base_url=base, timeout=30))
        stage = Stage(console, client, pause)
        for story in (appeal, debtor, tender, draft, receipt):
            story.tell(stage)
    console.print(
        "\n[bold green]Those are the stories.[/bold green] Start your own Ashyq with [bold]make run[/bold].",
        soft_wrap=True,
    )
