"""Builds `ashyq-verify.pyz` from this checkout, with nothing installed: what is in it, `verifier.packing` says.

Usage: build_pyz.py TARGET
"""
# ruff: noqa: INP001 - a program, not a package

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE / "src"), str(_HERE.parent / "scorer/src"), str(_HERE.parent / "statute/src")]

from verifier.packing import packed  # noqa: E402 - it is found only now


def build(target: Path) -> None:
    """Write the file and the folder that it stands in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed())
    target.chmod(0o755)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
