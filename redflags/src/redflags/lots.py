"""Processes of several lots, taken apart: which bids competed with each other is known by their lots."""

from collections.abc import Iterator
from typing import Any

from redflags.releases import Release, bids, buyer, part, parts, text


def by_lot(release: Release) -> Iterator[tuple[str | None, Release]]:
    """The release of each lot with its id, as if it were a process; the release itself if it cannot be taken apart.

    It can where there are several lots and each bid and each award is related to exactly one of them.
    """
    lots = {name: lot for lot in parts(part(release, "tender"), "lots") or () if (name := text(lot, "id")) is not None}
    details, awards = bids(release) or [], parts(release, "awards") or []
    placed = [_lot_of(one) for one in (*details, *awards)]
    if len(lots) < 2 or not placed or any(lot not in lots for lot in placed):  # noqa: PLR2004 - one lot is the process
        yield None, release
        return
    for name, lot in lots.items():
        yield name, _release_of(release, name, lot, details, awards)


def subject_of(release: Release, lot: str | None) -> dict[str, Any]:
    """What a finding about a process, or about a lot that has been taken apart, says of its subject.

    A finding about a lot names the lot's award, if there is just one.
    """
    ocid = release["ocid"]
    of: dict[str, Any] = {"ocid": ocid, "buyer": buyer(release)}
    if lot is None:
        return of | {"kind": "process", "subject": ocid}
    awards = parts(release, "awards") or []
    award = text(awards[0], "id") if len(awards) == 1 else None
    return of | {"kind": "lot", "subject": f"{ocid}/{lot}", "lot": lot, "award": award}


def _lot_of(one: Any) -> str | None:
    related = parts(one, "relatedLots")
    return related[0] if related is not None and len(related) == 1 and isinstance(related[0], str) else None


def _release_of(release: Release, name: str, lot: Any, details: list[Any], awards: list[Any]) -> Release:
    """What is said of the tender as a whole, and may be otherwise of a lot, is left out."""
    whole = ("value", "numberOfTenderers", "tenderers", "items", "lots")
    tender = {key: value for key, value in part(release, "tender").items() if key not in whole}
    tender |= {"lots": [lot]} | ({"value": lot["value"]} if "value" in lot else {})
    return {
        **release,
        "tender": tender,
        "bids": {"details": [one for one in details if _lot_of(one) == name]},
        "awards": [one for one in awards if _lot_of(one) == name],
    }
