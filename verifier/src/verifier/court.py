"""The file for a court: its receipts are verified, and each file and text in it is what the journal has of it."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from verifier import ed25519
from verifier.notes import Key, Verify
from verifier.receipts import Fault, Verified, verify_receipt

_MAIN, _ENDING, _LIST = "appeal.receipt.json", ".receipt.json", "attachments.json"
_FILES, _TEXTS = "attachments/", "documents/"
_PIECE, _PACKED = 1 << 20, {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, slots=True)
class CourtFile:
    """What a file for a court proves: what its receipts do, and that these files are the ones that were attached.

    `missing` are journalled as attached and not as clean, by digest, so they are not in it. `texts` were all written
    in an act; of `unproven` that cannot be told, as a private part that may have them is not shown. `restated` is
    what nothing but the receipts vouches for.
    """

    receipts: dict[str, Verified]
    attachments: dict[str, str]
    missing: tuple[str, ...]
    texts: tuple[str, ...]
    unproven: tuple[str, ...]
    restated: tuple[str, ...]


def verify_court_file(source: IO[bytes], keys: Sequence[Key] | None, verify: Verify = ed25519.verify) -> CourtFile:
    """Check a file for a court; a file or text in it that is another than it was, or is gone, is found.

    Args:
        source: the ZIP, which may be larger than the memory.
        keys: those that one already has, as of a receipt; None takes those in the receipts.
        verify: how to verify an Ed25519 signature.

    Raises:
        Fault: the first thing that is wrong.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return _verified(archive, keys, verify)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise Fault("form", "the ZIP", str(error)) from None


def _verified(archive: zipfile.ZipFile, keys: Sequence[Key] | None, verify: Verify) -> CourtFile:
    names = archive.namelist()
    _expect(len(names) == len({*names}), "form", "the ZIP", "Two of its members have one name.")
    _expect(all(name.isprintable() for name in names), "form", "the ZIP", "A member has a name that hides something.")
    usual = all(each.compress_type in _PACKED for each in archive.infolist())
    _expect(usual, "form", "the ZIP", "A member is packed otherwise than stored or deflated.")
    damaged = archive.testzip()
    _expect(damaged is None, "form", f"{damaged}", "It is damaged: its bytes are not those that were packed.")
    _expect(_MAIN in names, "receipt", _MAIN, "It is not there.")
    receipts = {name: _receipt(archive, name, keys, verify) for name in names if name.endswith(_ENDING)}
    told = {name: json.loads(archive.read(name)) for name in receipts}
    own, wholes = _of_the_matter(told)
    found = {name: _digest(archive, name) for name in names if name.startswith(_FILES)}
    missing = _check_files(found, [told[_MAIN], *wholes])
    _check_list(archive, found)
    texts = [name for name in names if name.startswith(_TEXTS)]
    said = {text for receipt in own for each in _private(receipt) for text in _strings(each)}
    hidden = any(each["entry"]["commitment"] and not each["private"] for receipt in own for each in receipt["entries"])
    unproven = tuple(name for name in texts if archive.read(name).decode(errors="replace") not in said)
    _expect(hidden or not unproven, "text", "".join(unproven[:1]), "It was changed: no act in the receipts says this.")
    proven = tuple(name for name in texts if name not in unproven)
    restated = tuple(name for name in names if name not in {*receipts, *found, *texts})
    return CourtFile(receipts, found, missing, proven, unproven, restated)


def _receipt(archive: zipfile.ZipFile, name: str, keys: Sequence[Key] | None, verify: Verify) -> Verified:
    try:
        return verify_receipt(archive.read(name), keys, verify)
    except Fault as fault:
        raise Fault(fault.kind, f"{name}: {fault.place}", fault.message) from None


def _of_the_matter(told: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The receipts of the appeal and its complaints, and those of the appeals that it was split off from."""
    own, wholes, appeal = [told[_MAIN]], list[Any](), told[_MAIN]["object"]["id"]
    for name, receipt in told.items():
        about, acts = receipt["object"], [each["entry"]["data"] for each in receipt["entries"]]
        if about["kind"] == "complaint" and all(act.get("appeal") == appeal for act in acts):
            own.append(receipt)
        elif name != _MAIN:
            parts = [each["entry"]["data"] for one in [told[_MAIN], *wholes] for each in one["entries"]]
            is_whole = about["id"] in [part.get("from") for part in parts]
            _expect(is_whole, "receipt", name, "It is of another matter than the appeal.")
            wholes.append(receipt)
    return own, wholes


def _check_files(found: dict[str, str], receipts: Sequence[Any]) -> tuple[str, ...]:
    """Check that each file is journalled as clean, and that none of the appeal's own is gone; what else is not here."""
    acts = [[each["entry"] for each in receipt["entries"]] for receipt in receipts]
    every, own = _attached([act for some in acts for act in some]), _attached(acts[0])
    for name, digest in found.items():
        _expect(every.get(digest), "attachment", name, "It was changed: the journal has no clean file like it.")
    for digest, clean in own.items():
        gone = clean and digest not in found.values()
        _expect(not gone, "attachment", digest, "The journal has a clean file of this digest, which is not here.")
    return tuple(digest for digest, clean in own.items() if not clean)


def _attached(acts: Sequence[Any]) -> dict[str, bool]:
    """By digest, in the order in which they came, the files that were attached, and whether they were found clean."""
    scanned = [act["data"] for act in acts if act["event"] == "appeal.attachment_scanned"]
    clean = {str(each.get("sha256")) for each in scanned if each.get("state") == "clean"}
    digests = [str(act["data"].get("sha256")) for act in acts if act["event"] == "appeal.attached"]
    return {digest: digest in clean for digest in digests}


def _check_list(archive: zipfile.ZipFile, found: dict[str, str]) -> None:
    try:
        listed = {each["file"]: each["sha256"] for each in json.loads(archive.read(_LIST)) if each["file"]}
    except (KeyError, RecursionError, TypeError, ValueError):
        raise Fault("attachment", _LIST, "It is not there, or is no list of the files.") from None
    _expect(listed == found, "attachment", _LIST, "It lists other files, or other digests, than are here.")


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _private(receipt: Any) -> Iterator[Any]:
    return (each["private"]["data"] for each in receipt["entries"] if each["private"])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _expect(fits: object, kind: str, place: str, message: str) -> None:
    if not fits:
        raise Fault(kind, place, message)
