"""What holds of every container, locally and in earnest: how it is contained, what it reaches, and what it is told."""

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from packaging.requirements import Requirement

Run = Callable[..., CompletedProcess[str]]
Services = Mapping[str, Any]

SERVICES = {"appeals": "appeals", "legal-acts": "legal_acts", "procurement": "procurement", "registry": "registry"}
JOBS = {f"migrate-{name}" for name in SERVICES} | {"seed"}
APPS = (*SERVICES, "gateway", "portal")
LOCKS = {**{name: name for name in APPS}, "sandbox": "stack", "witness": "witness"}


@pytest.fixture(params=["local", "production"])
def services(request: pytest.FixtureRequest) -> Services:
    services: Services = request.getfixturevalue(request.param)
    return services


def test_who_is_there(local: Services, production: Services) -> None:
    own = {*APPS, "postgres", "valkey", *JOBS}
    assert local.keys() == own | {"sandbox", "witness"}
    assert production.keys() == own - {"seed"}


def test_every_container_is_contained(local: Services, production: Services, witness_alone: Services) -> None:
    for name, service in [*local.items(), *production.items(), *witness_alone.items()]:
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) <= 1024**3, name
        assert service["pids_limit"] <= 256, name
        assert not service.get("privileged"), name
        assert (service.get("cap_add") is None) == (name != "postgres"), name


def test_only_services_and_their_migrations_reach_the_database(services: Services) -> None:
    assert _on(services, "back") == {"postgres", *SERVICES, *(f"migrate-{name}" for name in SERVICES)}
    assert services["postgres"]["networks"].keys() == {"back"}
    assert _on(services, "limits") == {"gateway", "valkey"}


def test_only_the_door_and_the_front_lead_out(networks: Mapping[str, Any]) -> None:
    assert {name for name, network in networks.items() if not network.get("internal")} == {"door", "front"}


def test_only_the_gateway_is_open_and_only_to_this_machine(services: Services) -> None:
    assert {name for name, service in services.items() if service.get("ports")} == {"gateway"}
    assert [port["host_ip"] for port in services["gateway"]["ports"]] == ["127.0.0.1"]


def test_what_runs_on_is_started_again_and_jobs_are_not(services: Services) -> None:
    for name, service in services.items():
        assert service["restart"] == ("no" if name in JOBS else "unless-stopped"), name
        assert service["healthcheck"].get("disable", False) == (name in JOBS), name


