"""Reading compiled releases that may hold anything: what is not of the type that OCDS gives it counts as absent."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

Release = Mapping[str, Any]
NANOSECONDS = 1_000_000_000
DAY = 86_400 * NANOSECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - the same, and plain to read
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):([0-5]\d))", re.ASCII
)
_NOTHING: Final[Mapping[str, Any]] = {}


def part(holder: Any, name: str) -> Mapping[str, Any]:
    """The object under a name; an empty one if there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else _NOTHING


def parts(holder: Any, name: str) -> list[Any] | None:
    """The array under a name, None if there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else None


def text(holder: Any, name: str) -> str | None:
    """The string under a name."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, str) else None


def number(holder: Any, name: str) -> float | None:
    """The number under a name, as a double; true and false are no numbers, nor is what no double can hold."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        double = float(found)
    except OverflowError:
        return None
    return double if math.isfinite(double) else None


def money(holder: Any, name: str = "value") -> tuple[float, str] | None:
    """Amount and currency of a Value; None if either is missing."""
    value = part(holder, name)
    amount, currency = number(value, "amount"), text(value, "currency")
    return None if amount is None or currency is None else (amount, currency)


def instant(written: str | None) -> int | None:
    """Nanoseconds since 1970 of an RFC 3339 time with its offset; None for anything else."""
    match = _RFC3339.fullmatch(written or "")
    if match is None:
        return None
    date, hours, minutes, seconds, fraction, _, sign, offset_hours, offset_minutes = match.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds) > 60 or int(offset_hours or 0) > 23:  # noqa: PLR2004 - a clock
        return None
    try:
        day = datetime.fromisoformat(date).replace(tzinfo=timezone.utc)  # noqa: UP017
    except ValueError:
        return None
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0)) * (-1 if sign == "-" else 1)
    since = day - _EPOCH + timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds)) - offset
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + int((fraction or "0")[:9].ljust(9, "0"))


def whole_days(start: int, end: int) -> int:
    """Whole days between two instants, cut towards zero."""
    days = abs(end - start) // DAY
    return days if end >= start else -days


def ids(organizations: Iterable[Any] | None) -> list[str]:
    """The ids of organization references, those that are strings."""
    return [name for one in organizations or () if (name := text(one, "id")) is not None]


def only_id(organizations: list[Any] | None) -> str | None:
    """The id if there is exactly one organization and it has one."""
    return text(organizations[0], "id") if organizations is not None and len(organizations) == 1 else None


def bids(release: Release) -> list[Any] | None:
    """``bids/details``."""
    return parts(part(release, "bids"), "details")


def submitted(release: Release) -> list[Any]:
    """Bids that were submitted and stand: neither invited nor withdrawn, and of a known status."""
    return [bid for bid in bids(release) or () if text(bid, "status") not in {None, "invited", "withdrawn"}]


def valid(details: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Valid bids of one tenderer each, by its id."""
    for bid in details:
        if text(bid, "status") == "valid" and (tenderer := only_id(parts(bid, "tenderers"))) is not None:
            yield tenderer, bid


def awards(release: Release, status: str = "active") -> list[Any]:
    """Awards of a status."""
    return [award for award in parts(release, "awards") or () if text(award, "status") == status]


def all_final(release: Release) -> bool:
    """That no award is pending or of an unknown status; one without a status does not count."""
    known = {None, "active", "cancelled", "unsuccessful"}
    return all(text(award, "status") in known for award in parts(release, "awards") or ())


def is_cancelled(release: Release) -> bool:
    """That the tender was cancelled."""
    return text(part(release, "tender"), "status") == "cancelled"


def method(release: Release) -> str | None:
    """``tender/procurementMethod``."""
    return text(part(release, "tender"), "procurementMethod")


def buyer(release: Release) -> str | None:
    """``buyer/id``."""
    return text(part(release, "buyer"), "id")


def procuring_entity(release: Release) -> str | None:
    """``tender/procuringEntity/id``."""
    return text(part(part(release, "tender"), "procuringEntity"), "id")


def classes(holder: Any, digits: int | None = None) -> list[str]:
    """The classifications of items, cut to their first digits."""
    codes = [text(part(item, "classification"), "id") for item in parts(holder, "items") or ()]
    return [code[:digits] for code in codes if code is not None]
