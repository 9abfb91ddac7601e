"""An app served on this machine: by this process, by several, or beside what the caller does."""

import errno
import gc
import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import uvicorn
from starlette.types import ASGIApp

from servicekit.gathering import GatheringProtocol

HOST = "127.0.0.1"
LAST_PORT = 65535
_ENDED_IN_ORDER = (0, -signal.SIGTERM)
_GARBAGE_LOOKED_FOR_AFTER = 20_000  # new objects
# The app is made once and its copies go on from there; nothing is open or running in it yet.
_processes = multiprocessing.get_context("fork")


class CannotStart(Exception):
    """Something outside stands in the way; the message says what, and what to do about it."""


def serve(app: ASGIApp, port: int, ready: Callable[[int], None], *, workers: int = 1) -> None:
    """Serve until a signal asks to stop; `ready` is called with the port once requests are answered.

    Workers are processes that share the port, each with its own copy of the app. When one of them ends, all do.

    Raises:
        CannotStart: the port is taken, the app could not start, or a worker was lost.
    """
    with listening(port, shared=workers > 1) as listener:
        server = _Server(_configuration(app), ready)
        with _helped(server, app, listener, workers - 1) as others, suppress(KeyboardInterrupt):
            # An interrupt is over when it comes here: the server has ended in order, and tells once more why.
            server.run(sockets=[listener])
        # A worker that was asked to end, by us or by the same Ctrl-C, has ended in order.
        if not server.started:
            raise CannotStart("Ashyq could not start; the log in the data folder says why.")
        if any(worker.exitcode not in _ENDED_IN_ORDER for worker in others):
            raise CannotStart("A worker has ended unasked, so Ashyq stopped; the log in the data folder may say why.")


@contextmanager
def serving_beside(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve in a thread of its own while the caller does something else; gives the base URL."""
    started = threading.Event()
    with listening(port) as listener:
        server = _Server(_configuration(app), lambda _: started.set())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="ashyq")
        thread.start()
        try:
            while not started.wait(0.05):
                if not thread.is_alive():
                    raise CannotStart("Ashyq could not start; the log in the data folder says why.")
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def listening(port: int, *, shared: bool = False) -> Iterator[socket.socket]:
    """A socket bound to a port of this machine; `shared` lets other processes of ours bind it too.

    Raises:
        CannotStart: the port is taken or cannot be used.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else 8080
            message = f"Port {port} is taken by another program. Choose another: make run PORT={other}"
        else:
            message = f"Port {port} cannot be used ({error.strerror}). Choose another, for example: make run PORT=8080"
        raise CannotStart(message) from error
    with listener:
        yield listener


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now; held together while they are chosen, so that no two are the same."""
    listeners = [socket.create_server((HOST, 0)) for _ in range(count)]
    try:
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


class _Server(uvicorn.Server):
    """Tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What was made by now stays; looking through it again and again for garbage took a twentieth of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE_LOOKED_FOR_AFTER)
        if self.started and sockets:
            self._ready(sockets[0].getsockname()[1])


@contextmanager
def _helped(
    server: uvicorn.Server, app: ASGIApp, listener: socket.socket, count: int
) -> Iterator[Sequence[BaseProcess]]:
    """Other workers beside this one's server, which stops when one of them ends."""
    port = listener.getsockname()[1]
    with ExitStack() as sockets:
        listeners = [sockets.enter_context(listening(port, shared=True)) for _ in range(count)]
        workers = [
            _processes.Process(target=_work, args=(app, its), name=f"ashyq worker {n}", daemon=True)
            for n, its in enumerate(listeners, start=2)
        ]
        for worker in workers:
            worker.start()
    # This process has closed its ends, so that nothing is sent to a socket at which nobody accepts.

    def watch() -> None:
        wait([worker.sentinel for worker in workers])
        server.should_exit = True

    if workers:
        threading.Thread(target=watch, name="watch over workers", daemon=True).start()
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


def serve_child(make: Callable[[], ASGIApp], port: int) -> None:
    """What a process of its own does: serve an app on a port, until it is asked to end or its parent is gone."""
    follow_the_parent()
    with listening(port) as listener:
        _work(make(), listener)


def follow_the_parent() -> None:
    """Ctrl-C goes to all processes at once: this one ends in order while it serves, and raises nothing afterwards."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _work(app: ASGIApp, listener: socket.socket) -> None:
    follow_the_parent()
    server = _Server(_configuration(app), lambda _: None)
    parent = multiprocessing.parent_process()

    def leave_with_parent() -> None:
        if parent is not None:
            parent.join()
        server.should_exit = True

    threading.Thread(target=leave_with_parent, name="watch over the parent", daemon=True).start()
    server.run(sockets=[listener])
    sys.exit(not server.started)


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=GatheringProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
