"""The witness of the containers: who knows which key, and that the image's command cosigns what the services sign."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from servicekit.witnesses import Witness, reaching
from verifier.notes import LOG, WITNESS, Checkpoint, checkpoint_text, parse_key
from verifier.signing import Signer
from verifier.tree import EMPTY_ROOT

Run = Callable[..., CompletedProcess[str]]
Services = Mapping[str, Any]

SERVICES = ("appeals", "legal-acts", "procurement", "registry")
_START_SECONDS = 30.0


def test_each_journal_is_signed_with_a_key_of_its_own_that_the_witness_watches(local: Services) -> None:
    signers = [Signer.parse(local[name]["environment"]["ASHYQ_JOURNAL_KEY"]) for name in SERVICES]
    assert [signer.key.name for signer in signers] == [f"ashyq.localhost/{name}" for name in SERVICES]
    assert {signer.key.algorithm for signer in signers} == {LOG}
    assert [signer.key.text for signer in signers] == local["witness"]["environment"]["ASHYQ_WITNESS_LOGS"].split()


def test_the_services_know_the_witness_by_its_public_key(local: Services) -> None:
    key = Signer.parse(local["witness"]["environment"]["ASHYQ_WITNESS_KEY"]).key
    assert (key.name, key.algorithm) == ("ashyq.localhost/witness", WITNESS)
    for name in SERVICES:
        assert local[name]["environment"]["ASHYQ_WITNESS_KEY"] == key.text
        assert local[name]["environment"]["ASHYQ_WITNESS_URL"] == "http://witness:8000"


def test_a_private_key_is_told_to_its_owner_alone(local: Services, production: Services) -> None:
    for services, owners in ((local, {*SERVICES, "witness"}), (production, {*SERVICES})):
        told = [
            (name, value)
            for name, service in services.items()
            for value in (service.get("environment") or {}).values()
            if value and "PRIVATE+KEY+" in value
        ]
        assert sorted(name for name, _ in told) == sorted(owners)
        assert len({value for _, value in told}) == len(owners)


def test_in_production_each_service_has_the_key_that_is_named_for_it(
    production: Services, demanded: Mapping[str, str]
) -> None:
    for name in SERVICES:
        environment = production[name]["environment"]
        assert environment["ASHYQ_JOURNAL_KEY"] == demanded[f"ASHYQ_{name.upper().replace('-', '_')}_JOURNAL_KEY"]
        assert environment["ASHYQ_WITNESS_URL"] == demanded["ASHYQ_WITNESS_URL"]
        assert environment["ASHYQ_WITNESS_KEY"] == demanded["ASHYQ_WITNESS_KEY"]


def test_the_witness_is_reached_by_services_alone_and_reaches_neither_database_nor_world(
    local: Services, production: Services, networks: Mapping[str, Any]
) -> None:
    assert local["witness"]["networks"].keys() == {"witness"}
    assert {name for name, service in local.items() if "witness" in service["networks"]} == {*SERVICES, "witness"}
    assert networks["witness"]["internal"]
    assert not any("witness" in service["networks"] for service in production.values())


def test_what_the_witness_saw_is_in_a_volume_of_its_own(local: Services) -> None:
    environment = local["witness"]["environment"]
    (volume,) = local["witness"]["volumes"]
    assert (volume["source"], volume["target"]) == ("witness", environment["ASHYQ_WITNESS_DATA"])
    users = [name for name, service in local.items() if "witness" in _volumes(service)]
    assert users == ["witness"]


def test_no_service_waits_for_the_witness_nor_the_witness_for_a_service(local: Services) -> None:
    assert "depends_on" not in local["witness"]
    assert not any("witness" in service.get("depends_on", ()) for service in local.values())


def test_a_witness_alone_is_open_to_its_machine_only_and_knows_no_key_of_this_house(witness_alone: Services) -> None:
    (witness,) = witness_alone.values()
    assert [(port["host_ip"], port["published"]) for port in witness["ports"]] == [("127.0.0.1", "8100")]
    assert "ASHYQ_WITNESS_KEY" not in witness["environment"]
    assert "localhost" not in json.dumps(witness["environment"])
    assert (witness["restart"], witness["healthcheck"].get("disable")) == ("unless-stopped", None)


def test_the_network_of_a_witness_alone_leads_to_its_machine(compose_witness: Run) -> None:
    given = {"ASHYQ_WITNESS_NAME": "any", "ASHYQ_WITNESS_LOGS": "any"}
    arranged = json.loads(compose_witness("config", "--format", "json", **given).stdout)
    assert arranged["name"] == "ashyq-witness"
    assert arranged["networks"] == {"witness": {"name": "ashyq-witness_witness", "ipam": {}}}


@pytest.mark.parametrize("name", ["ASHYQ_WITNESS_NAME", "ASHYQ_WITNESS_LOGS"])
def test_a_witness_alone_starts_with_no_value_missing(compose_witness: Run, name: str) -> None:
    given = {each: "any" for each in ("ASHYQ_WITNESS_NAME", "ASHYQ_WITNESS_LOGS") if each != name}
    checked = compose_witness("config", "--quiet", **given)
    assert checked.returncode != 0
    assert f"required variable {name} is missing" in checked.stderr


async def test_the_local_witness_cosigns_what_the_local_services_sign(
    local: Services, root: Path, tmp_path: Path
) -> None:
    with _running(local["witness"], root, tmp_path) as url:
        for name in SERVICES:
            environment = local[name]["environment"]
            await _expect_cosigned(
                url, Signer.parse(environment["ASHYQ_JOURNAL_KEY"]), environment["ASHYQ_WITNESS_KEY"]
            )


async def test_a_witness_alone_makes_a_key_of_its_own_and_cosigns_with_it(
    witness_alone: Services, root: Path, tmp_path: Path
) -> None:
    journal = Signer.new("ashyq.example/appeals", LOG)
    witness = witness_alone["witness"]
    watching = {**witness, "environment": {**witness["environment"], "ASHYQ_WITNESS_LOGS": journal.key.text}}
    with _running(watching, root, tmp_path) as url:
        async with reaching(url) as client:
            key = (await client.get("/key")).text.strip()
        assert parse_key(key).name == witness["environment"]["ASHYQ_WITNESS_NAME"]
        await _expect_cosigned(url, journal, key)


async def _expect_cosigned(url: str, journal: Signer, witness_key: str) -> None:
    """Ask for a cosignature as a service does."""
    text = checkpoint_text(Checkpoint(journal.key.name, 0, EMPTY_ROOT))
    async with reaching(url) as client:
        witness = Witness(client, parse_key(witness_key))
        assert await witness.last_seen(journal.key) is None
        await witness.cosign(f"{text}\n{journal.sign(text)}", 0, [])
        assert await witness.last_seen(journal.key) == Checkpoint(journal.key.name, 0, EMPTY_ROOT)


@contextmanager
def _running(service: Mapping[str, Any], root: Path, folder: Path) -> Iterator[str]:
    """Run a container's process by the image's command, with its environment and no other; gives its URL.

    Other than in the container are the folder and the port only. It is healthy by the container's own check.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    built = service["build"]["args"]
    environment = {
        "PATH": os.environ["PATH"],
        "UVICORN_APP": built["APP"],
        "UVICORN_HTTP": built["HTTP"],
        **service["environment"],
        "ASHYQ_WITNESS_DATA": str(folder),
    }
    command = [part.replace("8000", port) for part in _image_command(root)]
    check = [sys.executable, *(part.replace("8000", port) for part in service["healthcheck"]["test"][2:])]
    with subprocess.Popen([sys.executable, "-m", *command], env=environment) as process:  # noqa: S603 - ourselves
        try:
            ends = time.monotonic() + _START_SECONDS
            while subprocess.run(check, check=False, capture_output=True).returncode != 0:  # noqa: S603
                assert process.poll() is None, "it has ended"
                assert time.monotonic() < ends, "it is not healthy"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _image_command(root: Path) -> list[str]:
    (written,) = re.findall(r"^CMD (\[.*?\])$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    command: list[str] = json.loads(written.replace("\\\n", ""))
    return command


def _volumes(service: Mapping[str, Any]) -> list[str]:
    return [volume["source"] for volume in service.get("volumes") or []]
