"""The shape of the house, which no other tool checks."""

import ast
import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

import appeals.main
from appeals.domain.appeal import TRANSITIONS, Status
from appeals.domain.errors import __name__ as appeals_errors
from servicekit.app import Service
from servicekit.identity import asks_for_caller
from servicekit.problems import KIT

ROOT = Path(__file__).parents[1]
SERVICES = sorted(path for path in (ROOT / "services").iterdir() if path.is_dir())
ROOMS = {
    *("__init__.py", "py.typed", "main.py", "settings.py", "routes.py", "sweeps.py", "schemas.py", "commands.py"),
    *("queries.py", "permissions.py", "tables.py", "domain", "data", "migrations"),
}
LATER_ROOMS = {"notices.py", "clients.py"}
LONGEST_FILE = 400
KEPT_WORDS = re.compile(r"\b(utils?|helpers?|misc|common|shared|core)\b")
WHOLE_SERVICES = [appeals.main.SERVICE]


def _sources(*folders: str) -> list[Path]:
    places = folders or ("statute", "servicekit", "gateway", "services", "stack", "tests", "bench")
    found = chain.from_iterable((ROOT / place).rglob("*.py") for place in places)
    return sorted(path for path in found if "versions" not in path.parts)


def _package(service: Path) -> Path:
    return service / "src" / service.name.replace("-", "_")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_the_rooms_that_all_have(service: Path) -> None:
    package = _package(service)
    found = {path.name for path in package.iterdir() if path.name != "__pycache__"}
    assert found - LATER_ROOMS == ROOMS
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


@pytest.mark.parametrize("path", _sources("services", "statute"), ids=lambda path: str(path.relative_to(ROOT)))
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
    assert service.problems.kinds.keys() == set(service.problems.codes.values())


def test_every_error_of_a_domain_is_mapped() -> None:
    module = ast.parse(
        (ROOT / "services/appeals/src" / Path(*appeals_errors.split("."))).with_suffix(".py").read_text()
    )
    declared = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    assert declared <= {kind.__name__ for kind in appeals.main.SERVICE.problems.codes}


def test_every_status_has_its_place_in_the_table() -> None:
    assert {edge.target for edge in TRANSITIONS.values()} == set(Status)


def test_the_repository_speaks_of_the_product_alone() -> None:
    forbidden = re.compile("|".join(("/work" + "/", "py" + "pi.org", "registry." + "npmjs", "files.python" + "hosted")))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    for path in map(ROOT.joinpath, tracked.splitlines()):
        if path.is_file():
            assert not forbidden.search(path.read_text("utf-8", "replace")), path


def test_the_architecture_fits_on_a_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 100
