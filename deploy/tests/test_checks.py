"""Three programs look at the Compose file and the Dockerfile; each is also shown to see what is wrong in bad copies."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]


def _spoiled(file: Path, folder: Path, good: str, bad: str) -> Path:
    text = file.read_text()
    assert good in text
    copy = folder / file.name
    copy.write_text(text.replace(good, bad, 1))
    return copy


def test_compose_accepts_the_file(compose: Run) -> None:
    checked = compose("--file", "docker-compose.yml", "--profile", "*", "config", "--quiet")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("read_only: true", "readonly: true", ".readonly"),
        ("networks: [front, back,", "networks: [front, bakc,", "undefined network bakc"),
        ("migrate-registry: {condition", "migrate-registries: {condition", 'depends on undefined service "migrate-reg'),
        ('"sandbox:/var/lib', '"sandpit:/var/lib', "undefined volume sandpit"),
        ("${POSTGRES_PASSWORD:-", "${POSTGRES_PASSWORD:-${", "invalid interpolation format"),
    ],
)
def test_compose_refuses_a_bad_copy(compose: Run, root: Path, tmp_path: Path, good: str, bad: str, said: str) -> None:
    copy = _spoiled(root / "docker-compose.yml", tmp_path, good, bad)
    checked = compose("--file", copy, "config", "--quiet")
    assert checked.returncode != 0
    assert said in checked.stderr


@pytest.mark.parametrize("file", ["docker-compose.yml", "deploy/witness.yml"])
def test_compose_lint_accepts_the_file(lint_compose: Run, file: str) -> None:
    checked = lint_compose(file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ('security_opt: ["no-new-privileges:true"]', "privileged: true", "CL-0002"),
        ("cap_drop: [ALL]", "cap_drop: []", "CL-0006"),
        ('ports: ["127.0.0.1:', 'ports: ["', "CL-0005"),
        ("ashyq_appeals_app@", "ashyq_appeals_app:hunter2@", "CL-0021"),
        ("mem_limit: 384m", "shm_size: 64m", "CL-0026"),
        ("volumes: [", "volumes: [/var/run/docker.sock:/var/run/docker.sock, ", "CL-0001"),
    ],
)
def test_compose_lint_sees_a_bad_copy(
    lint_compose: Run, root: Path, tmp_path: Path, good: str, bad: str, rule: str
) -> None:
    checked = lint_compose(_spoiled(root / "docker-compose.yml", tmp_path, good, bad))
    assert checked.returncode == 1
    assert rule in [word for line in checked.stdout.splitlines() if "SUPPRESSED" not in line for word in line.split()]


def test_hadolint_accepts_the_dockerfile(lint_dockerfile: Run) -> None:
    checked = lint_dockerfile("deploy/Dockerfile")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("WORKDIR /source", "WORKDIR source", "DL3000"),
        ("FROM ${PYTHON_IMAGE} AS wheels", "FROM python:latest AS wheels", "DL3007"),
        ("-r deploy/locks/build.txt", "hatchling", "DL3013"),
        ("HEALTHCHECK", "HEALTHCHEK", "unexpected 'H'"),
    ],
)
def test_hadolint_sees_a_bad_copy(
    lint_dockerfile: Run, root: Path, tmp_path: Path, good: str, bad: str, rule: str
) -> None:
    checked = lint_dockerfile(_spoiled(root / "deploy" / "Dockerfile", tmp_path, good, bad))
    assert checked.returncode != 0
    assert rule in checked.stdout + checked.stderr
