"""The journals of the house, and the keys that it publishes for them."""

import asyncio

from portal.api import NOT_FOUND, Api, ApiProblem
from verifier.notes import Key, parse_key

JOURNALS = ("appeals", "procurement", "legal-acts", "registry")


async def published_keys(api: Api) -> list[Key]:
    """The keys of every journal, and of its witnesses, as anybody can read them.

    Raises:
        ApiProblem, ApiAway: the API says no, or nothing.
    """
    texts = await asyncio.gather(*(_text(api, f"/v1/journals/{name}/keys") for name in JOURNALS))
    return [parse_key(line) for line in dict.fromkeys("\n".join(texts).split())]


async def entries_in(api: Api, journal: str) -> int:
    """How many acts a journal has sealed: the second line of its checkpoint (C2SP tlog-checkpoint); none at first.

    Raises:
        ApiProblem, ApiAway: as `published_keys`.
    """
    try:
        return int((await _text(api, f"/v1/journals/{journal}/checkpoint")).splitlines()[1])
    except ApiProblem as problem:
        if problem.status == NOT_FOUND:
            return 0
        raise


async def _text(api: Api, path: str) -> str:
    async with api.download(path) as answer:
        return (await answer.aread()).decode()
