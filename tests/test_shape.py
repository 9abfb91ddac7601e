"""The shape of the house, which no other tool checks."""

import ast
import importlib
import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from servicekit.app import Service
from servicekit.identity import asks_for_caller
from servicekit.problems import KIT

ROOT = Path(__file__).parents[1]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/pyproject.toml"))
# A room is a file, or a folder of the same name with a file for each noun.
ROOMS = {
    *("__init__", "py.typed", "main", "settings", "routes", "sweeps", "schemas", "commands", "notices", "queries"),
    *("permissions", "tables", "domain", "data", "migrations"),
}
ROOMS_OF_SOME = {"clients"}
MEMBERS = ("statute", "scorer", "redflags", "verifier", "witness", "servicekit", "gateway", "stack")
LONGEST_FILE = 400
COPY_FROM_STATEMENTS = 4
KEPT_WORDS = re.compile(r"\b(utils?|helpers?|misc|common|shared|core)\b")
PACKAGES = [service.name.replace("-", "_") for service in SERVICES]
WHOLE_SERVICES: list[Service] = [importlib.import_module(f"{package}.main").SERVICE for package in PACKAGES]


def _sources(*folders: str) -> list[Path]:
    places = folders or (*MEMBERS, "services", "tests", "bench")
    found = chain.from_iterable((ROOT / place).rglob("*.py") for place in places)
    return sorted(path for path in found if "versions" not in path.parts)


def _package(service: Path) -> Path:
    return service / "src" / service.name.replace("-", "_")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_the_rooms_that_all_have(service: Path) -> None:
    package = _package(service)
    found = {path.name.removesuffix(".py") for path in package.iterdir() if path.name != "__pycache__"}
    assert found - ROOMS_OF_SOME == ROOMS
    for name in ("README.md", "pyproject.toml", "tests/conftest.py", "tests/domain"):
        assert (service / name).exists(), name


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_or_without_a_purpose(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST_FILE
    assert not KEPT_WORDS.fullmatch(path.stem)
    if path.name != "conftest.py" or text:
        assert ast.get_docstring(ast.parse(text)), "say in one sentence what this file is for"


@pytest.mark.parametrize("path", _sources("services", "gateway"), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_kit_ends_transactions(path: Path) -> None:
    if "tests" in path.parts:
        return
    called = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert not called & {"commit", "roll_back", "rollback"}


@pytest.mark.parametrize(
    "path", _sources("services", "statute", "scorer", "redflags"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_nobody_reads_a_clock_but_the_clock(path: Path) -> None:
    if "tests" in path.parts:
        return
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    }
    assert not calls & {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "dt.date.today",
        "dt.datetime.now",
        "time.time",
    }


@pytest.mark.parametrize("service", WHOLE_SERVICES, ids=lambda service: service.name)
def test_every_route_names_who_is_asking(service: Service) -> None:
    for route in chain.from_iterable(router.routes for router in service.routers):
        assert isinstance(route, APIRoute)
        assert asks_for_caller(route.dependant), route.path
        assert route.description, f"{route.path} says nothing of itself"


@pytest.mark.parametrize("service", WHOLE_SERVICES, ids=lambda service: service.name)
def test_every_error_has_a_problem_and_every_problem_an_error(service: Service) -> None:
    whole = KIT | service.problems
    assert set(whole.codes.values()) <= whole.kinds.keys()
    assert service.problems.kinds.keys() <= set(service.problems.codes.values())
    assert not service.problems.kinds.keys() & KIT.kinds.keys()


@pytest.mark.parametrize(("folder", "service"), list(zip(SERVICES, WHOLE_SERVICES, strict=True)), ids=PACKAGES)
def test_every_error_of_a_domain_is_mapped(folder: Path, service: Service) -> None:
    module = ast.parse((_package(folder) / "domain" / "errors.py").read_text("utf-8"))
    declared = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    assert declared <= {kind.__name__ for kind in service.problems.codes}


def test_no_code_is_copied_between_services() -> None:
    """Functions of some size that say the same, but for names of their own, stand in one service only."""
    seen: dict[str, str] = {}
    for path in _sources("services"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        service = path.relative_to(ROOT / "services").parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) >= COPY_FROM_STATEMENTS:
                body = ";".join(ast.dump(statement) for statement in node.body)
                first = seen.setdefault(body, service)
                assert first == service, f"{path}: {node.name} is in {first} too"


def test_the_repository_speaks_of_the_product_alone() -> None:
    forbidden = re.compile("|".join(("/work" + "/", "py" + "pi.org", "registry." + "npmjs", "files.python" + "hosted")))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    for path in map(ROOT.joinpath, tracked.splitlines()):
        if path.is_file():
            assert not forbidden.search(path.read_text("utf-8", "replace")), path


def test_the_architecture_fits_on_a_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 100
