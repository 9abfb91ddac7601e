"""The witness of a house: a process of its own, with a key and a folder of its own, which is kept running."""

import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait

from starlette.types import ASGIApp

from stack.composition import SERVICES
from stack.place import Place
from stack.serving import HOST, follow_the_parent, free_ports, serve_child
from witness.app import create_app

_START_AGAIN_AFTER_SECONDS = 1.0
_forked = multiprocessing.get_context("fork")


@contextmanager
def witness_beside(place: Place) -> Iterator[str]:
    """A witness of this house's journals while the caller does something else; gives its URL."""
    (port,) = free_ports(1)
    keeper = _forked.Process(target=_keep, args=(place, port), name="keeper of the witness")
    keeper.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        keeper.terminate()
        keeper.join()


def _keep(place: Place, port: int) -> None:
    """Run the witness, and again when it ends, until the house's own process is gone or asks to end."""
    follow_the_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    house = multiprocessing.parent_process()
    while house is not None:
        witness = _forked.Process(target=serve_child, args=(partial(_witness, place), port), name="witness")
        witness.start()
        try:
            if house.sentinel in wait([house.sentinel, witness.sentinel]):
                return
        finally:
            witness.terminate()
            witness.join()
        time.sleep(_START_AGAIN_AFTER_SECONDS)


def _witness(place: Place) -> ASGIApp:
    logs = [place.journal_signer(service).key for service in SERVICES]
    return create_app(place.data / "witness", place.witness_signer, logs)
