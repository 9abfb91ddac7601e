"""Many processes: one that dies takes nothing with it but its own answers, and what is private stays in databases."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from stack.testing import whole_journal

ASHYQ = str(Path(sys.executable).with_name("ashyq"))
SERVICES = ("appeals", "legal-acts", "procurement", "registry")
ADDRESS_OF = {
    "appeals": "/v1/agencies",
    "legal-acts": "/v1/drafts",
    "procurement": "/v1/awards",
    "registry": "/v1/debtors",
}
CANARY_IIN, CANARY_PHONE, CANARY_EMAIL = "900101499904", "+77019998877", "kanareika@example.kz"

# What of this story the journals hold in the end.
EXPECTED: dict[str, Callable[[Sequence[Mapping[str, Any]]], bool]] = {
    "appeals": lambda entries: any(each["event"] == "appeal.answered" for each in entries),
    "registry": lambda entries: any(each["event"] == "proceeding.opened" for each in entries),
}


class Installation(Protocol):
    """A place to run a whole Ashyq at; see conftest.py."""

    base: str
    data: Path
    process: subprocess.Popen[bytes] | None

    def start(self, *command: str) -> None: ...
    def interrupt(self) -> str: ...
    def kill(self) -> None: ...
    def headers(self, persona: str, **more: str) -> dict[str, str]: ...


@pytest.fixture
def house(installation: Installation) -> Installation:
    """A house of many processes."""
    installation.start(ASHYQ, "run", "--processes")
    return installation


def processes(house: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((house.data / "processes.json").read_text())
    return found


def test_one_that_dies_is_missed_alone_and_comes_back(house: Installation, filing: dict[str, Any]) -> None:
    filed = httpx.post(f"{house.base}/v1/appeals", json=filing, headers=house.headers("citizen")).raise_for_status()
    for dead in SERVICES:
        os.kill(processes(house)[dead]["pid"], signal.SIGKILL)
        missed = httpx.get(house.base + ADDRESS_OF[dead])
        assert (missed.status_code, missed.json()["code"]) == (503, "unavailable")
        assert int(missed.headers["retry-after"]) > 0
        for other in set(SERVICES) - {dead}:
            assert httpx.get(house.base + ADDRESS_OF[other]).status_code == 200
        ends = time.monotonic() + 20
        while httpx.get(house.base + ADDRESS_OF[dead]).status_code != 200:
            assert time.monotonic() < ends, f"{dead} does not come back"
            time.sleep(0.1)
    found = httpx.get(house.base + filed.headers["location"], headers=house.headers("citizen"))
    assert found.json() == filed.json()
    house.interrupt()


def test_no_process_outlives_the_one_that_started_them(house: Installation) -> None:
    pids = [each["pid"] for each in processes(house).values()]
    assert len(pids) == len({*SERVICES, "sandbox", "portal", "gateway"})
    house.kill()
    ends = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/cmdline").exists() and _is_alive(pid) for pid in pids):
        assert time.monotonic() < ends, "somebody stays"
        time.sleep(0.1)


def test_what_is_private_is_in_no_log_metric_or_journal(house: Installation, filing: dict[str, Any]) -> None:
    claims = {"sub": "canary", "iin": CANARY_IIN, "name": "Канарейка Сары", "roles": ["citizen"]}
    token = httpx.post(f"{house.base}/sandbox/token", json={"claims": claims}).json()["access_token"]
    me = {"Authorization": f"Bearer {token}"}
    contact = {"phone": CANARY_PHONE, "email": CANARY_EMAIL}
    filed = httpx.post(f"{house.base}/v1/appeals", json={**filing, "contact": contact}, headers=me).raise_for_status()
    decision = {"outcome": "explained", "text": "Жауап.", "language": "kk"}
    address = f"{house.base}{filed.headers['location']}"
    httpx.post(f"{address}/decision", json=decision, headers=house.headers("head")).raise_for_status()
    body = {
        "region": "KZ-71",
        "document": {"number": "2-1/2026", "issued_by": "Сот"},
        "debtor": {"scheme": "KZ-IIN", "id": CANARY_IIN, "name": "Канарейка Сары"},
        "claims": [
            {
                "claimant": {"scheme": "KZ-IIN", "id": "880417499014", "name": "Сапарова Айгерім"},
                "category": "alimony",
                "amount": {"amount": "1000.00"},
            }
        ],
    }
    bailiff = house.headers("bailiff")
    received = httpx.post(f"{house.base}/v1/proceedings", json=body, headers=bailiff).raise_for_status()
    httpx.post(f"{house.base}{received.headers['location']}/opening", json={}, headers=bailiff).raise_for_status()
    found = httpx.post(f"{house.base}/v1/debtors/search", json={"iin": CANARY_IIN}).raise_for_status().json()
    assert len(found["items"]) == 1
    httpx.post(f"{house.base}/sandbox/sweep", timeout=30).raise_for_status()

    seen = {"log": (house.data / "ashyq.log").read_text()}
    for name, part in processes(house).items():
        if name in SERVICES:
            seen[f"metrics of {name}"] = httpx.get(f"{part['url']}/metrics").raise_for_status().text
            with httpx.Client(base_url=house.base) as client:
                seen[f"journal of {name}"] = str(whole_journal(client, name, EXPECTED.get(name, lambda _: True)))
    for place, text in seen.items():
        for canary in (CANARY_IIN, CANARY_PHONE, CANARY_PHONE[1:], CANARY_EMAIL, "Канарейка"):
            assert canary not in text, f"{canary} is in the {place}"
    house.interrupt()


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
