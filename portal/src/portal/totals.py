"""What lists of awards come to, in each currency by itself: currencies are never added up."""

from collections.abc import Iterable, Mapping
from typing import Any


def totals_of(groups: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many awards, for how much, and what was set aside for them; tenge first, then the most awards first."""
    found: dict[str, dict[str, int]] = {}
    for group in groups:
        sums = found.setdefault(group["total"]["currency"], {"count": 0, "total": 0, "allocated": 0})
        sums["count"] += group["count"]
        sums["total"] += _tiyn(group["total"])
        sums["allocated"] += _tiyn(group["allocated"]) if group["allocated"] else 0
    ordered = sorted(found, key=lambda currency: (currency != "KZT", -found[currency]["count"]))
    return [_told(found[currency], currency) for currency in ordered]


def _told(sums: Mapping[str, int], currency: str) -> dict[str, Any]:
    saved = sums["allocated"] - sums["total"]
    return {
        "count": sums["count"],
        "total": _money(sums["total"], currency),
        # Imported awards may not say what was set aside for them.
        "allocated": _money(sums["allocated"], currency) if sums["allocated"] else None,
        "saved": _money(saved, currency) if saved > 0 else None,
    }


def _tiyn(money: Mapping[str, str]) -> int:
    whole, _, part = money["amount"].partition(".")
    return int(whole) * 100 + int(part or 0)


def _money(tiyn: int, currency: str) -> dict[str, str]:
    return {"amount": f"{tiyn // 100}.{tiyn % 100:02}", "currency": currency}
