"""A lean HTTP load: many keep-alive connections, each sending its next request when the last is answered.

Plain sockets and a minimal reader, because a full client would take the processor that the server needs. Run as its
own process; prints one JSON line with the count of answers by status, the seconds, and latencies in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter

import uvloop


class _Connection(asyncio.Protocol):
    """One connection that asks again and again until the time is over."""

    def __init__(self, request: bytes, ends: float, statuses: Counter[str], latencies: list[float]) -> None:
        self._request = request
        self._ends = ends
        self._statuses = statuses
        self._latencies = latencies
        self._answer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return
        self._latencies.append(time.perf_counter() - self._began)
        self._statuses[head[9:12].decode()] += 1
        self._answer = b""
        if time.perf_counter() < self._ends:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request)


async def main(host: str, port: int, request: bytes, *, connections: int, seconds: float) -> None:
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    began = time.perf_counter()
    ends = began + seconds
    loop = asyncio.get_running_loop()
    asked = [
        await loop.create_connection(lambda: _Connection(request, ends, statuses, latencies), host, port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in asked))
    took = time.perf_counter() - began
    latencies.sort()
    found = {
        "seconds": took,
        "statuses": dict(statuses),
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    task = json.load(sys.stdin)
    uvloop.run(
        main(
            task["host"],
            task["port"],
            task["request"].encode(),
            connections=task["connections"],
            seconds=task["seconds"],
        )
    )
