"""Runs Ashyq so that it kills itself between the commit of a change and the answer to it, once a file asks for it.

The kill is real (SIGKILL), only its moment is chosen; everything else is the product.
"""

import os
import signal
from pathlib import Path

from servicekit.database import Writing
from stack.main import app

ORDER = Path(os.environ["ASHYQ_DATA"]) / "die-after-commit"
commit = Writing.commit


async def commit_and_die(writing: Writing) -> None:
    """The commit of every transaction; the first that has stored an answer is followed by the end."""
    await commit(writing)
    if ORDER.exists():
        ORDER.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


Writing.commit = commit_and_die  # type: ignore[method-assign,assignment]
app(["run"])
