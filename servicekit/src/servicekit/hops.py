"""Headers that are between two neighbours on a request's way, and never pass beyond them (RFC 9110, 7.6.1)."""

from collections.abc import Sequence
from typing import TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]

# Those of the standard, and the older ones that proxies still meet.
HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    }
)
_NAMES_NOTHING = {b"close", b"keep-alive"}


def end_to_end(headers: Sequence[tuple[bytes, bytes]], dropped: frozenset[bytes] = HOP_BY_HOP) -> Headers:
    """Without `dropped`, which hold those of one hop, and without those that Connection names; names in lower case."""
    kept = [pair for pair in headers if pair[0] not in dropped]
    if len(kept) == len(headers):  # then there is no Connection either
        return kept
    for name, value in headers:
        if name == b"connection" and value.lower() not in _NAMES_NOTHING:
            named = {part.strip().lower() for part in value.split(b",")}
            kept = [pair for pair in kept if pair[0] not in named]
    return kept
