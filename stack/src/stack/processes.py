"""Many processes: each service, the sandbox and the gateway by itself, started, watched and started again."""

import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx
from starlette.types import ASGIApp

from servicekit.neighbours import Neighbour
from stack.composition import SERVICES, Surroundings, create, create_outer_gateway, create_outer_portal
from stack.place import Ground, Place
from stack.serving import HOST, CannotStart, free_ports, listening, serve_child

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_LOOK_EVERY_SECONDS = 0.2
_START_AGAIN_AFTER_SECONDS = 1.0
_START_SECONDS = 30.0
_END_SECONDS = 15.0
_forked = multiprocessing.get_context("fork")


class _Part:
    """A part of the house that runs as a process of its own."""

    def __init__(self, name: str, port: int, make: Callable[[], ASGIApp]) -> None:
        self.name = name
        self.port = port
        self._make = make
        self.process: BaseProcess | None = None
        self._start_at = 0.0

    def keep_running(self) -> bool:
        """Start it when it does not run; whether it was started now. One that ends at once is not begun at once."""
        if self.process is not None and self.process.is_alive():
            return False
        now = time.monotonic()
        if self.process is not None and self._start_at == 0.0:
            self._start_at = now + _START_AGAIN_AFTER_SECONDS
        if now < self._start_at:
            return False
        self._start_at = 0.0
        self.process = _forked.Process(target=serve_child, args=(self._make, self.port), name=self.name, daemon=True)
        self.process.start()
        return True

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is not None:
            self.process.join(_END_SECONDS)
            if self.process.is_alive():
                self.process.kill()
                self.process.join()


def serve_processes(ground: Ground, ready: Callable[[int], None]) -> None:
    """Run every part as a process of its own until an interrupt; one that ends is started again.

    The numbers and addresses of the processes are in `processes.json` of the data folder.

    Raises:
        CannotStart: the port is taken, or the parts do not come up.
    """
    parts = _parts(ground)
    gateway = parts[-1].port
    with _running(ground.place, parts) as look_after:
        ends = time.monotonic() + _START_SECONDS
        while not _answers(gateway):
            if time.monotonic() > ends:
                raise CannotStart("Ashyq could not start; the log in the data folder says why.")
            look_after()
            time.sleep(0.05)
        ready(gateway)
        with suppress(KeyboardInterrupt):
            while True:
                look_after()
                time.sleep(_LOOK_EVERY_SECONDS)


def _parts(ground: Ground) -> list[_Part]:
    names = ("sandbox", *SERVICES)
    ports = dict(zip((*names, "portal"), free_ports(len(names) + 1), strict=True))
    with listening(ground.place.port) as listener:
        ports["gateway"] = listener.getsockname()[1]
    around = Surroundings(ground, lambda name: Neighbour(f"http://{HOST}:{ports[name]}"))
    parts = [_Part(name, ports[name], _maker(name, around)) for name in names]
    parts.append(_Part("portal", ports["portal"], lambda: create_outer_portal(around)))
    return [*parts, _Part("gateway", ports["gateway"], lambda: create_outer_gateway(around))]


def _maker(name: str, around: Surroundings) -> Callable[[], ASGIApp]:
    return lambda: create(name, around)


@contextmanager
def _running(place: Place, parts: list[_Part]) -> Iterator[Callable[[], None]]:
    def look_after() -> None:
        started = [part for part in parts if part.keep_running()]
        if started:
            known = {
                part.name: {"pid": part.process.pid, "url": f"http://{HOST}:{part.port}"}
                for part in parts
                if part.process
            }
            (place.data / "processes.json").write_text(json.dumps(known, indent=2) + "\n")

    try:
        look_after()
        yield look_after
    finally:
        for part in reversed(parts):
            part.end()
        for part in reversed(parts):
            part.wait()
        (place.data / "processes.json").unlink(missing_ok=True)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/health/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False
