"""Objects as rows of CSV (RFC 4180): columns by the declared shape, in its order, named by their paths.

A cell is what PostgreSQL's COPY would write: nothing for null, `""` for an empty text, quotes where they are needed,
lines that end with a line feed. What is no single value (a list, an object of no fixed members) is its JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, TypeAlias

from pydantic import TypeAdapter

Path: TypeAlias = tuple[str, ...]
_NEEDS_QUOTES = re.compile(r'[,"\r\n]')
_REFERENCE = "#/$defs/"


def columns_of(shape: Any) -> list[Path]:
    """The paths of the values of a shape: `("buyer", "id")` for the column `buyer.id`."""
    schema = TypeAdapter(shape).json_schema(mode="serialization")
    return list(_columns(schema, schema.get("$defs", {}), (), ()))


def header(columns: Iterable[Path]) -> str:
    """The first line."""
    return ",".join(".".join(path) for path in columns) + "\n"


def row(item: Mapping[str, Any], columns: Iterable[Path]) -> str:
    """The line of an object."""
    return ",".join(_cell(reduce(_member, path, item)) for path in columns) + "\n"


def _columns(schema: Any, known: Mapping[str, Any], path: Path, above: Path) -> Iterable[Path]:
    reference = schema.get("$ref")
    if reference is not None:
        name = reference.removeprefix(_REFERENCE)
        if name in above:  # it holds itself, and so has no end of columns
            return [path]
        return _columns(known[name], known, path, (*above, name))
    some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(some) == 1:
        return _columns(some[0], known, path, above)
    members = schema.get("properties")
    if members is None and "enum" in schema.get("propertyNames", {}):
        members = dict.fromkeys(schema["propertyNames"]["enum"], schema["additionalProperties"])
    if not members:
        return [path]
    return [each for name, member in members.items() for each in _columns(member, known, (*path, name), above)]


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not text or _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
