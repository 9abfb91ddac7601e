"""What the registry is asked: which suppliers are debtors. Never inside a transaction."""

from collections.abc import Collection, Sequence

import httpx

from procurement.domain.bars import Party
from procurement.domain.bid import SCHEMES, DebtorCheck

_MOST_AT_ONCE = 100


class RegistrySilent(Exception):
    """The registry gave no answer that can be used, so nobody is known to be clear."""


class RegistryRefused(RegistrySilent):
    """The registry will not answer this question, however often it is asked: others need not wait for that."""


async def debtors_among(registry: httpx.AsyncClient, parties: Collection[Party]) -> frozenset[Party]:
    """Which of these parties are in the register of debtors now.

    Raises:
        RegistrySilent: it did not answer in time, or not what was asked.
        RegistryRefused: it will not answer this.
    """
    asked = sorted({party for party in parties if party[0] in SCHEMES})
    found: set[Party] = set()
    for start in range(0, len(asked), _MOST_AT_ONCE):
        found |= await _ask(registry, asked[start : start + _MOST_AT_ONCE])
    return frozenset(found)


async def debtor_check(registry: httpx.AsyncClient, party: Party | None) -> DebtorCheck:
    """What the register says of one party; while the registry is silent, the question stays open until the award."""
    if party is None or party[0] not in SCHEMES:
        return DebtorCheck.NOT_APPLICABLE
    try:
        return DebtorCheck.DEBTOR if await debtors_among(registry, [party]) else DebtorCheck.CLEAR
    except RegistrySilent:
        return DebtorCheck.PENDING


async def _ask(registry: httpx.AsyncClient, parties: Sequence[Party]) -> set[Party]:
    subjects = [{"scheme": scheme, "id": number} for scheme, number in parties]
    try:
        answer = await registry.post("/v1/debtors/check", json={"purpose": "procurement-bid", "subjects": subjects})
        if answer.is_client_error:
            raise RegistryRefused(answer.status_code)
        answer.raise_for_status()
        said = {(item["scheme"], item["id"]): bool(item["debtor"]) for item in answer.json()["items"]}
        return {party for party in parties if said[party]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise RegistrySilent from error
