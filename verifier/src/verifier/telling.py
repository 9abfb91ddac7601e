"""What was found, in sentences."""

import time

from verifier.certificates import Certified
from verifier.court import CourtFile
from verifier.receipts import Verified, Witnesses


def tell_certificate(found: Certified) -> list[str]:
    """Say what a certificate proves, and its receipt."""
    lot = (found.subject or {}).get("lot") or {}
    about = f"lot {lot.get('id')}" if found.subject else "a trial that no journal has published"
    end = f"the winner is {found.winner}" if found.winner else f"the rules name no winner: {found.undecided}"
    lines = [
        f"verified: worked out again, the scoring of {about} agrees to the byte",
        f"{found.bids} bids, {found.barred} of them barred, by {found.profile} ({found.profile_hash}): {end}",
        f"digest {found.digest}",
    ]
    if found.made_by != found.recounted_by:
        lines.append(f"made by other code of the scorer, {found.made_by}; recounted by {found.recounted_by}")
    if found.revised:
        lines.append("The journal has published a later certificate of this lot: the result was revised.")
    return [*lines, *(tell_receipt(found.receipt) if found.receipt else [])]


def tell_court_file(found: CourtFile) -> list[str]:
    """Say what a file for a court proves: of its files and texts, and by which receipts."""
    lines = [f"verified: {len(found.receipts)} receipts, {len(found.attachments)} files, {len(found.texts)} texts"]
    lines += [f"{name}  as it was attached  sha256 {digest}" for name, digest in found.attachments.items()]
    lines += [f"not in the file, as it was not found clean  sha256 {digest}" for digest in found.missing]
    lines += [f"{name}  as it was written" for name in found.texts]
    lines += [f"{name}  not proven: the private part with it is not shown" for name in found.unproven]
    lines.append(f"restate the receipts, and prove nothing by themselves: {', '.join(found.restated)}")
    return [*lines, *(line for each in found.receipts.values() for line in tell_receipt(each))]


def tell_receipt(found: Verified) -> list[str]:
    """Say what a receipt proves, act by act."""
    shown = [entry.disclosed for entry in found.entries]
    acts, are = ("1 act", "is") if len(shown) == 1 else (f"{len(shown)} acts", "are")
    lines = [
        f"verified: {acts} about {found.object_kind} {found.object_id} {are} in the journal {found.origin}",
        *(f"{one.at}  {one.event}  by {one.role}  version {one.version}  entry {one.index}" for one in found.entries),
        f"checkpoint of {found.size} entries, signed by {found.origin}",
        *tell_witnesses(found.witnesses),
        f"private parts: {shown.count(True)} shown, each as it was committed to; {shown.count(False)} not shown",
    ]
    if not found.keys_given:
        lines.append("The keys are those in the receipt itself; --keys FILE checks against keys that you already have.")
    return lines


def tell_witnesses(witnesses: Witnesses) -> list[str]:
    """Say who cosigned, and when."""
    seen = [(name, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))) for name, at in witnesses]
    return [f"witnessed by {name} at {at}" for name, at in seen] or ["witnessed by nobody"]
