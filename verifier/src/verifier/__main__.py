"""The command `ashyq-verify`: checks a receipt, a certificate or a file for a court, or follows a journal."""

import argparse
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from verifier.certificates import Certified, is_certificate, verify_certificate
from verifier.court import CourtFile, verify_court_file
from verifier.following import Followed, follow
from verifier.notes import parse_key
from verifier.receipts import Fault, Verified, verify_receipt
from verifier.telling import tell_certificate, tell_court_file, tell_receipt, tell_witnesses

_EXITS = "Exits with 0 if it is verified, 1 if there is a fault, 2 if something could not be read."


def main(words: Sequence[str] | None = None) -> int:
    """Run the command with its arguments, those of the process if none are given, and return its exit code."""
    options = _options(list(sys.argv[1:] if words is None else words))
    try:
        found, lines = _followed(options) if "url" in options else _verified(options)
        members = {"verified": True, "fault": None, **asdict(found)}
    except Fault as fault:
        members = {"verified": False, "fault": vars(fault)}
        lines = [f"NOT verified: {fault}", *(f"\n{text}" for text in fault.evidence)]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ashyq-verify: {error}\n")
        return 2
    text, encoding = json.dumps(members) if options.json else "\n".join(lines), sys.stdout.encoding
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return 0 if members["verified"] else 1


def _options(words: list[str]) -> argparse.Namespace:
    if words[:1] == ["follow"]:
        parser = argparse.ArgumentParser("ashyq-verify follow", description=_followed.__doc__, epilog=_EXITS)
        parser.add_argument("url", help="the journal, as http://host/v1/journals/appeals")
        parser.add_argument("--memory", default="ashyq-memory.json", type=Path, help="the file, else %(default)s")
        words = words[1:]
    else:
        parser = argparse.ArgumentParser("ashyq-verify", description=_verified.__doc__, epilog=_EXITS)
        parser.add_argument("receipt", help="a receipt, a certificate or a court's ZIP; - reads the standard input")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="keys that you already have, one in a line")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser.parse_args(words)


def _verified(options: argparse.Namespace) -> tuple[Verified | Certified | CourtFile, list[str]]:
    """Check that a receipt is whole, work a certificate of scoring out again, or check a file for a court.

    The acts of a receipt stand in the journal that it names, unchanged, and the journal's operator and its witnesses
    have signed for that. A certificate gives the result that it says, and the journal published it. Of a file for a
    court the receipts are checked, and that each attached file and each text is the one in the journal. Needs no
    network and asks nobody. To follow a journal instead: ashyq-verify follow --help says how.
    """
    keys = [parse_key(text) for text in options.keys.read_text("utf-8").split()] if options.keys else None
    with io.BytesIO(sys.stdin.buffer.read()) if options.receipt == "-" else Path(options.receipt).open("rb") as source:
        if zipfile.is_zipfile(source):
            court_file = verify_court_file(source, keys)
            return court_file, tell_court_file(court_file)
        source.seek(0)
        raw = source.read()
    if is_certificate(raw):
        certified = verify_certificate(raw, keys)
        return certified, tell_certificate(certified)
    found = verify_receipt(raw, keys)
    return found, tell_receipt(found)


def _followed(options: argparse.Namespace) -> tuple[Followed, list[str]]:
    """Fetch a journal's checkpoint and check that it takes back nothing of what it said before.

    What it has said is remembered in a file. The first time, its keys are remembered too.
    """
    found = follow(options.url, options.memory)
    since = "" if found.before is None else f", and begins with the {found.before} that are remembered"
    lines = [f"verified: {found.origin} has {found.size} entries{since}", *tell_witnesses(found.witnesses)]
    lines += [f"remembered from now on, compare it with what others have: {key}" for key in found.new_keys]
    return found, lines


if __name__ == "__main__":
    sys.exit(main())
