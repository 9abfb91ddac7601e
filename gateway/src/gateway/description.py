"""One OpenAPI 3.1 document made of the services' own."""

import asyncio
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import httpx
import structlog

from gateway.routes import service_for
from servicekit.app import SHARED_SCHEMAS

_REFERENCE = "#/components/schemas/"
_REFERENCES = re.compile(f'"{_REFERENCE}([^"]+)"')
_PATIENCE_SECONDS = 2.0
_MISSING_AGAIN_SECONDS = 1.0
_ALL_AGAIN_SECONDS = 60.0
_log = structlog.get_logger("description")


class DescriptionsDisagree(Exception):
    """Two services describe the same path or shared shape differently, so no one document can be true."""


class Description:
    """The one document, of all services that have ever answered; it is read anew, as services come and change."""

    def __init__(
        self, own: Mapping[str, Any], clients: Mapping[str, httpx.AsyncClient], here: Collection[str] = ()
    ) -> None:
        """A document of the gateway's own and those of services; who is `here`, in this process, is waited for."""
        self.merged: dict[str, Any] = merge(own, {})
        self._own = own
        self._clients = clients
        self._here = here
        self._documents: dict[str, Mapping[str, Any]] = {}

    async def read(self, names: Collection[str] | None = None) -> None:
        """Ask services, all if none are named; one that does not answer stays as it was described last."""
        asked = [name for name in self._clients if names is None or name in names]
        read = await asyncio.gather(*(self._read(name) for name in asked))
        found = self._documents | {name: said for name, said in zip(asked, read, strict=True) if said is not None}
        if found != self._documents:
            # In one order, so that it does not matter who came first.
            self._documents = {name: found[name] for name in self._clients if name in found}
            self.merged = self._merged()

    async def keep_current(self) -> None:
        """Read again for ever: soon those that have not answered yet, and now and then all."""
        loop = asyncio.get_running_loop()
        while True:
            again = loop.time() + _ALL_AGAIN_SECONDS
            while loop.time() < again:
                await asyncio.sleep(_MISSING_AGAIN_SECONDS)
                await self.read(self._clients.keys() - self._documents.keys())
            await self.read()

    async def _read(self, name: str) -> dict[str, Any] | None:
        return await _read(name, self._clients[name], None if name in self._here else _PATIENCE_SECONDS)

    def _merged(self) -> dict[str, Any]:
        merged = merge(self._own, {})
        for name, document in self._documents.items():
            try:
                merged = merge(merged, {name: document})
            except DescriptionsDisagree as error:
                # While services are replaced one by one, two versions of a shape may be about; the others go on.
                _log.exception("a service is left out of the description", service=name, because=str(error))
        return merged


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


async def _read(name: str, client: httpx.AsyncClient, patience: float | None) -> dict[str, Any] | None:
    """What of a service the gateway has a way to; None when it does not say so within some seconds."""
    try:
        async with asyncio.timeout(patience):
            answer = await client.get("/openapi.json")
        document: dict[str, Any] = answer.raise_for_status().json()
        public = {path: item for path, item in document["paths"].items() if service_for(path) == name}
        components = {"schemas": {}} | document.get("components", {})
        components["schemas"] = _used(public, components["schemas"])
        return {"paths": public, "components": components, "x-problems": document.get("x-problems", [])}
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError):
        return None


def _used(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The shapes that paths speak of, directly or by way of others; the rest is for services alone."""
    found: dict[str, Any] = {}
    asked = _references(paths)
    while asked:
        found |= {name: schemas[name] for name in asked}
        asked = {other for name in asked for other in _references(schemas[name])} - found.keys()
    return found


def _references(part: object) -> set[str]:
    return set(_REFERENCES.findall(json.dumps(part)))


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
