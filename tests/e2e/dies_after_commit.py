"""Runs Ashyq so that it kills itself between the commit of a change and the answer to it, once a file asks for it.

The kill is real (SIGKILL), only its moment is chosen; everything else is the product.
"""

import os
import signal
from pathlib import Path
from typing import Any

from servicekit.database import Query, Writing
from stack.main import app

ORDER = Path(os.environ["ASHYQ_DATA"]) / "die-after-commit"
finish = Writing.finish


async def finish_and_die(writing: Writing, query: Query, **values: Any) -> None:
    """The last statement of a change, committed with its answer, and then the end."""
    await finish(writing, query, **values)
    if ORDER.exists():
        ORDER.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


Writing.finish = finish_and_die  # type: ignore[method-assign,assignment]
app(["run"])
