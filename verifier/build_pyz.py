"""Builds `ashyq-verify.pyz`, the verifier in one file that any Python 3.11 runs, the same bytes each time.

Usage: build_pyz.py TARGET
"""
# ruff: noqa: INP001 - a program, not a package

import io
import sys
import zipapp
import zipfile
from pathlib import Path

_HERE = Path(__file__).parent
_PARTS = {
    _HERE / "src/verifier": {"signing.py"},
    _HERE.parent / "scorer/src/scorer": {"batch"},
    _HERE.parent / "statute/src/statute": set[str](),
}
"""The packages that go in, and what of each stays out; who only verifies needs no key of its own, nor batches."""
_KINDS = {".py", ".json"}
_START = b"""import sys

if sys.version_info < (3, 11):
    sys.stderr.write("ashyq-verify needs Python 3.11 or newer.\\n")
    sys.exit(2)

from verifier.__main__ import main

sys.exit(main())
"""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> None:
    """Write the file and the folder that it stands in; nothing in it depends on when, where or by whom."""
    files = {"__main__.py": _START}
    for package, left_out in _PARTS.items():
        files |= {
            one.relative_to(package.parent).as_posix(): one.read_bytes()
            for one in package.rglob("*")
            if one.suffix in _KINDS and left_out.isdisjoint(one.relative_to(package).parts)
        }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.create_system, member.external_attr = 3, 0o644 << 16
            opened.writestr(member, files[name])
    archive.seek(0)
    target.parent.mkdir(parents=True, exist_ok=True)
    zipapp.create_archive(archive, target, interpreter="/usr/bin/env python3")
    target.chmod(0o755)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
