"""One OpenAPI 3.1 document made of the services' own."""

import json
from collections.abc import Mapping
from typing import Any

from servicekit.app import SHARED_SCHEMAS

_REFERENCE = "#/components/schemas/"


class DescriptionsDisagree(Exception):
    """Two services describe the same path or shared shape differently, so no one document can be true."""


def merge(own: Mapping[str, Any], services: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The gateway's own document, with every service's paths and shapes.

    A service's shapes get its name in front, except servicekit's, which are the same everywhere.

    Raises:
        DescriptionsDisagree: two services claim one path, or have different ideas of a shared shape.
    """
    merged: dict[str, Any] = json.loads(json.dumps(own))
    schemas: dict[str, Any] = merged.setdefault("components", {}).setdefault("schemas", {})
    problems = {problem["code"]: problem for problem in merged.get("x-problems", [])}
    for name, document in services.items():
        renamed = _prefixed(document, _camel(name))
        if taken := merged["paths"].keys() & renamed["paths"].keys():
            raise DescriptionsDisagree(", ".join(sorted(taken)))
        merged["paths"] |= renamed["paths"]
        _add_shapes(schemas, renamed["components"]["schemas"])
        merged["components"].setdefault("securitySchemes", {}).update(renamed["components"].get("securitySchemes", {}))
        problems |= {problem["code"]: problem for problem in document.get("x-problems", [])}
    merged["x-problems"] = [problems[code] for code in sorted(problems)]
    return merged


def _prefixed(document: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    names = [name for name in document["components"]["schemas"] if name not in SHARED_SCHEMAS]
    text = json.dumps(document)
    for name in names:
        text = text.replace(f'"{_REFERENCE}{name}"', f'"{_REFERENCE}{prefix}{name}"')
    renamed: dict[str, Any] = json.loads(text)
    schemas = renamed["components"]["schemas"]
    # The title goes with the name: programs that write clients name their classes by it.
    renamed["components"]["schemas"] = {
        (prefix + name if name in names else name): {**schema, "title": prefix + name} if name in names else schema
        for name, schema in schemas.items()
    }
    return renamed


def _add_shapes(existing: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if existing.setdefault(name, value) != value:
            raise DescriptionsDisagree(name)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
