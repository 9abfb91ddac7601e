"""A file that somebody holds, checked by the verifier: what it proves, or what is wrong with it."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.certificates import Certified, is_certificate, verify_certificate
from verifier.court import CourtFile, verify_court_file
from verifier.notes import Key
from verifier.receipts import Fault, Verified, verify_receipt

_MOST_JSON = 8 * 1024 * 1024
_MOST_UNPACKED = 128 * 1024 * 1024
_MOST_MEMBERS = 2000


class Foreign(Exception):
    """The file is none of those that the verifier knows."""


class Bulky(Exception):
    """The file would take more of us than one visitor should; on one's own machine there is no such limit."""


@dataclass(frozen=True)
class Checked:
    """What a file proves, and by which receipts; `ours` says that their keys are all among those that were given."""

    kind: str
    found: Verified | Certified | CourtFile
    receipts: Mapping[str, Verified]
    ours: bool


def check(raw: bytes, keys: Sequence[Key]) -> Checked:
    """Check a receipt, a certificate or a file for a court, by keys that are known to be the house's, or by its own.

    Raises:
        Fault: the first thing that is wrong with it.
        Foreign: it is nothing of the kind.
        Bulky: it is too large to be checked here.
    """
    try:
        if zipfile.is_zipfile(io.BytesIO(raw)):
            _weigh(raw)
            return _checked(_court_file, raw, keys)
        if not raw.lstrip().startswith(b"{"):
            raise Foreign
        if len(raw) > _MOST_JSON:
            raise Bulky
        return _checked(_certificate if is_certificate(raw) else _receipt, raw, keys)
    except (NotImplementedError, OSError, RecursionError, ValueError, zipfile.BadZipFile) as error:
        raise Foreign from error


def _weigh(raw: bytes) -> None:
    """Look at what a ZIP says of its members' sizes, beyond which no member is read.

    Raises:
        Bulky: it would unpack to too much.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > _MOST_UNPACKED:
        raise Bulky


_Check = Callable[[bytes, Sequence[Key] | None], tuple[str, Any, Mapping[str, Verified]]]


def _checked(check: _Check, raw: bytes, keys: Sequence[Key]) -> Checked:
    try:
        return Checked(*check(raw, keys), ours=True)
    except Fault as fault:
        if fault.kind != "key":
            raise
    return Checked(*check(raw, None), ours=False)


def _receipt(raw: bytes, keys: Sequence[Key] | None) -> tuple[str, Verified, Mapping[str, Verified]]:
    found = verify_receipt(raw, keys)
    return "receipt", found, {"": found}


def _certificate(raw: bytes, keys: Sequence[Key] | None) -> tuple[str, Certified, Mapping[str, Verified]]:
    found = verify_certificate(raw, keys)
    return ("certificate" if found.receipt else "trial"), found, {"": found.receipt} if found.receipt else {}


def _court_file(raw: bytes, keys: Sequence[Key] | None) -> tuple[str, CourtFile, Mapping[str, Verified]]:
    found = verify_court_file(io.BytesIO(raw), keys)
    return "court_file", found, found.receipts
