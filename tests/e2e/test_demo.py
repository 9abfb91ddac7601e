"""The stories that `ashyq demo` tells are those that happen."""

import subprocess
import sys
from pathlib import Path


def test_the_demonstration_plays_to_its_end(tmp_path: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own command
        [Path(sys.executable).with_name("ashyq"), "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = ran.stdout
    for fact in (
        "2025-01-15 Wed  15",  # the fifteenth working day after 20 December 2024
        "2025-01-05 Sun   8",  # a Sunday that was worked
        "appeal.forwarded",
        "appeal.answered",
        "refused_by_expiry",
        "a person is looked for by name and birth date",
        "queue 1  owed  300000.00  gets  300000.00",
        "1. 71.33 points",
        "It is too early for the contract",
        "Comments wait for their answers",
        "Received 1, answered 1, accepted 1.",
        "Those are the stories.",
    ):
        assert fact in told, told
    assert not (tmp_path / ".ashyq").exists()  # it leaves nothing behind
