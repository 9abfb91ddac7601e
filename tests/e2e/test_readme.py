"""The README's own commands, run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[2]
USUAL_ADDRESS = "http://127.0.0.1:8000"


class Installation(Protocol):
    """A place to run a whole Ashyq at; see conftest.py."""

    base: str
    environment: dict[str, str]

    def start(self, *command: str) -> None: ...
    def interrupt(self) -> str: ...


def _blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_first_block_is_the_two_commands() -> None:
    commands = [line.partition("#")[0].strip() for line in _blocks()[0].splitlines()]
    assert commands == ["make run", "make test"]


def test_the_other_blocks_work_by_copy_and_paste(installation: Installation, filing: dict[str, Any]) -> None:
    installation.start("make", "-C", str(ROOT), "run")
    blocks = _blocks()[1:]
    assert blocks
    for block in blocks:
        script = block.replace(USUAL_ADDRESS, installation.base)
        ran = subprocess.run(  # noqa: S603 - our own page
            ["/bin/bash", "-eo", "pipefail", "-c", script],
            cwd=ROOT,
            env=installation.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, f"{script}\n{ran.stdout}{ran.stderr}"
        assert '"status":4' not in ran.stdout, ran.stdout
        assert any(each in ran.stdout for each in (filing["agency"], "items", "due_on", "verified: ", "awarded_on")), (
            ran.stdout
        )
    installation.interrupt()


def test_a_missing_prerequisite_is_named_with_its_remedy(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (tmp_path / "Makefile").write_text(makefile)
    (tmp_path / "requirements.lock").touch()
    for member in re.search(r"^MEMBERS := (.*)$", makefile, re.MULTILINE)[1].split():  # type: ignore[index]
        (tmp_path / member).mkdir(parents=True)
        (tmp_path / member / "pyproject.toml").touch()
    missing = _make(tmp_path, "PYTHON=no-such-python")
    assert "Python is missing" in missing
    assert "apt install python3" in missing
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit\nexit 1\n')
    old.chmod(0o755)
    assert "3.11 or newer is needed" in _make(tmp_path, f"PYTHON={old}")
    bare = tmp_path / "bare-python"
    bare.write_text(f'#!/bin/sh\ncase "$2" in *venv*) exit 1 ;; esac\nexec {sys.executable} "$@"\n')
    bare.chmod(0o755)
    assert "apt install python3-venv" in _make(tmp_path, f"PYTHON={bare}")


def _make(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(  # noqa: S603 - our own Makefile
        ["/usr/bin/make", "setup", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )
    assert ran.returncode != 0
    return ran.stdout + ran.stderr
