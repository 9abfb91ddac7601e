"""Filing an appeal through the gateway, against PostgreSQL's own client writing the same rows."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import httpx
from rich.progress import track

from rounds import (
    CONNECTIONS,
    SECONDS,
    UVICORN,
    Goal,
    Measured,
    Section,
    console,
    interleaved,
    load,
    process,
    program,
    ratio,
    request,
)
from servicekit.base_settings import SANDBOX_ISSUER
from stack import postgres
from stack.postgres_programs import binary
from statements import AS_SENT, FILLING, PLAIN, VALUES
from verifier.notes import LOG
from verifier.signing import Signer

ROWS = int(os.environ.get("ROWS", "500000"))  # a region's appeals of some weeks
_A_STEP = 10_000
UNLIMITED = {"ASHYQ_EMPTY": "1", "ASHYQ_SUBJECT_LIMIT": "0", "ASHYQ_ADDRESS_LIMIT": "0"}
# What pgbench writes would be sealed too, by the house, and slow both; what sealing costs is measured by itself.
UNSEALED = {"ASHYQ_SEAL_SECONDS": "86400"}
_OPTIONS = ["-c", str(CONNECTIONS), "-T", str(max(1, round(SECONDS)))]
_WORKERS = ["--workers", str(os.cpu_count() or 1)]
_GATEWAY, _ALONE = "filing through the gateway", "filing through the gateway, one process"
_DIRECT = "filing without the gateway, one process"
_SENT, _PLAIN = "pgbench, the one statement that is sent", "pgbench, the same rows in BEGIN … COMMIT"


def measure(data: Path, port: int) -> Section:
    """In a data folder of its own; three ports from `port` on are used."""
    began = time.perf_counter()
    environment = {"PORT": str(port), "ASHYQ_DATA": str(data), **UNLIMITED, **UNSEALED}
    with process([program("ashyq"), "run"], environment, port):
        cold = time.perf_counter() - began
        url = database_url(data)
        uvicorn = [program("uvicorn"), "--factory", "appeals.main:create_app", *UVICORN.split(), "--port"]
        with (
            process([program("ashyq"), "run", *_WORKERS], environment | _beside(data, port + 1), port + 1),
            process([*uvicorn, str(port + 2)], _service_environment(url, port), port + 2),
        ):
            settings = asyncio.run(prepare(url))
            figures = interleaved(
                {
                    _SENT: lambda: _pgbench(url, AS_SENT),
                    _PLAIN: lambda: _pgbench(url, PLAIN),
                    _GATEWAY: lambda: file_appeals(port + 1, port + 1),
                    _ALONE: lambda: file_appeals(port, port),
                    _DIRECT: lambda: file_appeals(port, port + 2),
                }
            )
    pairs = [(one, limit) for one in (_GATEWAY, _ALONE) for limit in (_SENT, _PLAIN)]
    ratios = {
        f"{one} / {other}": ratio(figures, one, other) for one, other in [*pairs, (_GATEWAY, _ALONE), (_ALONE, _DIRECT)]
    }
    goals = [
        Goal(f"{_GATEWAY} / {_PLAIN}", ratios[f"{_GATEWAY} / {_PLAIN}"], 0.40),
        Goal("cold start to ready, seconds", cold, 15.0, at_least=False),
    ]
    return Section("filing", list(figures.values()), ratios, goals, {**settings, "rows": ROWS, "cold_start": cold})


def file_appeals(token_port: int, port: int) -> Measured:
    """File appeals at a port, with the token that the house at another gives."""
    token = httpx.post(f"http://127.0.0.1:{token_port}/sandbox/token", json={"persona": "citizen"}).json()
    appeal = {
        "kind": "request",
        "agency": "min-transport",
        "subject": "Автобус аялдамасы",
        "text": "Аялдаманың шатыры қашан жөнделеді? " * 6,
        "language": "kk",
    }
    body = json.dumps(appeal, ensure_ascii=False)
    return load(port, request("POST", "/v1/appeals", body, Authorization=f"Bearer {token['access_token']}"), "201")


def _pgbench(url: str, statements: list[str]) -> Measured:
    """These statements by PostgreSQL's own client, prepared, at the same concurrency."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as script:
        script.write("".join(f"{statement};\n" for statement in statements))
    defines = [f"-D{name}={value}" for name, value in VALUES.items()]
    ran = subprocess.run(
        [binary("pgbench"), *["-n", "-M", "prepared", "-j", "1"], *_OPTIONS, "-f", script.name, *defines, url],
        capture_output=True,
        text=True,
        check=False,
    )
    Path(script.name).unlink()
    rate = re.search(r"tps = ([0-9.]+)", ran.stdout)
    if ran.returncode or rate is None or "number of failed transactions: 0 " not in ran.stdout:
        sys.exit(f"pgbench failed: {ran.stdout}{ran.stderr}")
    latency = re.search(r"latency average = ([0-9.]+)", ran.stdout)
    return float(rate[1]), float(latency[1]) if latency else None, None


async def prepare(url: str) -> dict[str, str]:
    """Fill the tables as a region's are after a while, and tell how durable the server is."""
    connection = await asyncpg.connect(url)
    try:
        steps = range(0, ROWS, _A_STEP)
        for _ in track(steps, description=f"Writing {ROWS:,} appeals to begin with", console=console, transient=True):
            for statement in FILLING:
                await connection.execute(statement, _A_STEP)
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        return {name: await connection.fetchval(f"SHOW {name}") for name in names}
    finally:
        await connection.close()


def _beside(data: Path, port: int) -> dict[str, str]:
    """The environment of a second house on the database of the first, whose passwords it must know."""
    second = data / "second"
    second.mkdir()
    shutil.copy(data / "services-password", second)
    return {"PORT": str(port), "ASHYQ_DATA": str(second), "ASHYQ_DATABASE_URL": postgres.start(data).url}


def database_url(data: Path) -> str:
    """How the appeals service of a running house reaches its database."""
    password = (data / "services-password").read_text()
    server = postgres.start(data)  # it runs already: this only asks where
    return f"postgresql://ashyq_appeals_app:{password}@127.0.0.1:{server.port}/ashyq_appeals"


def _service_environment(url: str, port: int) -> dict[str, str]:
    return {
        "ASHYQ_ENV": "local",
        "ASHYQ_ISSUER": SANDBOX_ISSUER,
        "ASHYQ_JWKS_URL": f"http://127.0.0.1:{port}/sandbox/jwks.json",
        "DATABASE_URL": url,
        "ASHYQ_JOURNAL_KEY": Signer.new("bench.example/appeals", LOG).secret,
        **UNSEALED,
    }
