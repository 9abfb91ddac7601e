"""Every address of a service has its way through the gateway, but for those that are for services alone."""

import json
from pathlib import Path

import pytest

from gateway.routes import FILES, HAVE_MAILBOX, service_for

SERVICES = sorted(path.parent for path in (Path(__file__).parents[2] / "services").glob("*/openapi.json"))
FOR_SERVICES = {"/v1/debtors/check"}
OF_THE_GATEWAY = {"/v1/me/notices"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_public_path_has_its_way(service: Path) -> None:
    paths = json.loads((service / "openapi.json").read_text("utf-8"))["paths"].keys()
    for path in paths - OF_THE_GATEWAY:
        asked = path.replace("{", "").replace("}", "")
        assert service_for(asked) == (None if path in FOR_SERVICES else service.name), path
    assert service.name in HAVE_MAILBOX


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_gateway_knows_where_bodies_are_files(service: Path) -> None:
    paths = json.loads((service / "openapi.json").read_text("utf-8"))["paths"]
    for path, operations in paths.items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        asked = path.replace("{", "").replace("}", "")
        assert any(each.fullmatch(asked) for each in FILES) is ("application/octet-stream" in content), path
