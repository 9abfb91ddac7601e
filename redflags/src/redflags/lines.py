"""Files of compiled releases, one JSON object a line, read in the memory of one line."""

import json
import math
from typing import Any

from redflags.releases import Release


class UnreadableLine(Exception):
    """A line that is no compiled release; it says why, in a few words."""


def release_of(line: bytes) -> Release | None:
    """The compiled release of a line; None of a blank one.

    Raises:
        UnreadableLine: The line is not JSON by RFC 8259, or no object with an ``ocid`` that is a string.
    """
    if not line.strip():
        return None
    try:
        release = json.loads(line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise UnreadableLine("it is not UTF-8") from error
    except RecursionError as error:
        raise UnreadableLine("it is nested too deeply") from error
    except ValueError as error:
        raise UnreadableLine(f"it is not JSON: {error}") from error
    if not isinstance(release, dict):
        raise UnreadableLine("it is not an object")
    if not isinstance(release.get("ocid"), str):
        raise UnreadableLine("it has no ocid that is a string")
    return release


def _finite(written: str) -> float:
    value = float(written)
    if math.isinf(value):
        raise ValueError(f"no double holds {written[:20]}")
    return value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
