"""The verifier in one file, `ashyq-verify.pyz`, that any Python 3.11 runs: the same bytes each time and everywhere."""

import io
import zipapp
import zipfile
from importlib.util import find_spec
from pathlib import Path

_PARTS = {"verifier": {"packing.py", "signing.py"}, "scorer": {"batch"}, "statute": set[str]()}
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


def packed() -> bytes:
    """The file, from the packages as they are installed; nothing in it depends on when, where or by whom."""
    files = {"__main__.py": _START}
    for name, left_out in _PARTS.items():
        package = _folder_of(name)
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
    made = io.BytesIO()
    zipapp.create_archive(archive, made, interpreter="/usr/bin/env python3")
    return made.getvalue()


def _folder_of(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(package)
    return Path(found.origin).parent
