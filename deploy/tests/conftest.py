"""The programs that check what is deployed, each run in an environment that holds nothing but what is given."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Run = Callable[..., CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "ASHYQ_BID_KEY": "QSBrZXkgdGhhdCBvbmx5IHRoZXNlIHRlc3RzIHVzZSE=",
    "ASHYQ_ISSUER": "https://issuer.example",
    "ASHYQ_JWKS_URL": "https://issuer.example/keys",
    "ASHYQ_TOKEN_URL": "https://issuer.example/token",
}


def _run(*command: str | Path, **given: str) -> CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **given}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)  # noqa: S603


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def compose() -> Run:
    """Runs Compose, with the variables given and no .env."""
    program = Path(sys.executable).with_name("docker-compose")

    def run(*arguments: str | Path, **given: str) -> CompletedProcess[str]:
        return _run(program, "--project-directory", ROOT, "--env-file", os.devnull, *arguments, **given)

    return run


@pytest.fixture(scope="session")
def lint_compose() -> Run:
    program = Path(sys.executable).with_name("compose-lint")
    options = ("check", "--quiet", "--strict-config", "--fail-on", "medium", "--config", "deploy/compose-lint.yml")
    return lambda file: _run(program, *options, file)


@pytest.fixture(scope="session")
def lint_dockerfile() -> Run:
    program = Path(sys.executable).with_name("hadolint")
    return lambda file: _run(program, "--no-color", file)


@pytest.fixture(scope="session")
def demanded(root: Path) -> dict[str, str]:
    """What .env.example leaves open, filled in."""
    lines = (line.removesuffix("=") for line in (root / ".env.example").read_text().splitlines() if line.endswith("="))
    return {name: EXAMPLES.get(name, f"given-{name.lower()}") for name in lines if not name.startswith("#")}


@pytest.fixture(scope="session")
def local(compose: Run) -> dict[str, Any]:
    """The services of docker-compose.yml as Compose understands it, when nothing is set."""
    return _services(compose("--file", "docker-compose.yml", "--profile", "*", "config", "--format", "json"))


@pytest.fixture(scope="session")
def production(compose: Run, demanded: dict[str, str]) -> dict[str, Any]:
    """The services with deploy/production.yml on top, when all that it demands is set."""
    files = ("--file", "docker-compose.yml", "--file", "deploy/production.yml")
    return _services(compose(*files, "--profile", "*", "config", "--format", "json", **demanded))


def _services(said: CompletedProcess[str]) -> dict[str, Any]:
    assert said.returncode == 0, said.stderr
    services: dict[str, Any] = json.loads(said.stdout)["services"]
    return services
