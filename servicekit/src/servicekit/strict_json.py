"""JSON as the API accepts it: UTF-8, no NUL, no lone surrogate, no NaN or infinity, no key twice."""

import json
from typing import Any

_DEEPEST = 64


class UnreadableBody(Exception):
    """The body is not the JSON that the API reads; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def loads(body: bytes) -> Any:
    """Parse a request body.

    Raises:
        UnreadableBody: with the reason `encoding`, `syntax`, `duplicate_key`, `not_a_number`, `nul`, `surrogate`,
            `number_too_long` or `too_deep`.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableBody("encoding") from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float)
    except json.JSONDecodeError:
        raise UnreadableBody("syntax") from None
    except RecursionError:
        raise UnreadableBody("too_deep") from None
    except ValueError:  # the interpreter's own limit on the digits of an integer
        raise UnreadableBody("number_too_long") from None
    _inspect(value, escapes="\\u" in text, depth=0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableBody("duplicate_key")
    return found


def _refuse_constant(_: str) -> Any:
    raise UnreadableBody("not_a_number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise UnreadableBody("not_a_number")
    return value


def _inspect(value: Any, *, escapes: bool, depth: int) -> None:
    """Refuse what hides in escapes, and nesting that no honest request has."""
    if depth > _DEEPEST:
        raise UnreadableBody("too_deep")
    if isinstance(value, str):
        if escapes:
            _inspect_text(value)
    elif isinstance(value, dict):
        for key, member in value.items():
            _inspect(key, escapes=escapes, depth=depth)
            _inspect(member, escapes=escapes, depth=depth + 1)
    elif isinstance(value, list):
        for member in value:
            _inspect(member, escapes=escapes, depth=depth + 1)


def _inspect_text(text: str) -> None:
    if "\x00" in text:
        raise UnreadableBody("nul")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableBody("surrogate") from None
