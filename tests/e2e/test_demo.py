"""The story that `ashyq demo` tells is the one that happens."""

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
        "That is the story.",
    ):
        assert fact in told, told
    assert not (tmp_path / ".ashyq").exists()  # it leaves nothing behind
