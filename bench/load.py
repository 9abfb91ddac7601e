"""A lean HTTP load: many keep-alive connections, each sending its next request when the last is answered.

Plain sockets and a minimal reader, because a full client would take the processor that the server needs. Run as its
own process; prints one JSON line with the count of answers by status, the seconds, and latencies in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter


async def main(host: str, port: int, request: bytes, *, connections: int, seconds: float) -> None:
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    ends = time.perf_counter() + seconds
    began = time.perf_counter()
    await asyncio.gather(*(_send(host, port, request, ends, statuses, latencies) for _ in range(connections)))
    took = time.perf_counter() - began
    latencies.sort()
    found = {
        "seconds": took,
        "statuses": dict(statuses),
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }
    sys.stdout.write(json.dumps(found) + "\n")


async def _send(
    host: str, port: int, request: bytes, ends: float, statuses: Counter[str], latencies: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (began := time.perf_counter()) < ends:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        latencies.append(time.perf_counter() - began)
        statuses[head[9:12].decode()] += 1
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    task = json.load(sys.stdin)
    asyncio.run(
        main(
            task["host"],
            task["port"],
            task["request"].encode(),
            connections=task["connections"],
            seconds=task["seconds"],
        )
    )
