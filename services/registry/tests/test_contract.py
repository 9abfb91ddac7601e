"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from servicekit.drawing import document_text, remedy, whole
from servicekit.testing import Issuer, badly_described, operations_of

People = dict[str, dict[str, str]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Receive = Callable[..., Awaitable[dict[str, Any]]]
Document = Callable[..., dict[str, Any]]
SendMuch = Callable[..., Awaitable[set[str]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
READS = {
    "read_proceeding", "read_proceeding_history", "read_proceeding_receipt", "read_distribution", "search_debtors",
    "list_debtors", "read_registry_notices",
}  # fmt: skip
CHANGES = {"receive_proceeding", "open_proceeding", "restrict_debtor", "distribute_proceeds", "close_proceeding"}
DONE_BY = {"in office": READS | CHANGES | {"list_proceedings", "check_debtors"}, "debtor": READS}


def test_the_committed_document_is_the_services_own(described: dict[str, Any]) -> None:
    text = document_text(described)
    assert whole(COMMITTED, text) == text, remedy(f"{__file__} -k committed")


def test_every_operation_is_described_with_its_words_and_its_problems(described: dict[str, Any]) -> None:
    assert operations_of(described) == set().union(*DONE_BY.values()) | {"read_register_answer_receipt"}
    assert badly_described(described) == []


@pytest.fixture
def senders(people: People, issuer: Issuer) -> People:
    """The people, and somebody who conducts proceedings and checks debtors besides."""
    return people | {"in office": issuer.headers("bailiff", "service", sub="e1", agency="991240979283")}


@pytest.mark.parametrize("who", DONE_BY)
async def test_the_running_service_keeps_to_its_document(
    who: str, senders: People, opened: Opened, receive: Receive, document: Document, send_much: SendMuch
) -> None:
    known = cycle([(await make())["id"] for _ in range(6) for make in (opened, receive)])
    done = await send_much(senders[who], lambda case: name_what_exists(case, known, document()), examples=10)
    assert done == DONE_BY[who]


def name_what_exists(case: Case, known: Iterator[str], sound: dict[str, Any]) -> None:
    """Put what exists in the place of most of the invented things, which hardly ever have a sound number."""
    chance = len(str(case.body)) % 4
    body = case.body if isinstance(case.body, dict) and chance else {}
    if "amount" in body:
        body["amount"] = {"amount": "1.00"}
    for name in case.path_parameters.keys() & {"proceeding_id", "object_id"}:
        if str(case.path_parameters[name]) < "b":
            case.path_parameters[name] = next(known)
    for name in body.keys() & {"debtor", "claims", "received_at"}:
        body[name] = sound.get(name)
    if body.keys() & {"iin", "bin", "name", "birth_date"}:
        body.clear()
        body["iin"] = sound["debtor"]["id"]
    if "subjects" in body:
        body["subjects"] = [{"scheme": "KZ-IIN", "id": sound["debtor"]["id"]}] * chance
    if body.keys() >= {"kind", "ground"} and chance > 1:
        body |= {"kind": "account", "ground": "security"}
