"""`ashyq flags`: files, standard input, settings, and lines that are no releases."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

from stack.flags import Profile, tell_flags

ASHYQ = Path(sys.executable).with_name("ashyq")
Flags = Callable[..., "Told"]


def _bid(tenderer: str, amount: int, status: str = "valid") -> dict[str, Any]:
    return {"status": status, "tenderers": [{"id": tenderer}], "value": {"amount": amount, "currency": "KZT"}}


def _release(ocid: str, *bids: dict[str, Any]) -> dict[str, Any]:
    awards = [{"id": "1", "status": "active", "suppliers": [{"id": "W"}]}]
    return {"ocid": ocid, "buyer": {"id": "B"}, "bids": {"details": list(bids)}, "awards": awards}


RELEASES = [
    _release("low", _bid("W", 20), _bid("Ж", 10, "disqualified")),
    _release("same", _bid("W", 20), _bid("L", 20)),
]
EXPECTED = {
    "R028": {"same": 1.0, "W": 1.0, "L": 1.0},
    "R035": {"low": 1.0, "W": 0.0},
    "R036": {"low": 1.0},
    "R038": {"B": 0.25},  # alone, so on its own fence
}


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A file of two releases and five lines that are none."""
    path = tmp_path / "releases.jsonl"
    lines = [json.dumps(one).encode() for one in RELEASES]
    endless = b'{"ocid": "a", "amount": 1e999}'
    lines[1:1] = [b"", b'{"ocid": "broken"', b"[]", b'{"ocid": 7}', b'{"ocid": "\xff"}', endless, b'{"ocid": NaN}']
    path.write_bytes(b"\n".join(lines))
    return path


class Told(NamedTuple):
    """What the command printed, and its exit code."""

    code: int
    lines: list[Any]
    errors: str


@pytest.fixture
def flags(capsys: pytest.CaptureFixture[str]) -> Flags:
    """Runs what the command runs."""

    def run(file: str | Path, profile: Profile = "cardinal", settings: Path | None = None, **more: bool) -> Told:
        code = tell_flags(
            str(file), profile, settings, Console(stderr=True, highlight=False), **{"whole": False} | more
        )
        out, errors = capsys.readouterr()
        return Told(code, [json.loads(line) for line in out.splitlines()], errors)

    return run


def test_flags_of_a_file_are_told_by_indicator_and_id(flags: Flags, releases: Path) -> None:
    code, [told], errors = flags(releases)
    assert code == 0
    assert len(told) == 11
    assert {rule: values for rule, values in told.items() if values} == EXPECTED
    *lines, last = errors.splitlines()
    assert [line.split(" is left out")[0] for line in lines] == [f"Line {number}" for number in range(3, 9)]
    assert last == "6 of 9 lines are no compiled releases and were left out."


def test_the_command_reads_standard_input_and_groups_as_cardinal_does() -> None:
    lines = "\n".join(map(json.dumps, RELEASES))
    done = subprocess.run(  # noqa: S603 - our own command
        [ASHYQ, "flags", "-", "--whole"], input=lines, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "OCID": {"same": {"R028": 1.0}, "low": {"R035": 1.0, "R036": 1.0}},
        "Buyer": {"B": {"R038": 0.25}},
        "Tenderer": {"W": {"R028": 1.0, "R035": 0.0}, "L": {"R028": 1.0}},
    }


def test_settings_choose_indicators_and_thresholds(flags: Flags, releases: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"R035": {"threshold": 2}, "R036": {}}')
    assert flags(releases, settings=settings).lines == [{"R035": {}, "R036": {"low": 1.0}}]


def test_every_rule_tells_its_findings_a_line_each(flags: Flags, releases: Path) -> None:
    told = flags(releases, "ashyq").lines
    assert [(one["rule"], one["subject"]) for one in told] == [
        ("R035", "low"),
        ("R036", "low"),
        ("R028", "same"),
        ("R038", "B"),
    ]
    assert told[0]["evidence"] == {"winner": "W", "disqualified": ["Ж"]}
    whole = flags(releases, "ashyq", whole=True).lines
    assert {one["state"] for one in whole} == {"flag", "clear", "not_computable"}
    unknown = next(one for one in whole if one["rule"] == "R003")
    assert unknown["missing"] == ["tender/tenderPeriod/startDate", "tender/tenderPeriod/endDate"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('{"R024": {"treshold": 1}}', "R024.treshold: there is no such setting; there are: threshold"),
        ('{"R024": {"threshold": "a"}}', "R024.threshold: it is a number"),
        ("[R024]\nthreshold = 1", "is not JSON"),
    ],
)
def test_settings_that_do_not_fit_are_told(
    flags: Flags, releases: Path, tmp_path: Path, settings: str, told: str
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(settings)
    code, lines, errors = flags(releases, settings=path)
    assert (code, lines) == (2, [])
    assert told in errors


def test_a_file_that_is_not_there_is_told(flags: Flags, releases: Path, tmp_path: Path) -> None:
    without = (flags(tmp_path / "none.jsonl"), flags(tmp_path), flags(releases, settings=tmp_path / "none.json"))
    for code, lines, errors in without:
        assert (code, lines) == (2, [])
        assert "cannot be read" in errors
