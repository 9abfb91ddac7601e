"""A certificate is worked out again: whether it is what it says, and if not, where and why."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from scorer.certificates import (
    EXPLAINED,
    FORMAT,
    MEMBERS,
    OF_A_BAR,
    OF_A_BID,
    code_hash,
    digest,
    explanation,
    read_stated,
    scored,
)
from scorer.documents import read_profile
from scorer.inputs import Bid, Lot
from scorer.notation import canonical
from scorer.profiles import Profile
from scorer.reading import read_lot

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_SHORT = 60
_HASH = re.compile("[0-9a-f]{64}")
T = TypeVar("T")


class Fault(Exception):
    """A certificate is not what it says: of what kind, where (a JSON pointer, or a byte), and what is wrong."""

    def __init__(self, kind: str, place: str, message: str) -> None:
        super().__init__(f"{kind} at {place}: {message}")
        self.kind, self.place, self.message = kind, place, message


@dataclass(frozen=True, slots=True)
class Recounted:
    """A certificate that was worked out again and agrees to the byte; its receipt is for others to check.

    `subject` is None for a trial. `made_by` is the hash of the code that made it, `code_hash()` that of the code here.
    """

    subject: dict[str, Any] | None
    profile: str
    profile_hash: str
    bids: int
    barred: int
    winner: str | None
    undecided: str | None
    made_by: str
    digest: str
    receipt: Any


def recount(raw: bytes) -> Recounted:
    """Work a certificate out again, and hold it to what comes out; a single byte that is another than it was is found.

    Raises:
        Fault: the first thing that is wrong.
    """
    told = _read(raw)
    profile = _profile(told)
    lot = _got("lot", "/lot", read_lot, profile, told["lot"])
    bids = [_bid(profile, data, f"/bids/{n}") for n, data in enumerate(_list(told, "bids"))]
    known = {bid.id for bid in bids}
    barred = {_barred(data, known, f"/barred/{n}") for n, data in enumerate(_list(told, "barred"))}
    _same(told, _got("result", "/result", scored, profile, lot, bids, barred), "result", told["code"])
    _expect(told["subject"] is None or isinstance(told["subject"], dict), "form", "/subject", "It is no object.")
    if told["explanation"] is not None:
        _explained(told, profile, lot, [bid for bid in bids if bid.id not in barred])
    message = "It is not of what stands here: something was changed that no point depends on."
    _expect(told["digest"] == digest(told), "digest", "/digest", message)
    undecided = told["result"]["undecided"]
    return Recounted(
        subject=told["subject"],
        profile=profile.name,
        profile_hash=profile.hash,
        bids=len(bids),
        barred=len(barred),
        winner=told["result"]["winner"],
        undecided=undecided and undecided["reason"],
        made_by=told["code"],
        digest=told["digest"],
        receipt=told["receipt"],
    )


def _read(raw: bytes) -> dict[str, Any]:
    line = raw.removesuffix(b"\n")
    try:
        told = json.loads(line.decode())
        written = canonical(told)
    except UnicodeDecodeError as error:
        raise Fault("form", f"byte {error.start}", "This is not UTF-8.") from None
    except json.JSONDecodeError as error:
        place = len(error.doc[: error.pos].encode())
        raise Fault("form", f"byte {place}", f"This is not JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise Fault("form", "/", f"This is not written as certificates are: {error}.") from None
    if line != written:
        other = next((n for n, pair in enumerate(zip(line, written, strict=False)) if len({*pair}) > 1), len(written))
        raise Fault("form", f"byte {other}", "From here on it is not written as canonical JSON is.")
    _members(told, MEMBERS, "")
    _expect(told["format"] == FORMAT, "format", "/format", f"It is not {FORMAT}, which is what is known here.")
    return dict(told)


def _profile(told: Mapping[str, Any]) -> Profile:
    given = told["profile"]
    _members(given, {"hash", "rules"}, "/profile")
    rules = canonical(given["rules"])
    found = hashlib.sha256(rules).hexdigest()
    _expect(given["hash"] == found, "profile", "/profile/hash", "It is not of the rules that stand here.")
    return _got("profile", "/profile/rules", _profile_in, rules)


@lru_cache(maxsize=16)
def _profile_in(rules: bytes) -> Profile:
    return read_profile(json.loads(rules))


def _bid(profile: Profile, data: Any, place: str) -> Bid:
    _members(data, OF_A_BID, place)
    if data["commitment"] is not None:
        _got("commitment", place, _committed, data, place)
    return _got("bid", place, read_stated, profile, data)


def _committed(data: Mapping[str, Any], place: str) -> None:
    found = hashlib.sha256(bytes.fromhex(data["salt"]) + canonical(data["stated"])).hexdigest()
    message = "What is stated here is not what the commitment, made when the bid was received, commits to."
    _expect(data["commitment"] == found, "commitment", f"{place}/commitment", message)


def _barred(data: Any, known: Collection[str], place: str) -> str:
    _members(data, OF_A_BAR | ({"evidence"} & {*data}), place)
    _expect(data["bid"] in known, "barred", f"{place}/bid", "It is none of the bids.")
    return str(data["bid"])


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    _expect(isinstance(told[name], list), "form", f"/{name}", "It is no list.")
    return list(told[name])


def _members(value: Any, names: Collection[str], place: str) -> None:
    _expect(isinstance(value, dict), "form", place or "/", "It is no object.")
    for name in sorted({*value} ^ {*names}):
        raise Fault("form", f"{place}/{_escaped(name)}", "It is missing." if name in names else "It is not known.")


def _explained(told: Mapping[str, Any], profile: Profile, lot: Lot, bids: list[Bid]) -> None:
    """Hold the explanation to what follows from the bids; it may have been made later, and by other code."""
    _expect(isinstance(told["explanation"], dict), "form", "/explanation", "It is no object.")
    message = f"A certificate of more than {EXPLAINED} bids is not explained."
    _expect(len(bids) <= EXPLAINED, "explanation", "/explanation", message)
    made_by = told["explanation"].get("code")
    _expect(_HASH.fullmatch(str(made_by)), "explanation", "/explanation/code", "It is no hash of code.")
    found = _got("explanation", "/explanation", explanation, profile, lot, bids)
    _same(told, found | {"code": made_by}, "explanation", made_by)


def _same(told: Mapping[str, Any], found: Any, name: str, made_by: Any) -> None:
    """Hold what is told to what was found; the first place where they differ is a fault."""
    if canonical(told[name]) == canonical(found):
        return
    for place, said, counted in _differences(told[name], found, f"/{name}"):
        message = f"It says {_short(said)}; worked out again it is {_short(counted)}."
        if made_by != code_hash():
            message += f" It was made by other code ({str(made_by)[:12]}) than worked it out ({code_hash()[:12]})."
        raise Fault(name, place, message)


def _differences(said: Any, counted: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(said, dict) and isinstance(counted, dict):
        for name in sorted(said.keys() | counted.keys()):
            yield from _differences(said.get(name), counted.get(name), f"{place}/{_escaped(name)}")
        if said.keys() != counted.keys():
            yield place, sorted(said), sorted(counted)
    elif isinstance(said, list) and isinstance(counted, list):
        for n, pair in enumerate(zip(said, counted, strict=False)):
            yield from _differences(*pair, f"{place}/{n}")
        if len(said) != len(counted):
            yield place, len(said), len(counted)
    elif said != counted or type(said) is not type(counted):
        yield place, said, counted


def _short(value: Any) -> str:
    text = canonical(value).decode()
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _expect(fits: object, kind: str, place: str, message: str) -> None:
    if not fits:
        raise Fault(kind, place, message)


def _got(kind: str, place: str, read: Callable[..., T], *given: Any) -> T:
    """Return what a reader makes of it; what the reader cannot read is a fault."""
    try:
        return read(*given)
    except _UNREADABLE as error:
        raise Fault(kind, place, f"It cannot be read: {type(error).__name__}, {error}.") from None