def test_a_service_comes_after_its_migration_and_the_gateway_after_all(services: Services) -> None:
    for name in SERVICES:
        condition = services[name]["depends_on"][f"migrate-{name}"]["condition"]
        assert condition == "service_completed_successfully"
        assert services[f"migrate-{name}"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    after = services["gateway"]["depends_on"]
    assert after.keys() == services.keys() & {*SERVICES, "portal", "valkey", "sandbox", "seed"}
    for name, each in after.items():
        assert each["condition"] == ("service_completed_successfully" if name == "seed" else "service_healthy"), name


def test_the_owner_of_a_database_is_known_to_its_migration_alone(services: Services) -> None:
    owners = {service["environment"]["PGPASSWORD"] for name, service in services.items() if name.startswith("migrate-")}
    for name, package in SERVICES.items():
        environment = services[name]["environment"]
        assert environment["DATABASE_URL"] == f"postgresql://ashyq_{package}_app@postgres/ashyq_{package}"
        assert environment["PGPASSWORD"] not in owners
        assert "MIGRATION_DATABASE_URL" not in environment
        job = services[f"migrate-{name}"]
        assert job["environment"]["MIGRATION_DATABASE_URL"] == f"postgresql://ashyq_{package}@postgres/ashyq_{package}"
        assert job["command"] == ["python", "-m", "servicekit.migrations", package]
        assert job["image"] == services[name]["image"]


def test_only_the_sandbox_moves_the_clock(local: Services) -> None:
    mounts = [
        (name, volume.get("read_only", False))
        for name, service in local.items()
        for volume in service.get("volumes", [])
        if volume["source"] == "clock"
    ]
    assert sorted(mounts) == sorted([*((name, True) for name in (*SERVICES, "gateway")), ("sandbox", False)])


def test_a_process_finds_all_its_settings(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {name: f"{package}.settings" for name, package in SERVICES.items()}
    settings |= {name: f"{name}.settings" for name in ("gateway", "portal")}
    if "sandbox" in services:
        settings["sandbox"] = "stack.sandbox_process"
    for name, module in settings.items():
        with monkeypatch.context() as environment:
            for variable, value in services[name]["environment"].items():
                if value is not None:
                    environment.setenv(variable, value)
            import_module(module).Settings()


def test_every_image_starts_an_app_that_is_there(local: Services, root: Path) -> None:
    built = {name: service["build"]["args"] for name, service in local.items() if "build" in service}
    assert built.keys() == LOCKS.keys()
    for name, given in built.items():
        assert given["SERVICE"] == name
        assert given.get("PACKAGE", name) == LOCKS[name]
        assert (root / "deploy" / "locks" / f"{name}.txt").is_file()
        module, _, factory = given.get("APP", f"{name}.main:create_app").partition(":")
        assert callable(getattr(import_module(module), factory))


def test_every_image_holds_what_speaks_http_in_it(local: Services, root: Path) -> None:
    (usual,) = set(re.findall(r"^ARG HTTP=(.+)$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE))
    for name, package in LOCKS.items():
        module, _, protocol = local[name]["build"]["args"].get("HTTP", usual).partition(":")
        assert module.partition(".")[0] in _in_the_image(package)
        assert callable(getattr(import_module(module), protocol))


def test_every_member_of_the_workspace_becomes_a_wheel(root: Path) -> None:
    members = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    (given,) = re.findall(r"pip wheel .*\\\n(.*)$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    taken = {path for pattern in given.split() for path in root.glob(pattern) if path.name != "__pycache__"}
    assert taken == {path.parent for member in members for path in root.glob(f"{member}/pyproject.toml")}
    let_in = (root / ".dockerignore").read_text().splitlines()
    assert {f"!{path.relative_to(root).parts[0]}" for path in taken} <= {*let_in}


def test_no_open_value_is_left_in_production(local: Services, production: Services) -> None:
    values = [value for service in production.values() for value in (service.get("environment") or {}).values()]
    assert not [value for value in values if value and re.search("local-only|sandbox|localhost|//witness:", value)]
    assert _secrets(production).isdisjoint(_secrets(local))
    environments = [service["environment"] for name, service in production.items() if name in APPS]
    assert {environment["ASHYQ_ENV"] for environment in environments} == {"production"}
    assert not any("ASHYQ_CLOCK_FILE" in environment for environment in environments)


def test_production_starts_with_no_value_missing(compose: Run, demanded: dict[str, str]) -> None:
    for name in demanded:
        given = {each: value for each, value in demanded.items() if each != name}
        checked = compose("--file", "docker-compose.yml", "--file", "deploy/production.yml", "config", "-q", **given)
        assert checked.returncode != 0, name
        assert f"required variable {name} is missing" in checked.stderr


def test_the_example_names_every_variable(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text() + (root / "deploy" / "production.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text)) | set(re.findall(r"^ +([A-Z_]+):$", text, re.MULTILINE))
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", (root / ".env.example").read_text(), re.MULTILINE))
    assert asked == named


def test_the_example_says_what_holds_without_it(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text() + (root / "deploy" / "production.yml").read_text()
    for name, value in re.findall(r"^([A-Z_]+)=(.+)$", (root / ".env.example").read_text(), re.MULTILINE):
        assert f"${{{name}:-{value}}}" in text


@pytest.mark.parametrize("name", [*LOCKS, "build", "server"])
def test_a_lock_is_pinned_by_hash_and_agrees_with_the_lock_of_all(root: Path, name: str) -> None:
    of_all = _pins((root / "requirements.lock").read_text())
    text = (root / "deploy" / "locks" / f"{name}.txt").read_text()
    pins = _pins(text)
    assert pins
    assert "://" not in text
    assert all(of_all.get(package) == pin for package, pin in pins.items())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_complete(root: Path, name: str) -> None:
    ours = {"statute", "scorer", "redflags", "verifier", "witness", "servicekit", "stack", *APPS}
    pins = _pins((root / "deploy" / "locks" / f"{name}.txt").read_text()).keys()
    assert _in_the_image(LOCKS[name]) - ours - pins == set()


def _on(services: Services, network: str) -> set[str]:
    return {name for name, service in services.items() if network in service["networks"]}


def _secrets(services: Services) -> set[str]:
    environments = [service["environment"] for service in services.values() if "environment" in service]
    named = [item for environment in environments for item in environment.items()]
    secrets = {value for name, value in named if value and name.endswith(("_KEY", "PASSWORD", "_SECRET"))}
    assert secrets
    return secrets


def _pins(lock: str) -> dict[str, str]:
    """Each package with its version and hashes; on which machines it is needed may differ from image to image."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    return {entry.partition("==")[0]: re.sub(r" ; .*", " \\\\", entry, count=1) for entry in entries}


def _in_the_image(package: str) -> set[str]:
    """One of our packages and all that it needs on this machine."""
    seen: set[tuple[str, str]] = set()
    left = [Requirement(package)]
    while left:
        wanted = left.pop()
        for extra in ("", *wanted.extras):
            name = re.sub(r"[-_.]+", "-", wanted.name).lower()
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needs = [Requirement(text) for text in distribution(name).requires or []]
            left += [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}
