"""The programs that check what is deployed, each run in an environment that holds nothing but what is given."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from verifier.notes import LOG, WITNESS
from verifier.signing import Signer

Run = Callable[..., CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
JOURNALS = ("appeals", "legal-acts", "procurement", "registry")
KEYS = {name: Signer.new(f"ashyq.example/{name}", LOG) for name in JOURNALS}
EXAMPLES = {
    "ASHYQ_BID_KEY": "QSBrZXkgdGhhdCBvbmx5IHRoZXNlIHRlc3RzIHVzZSE=",
    "ASHYQ_ISSUER": "https://issuer.example",
    "ASHYQ_PORTAL_KEY": "QSBrZXkgdGhhdCBvbmx5IHRoZXNlIHRlc3RzIHVzZSE=",
    "ASHYQ_JWKS_URL": "https://issuer.example/keys",
    "ASHYQ_TOKEN_URL": "https://issuer.example/token",
    "ASHYQ_WITNESS_URL": "https://witness.example",
    "ASHYQ_WITNESS_KEY": Signer.new("witness.example/ashyq", WITNESS).key.text,
    **{f"ASHYQ_{name.upper().replace('-', '_')}_JOURNAL_KEY": key.secret for name, key in KEYS.items()},
}
WITNESS_EXAMPLES = {
    "ASHYQ_WITNESS_NAME": "witness.example/ashyq",
    "ASHYQ_WITNESS_LOGS": " ".join(key.key.text for key in KEYS.values()),
}

_ALL = ("--profile", "*", "config", "--format", "json")


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
def networks(compose: Run) -> dict[str, Any]:
    """The networks of docker-compose.yml."""
    return _arranged("networks", compose("--file", "docker-compose.yml", *_ALL))


@pytest.fixture(scope="session")
def local(compose: Run) -> dict[str, Any]:
    """The services of docker-compose.yml as Compose understands it, when nothing is set."""
    return _arranged("services", compose("--file", "docker-compose.yml", *_ALL))


@pytest.fixture(scope="session")
def production(compose: Run, demanded: dict[str, str]) -> dict[str, Any]:
    """The services with deploy/production.yml on top, when all that it demands is set."""
    files = ("--file", "docker-compose.yml", "--file", "deploy/production.yml")
    return _arranged("services", compose(*files, *_ALL, **demanded))


@pytest.fixture(scope="session")
def compose_witness(compose: Run) -> Run:
    """Runs Compose with deploy/witness.yml, from the folder that it takes for the project's."""
    return partial(compose, "--project-directory", ROOT / "deploy", "--file", "deploy/witness.yml")


@pytest.fixture(scope="session")
def witness_alone(compose_witness: Run) -> dict[str, Any]:
    """The services of deploy/witness.yml, which is one, when all that it demands is set."""
    return _arranged("services", compose_witness(*_ALL, **WITNESS_EXAMPLES))


def _arranged(part: str, said: CompletedProcess[str]) -> dict[str, Any]:
    assert said.returncode == 0, said.stderr
    arranged: dict[str, Any] = json.loads(said.stdout)[part]
    return arranged
