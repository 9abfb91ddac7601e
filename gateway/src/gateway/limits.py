"""How often one may ask: a courtesy among callers, counted by minute; when the counting fails, requests pass.

Real time throughout: the sandbox moves legal time only.
"""

import asyncio
import hashlib
import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Self

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from prometheus_client import Counter
from starlette.types import Scope
from valkey.asyncio import ConnectionPool

from gateway.counts import Counts
from servicekit.identity import Caller
from servicekit.metrics import Metrics

_log = structlog.get_logger("limits")
# What costs us more, or tells more, than other requests.
SEARCHES = {"/v1/debtors/search"}
_PATIENCE_SECONDS = 0.1
_PAUSE_SECONDS = 1.0
_NETWORK_BITS = 64  # of an IPv6 address: what one household is given


class TooManyRequests(Exception):
    """The caller has asked too often; `seconds` until they may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Rates:
    """The most requests a minute, of an address, of a subject, and searches of either; 0 is no limit."""

    address: int
    subject: int
    search: int


class Limits:
    """Counts the requests of each address and of each subject; together with other gateways when there is a Valkey."""

    def __init__(self, rates: Rates, metrics: Metrics, *, url: str | None) -> None:
        self._rates = rates
        self._url = url
        self._counts = Counts()
        self._shared: _Shared | None = None
        self._uncounted = Counter(
            "ashyq_limits_uncounted",
            "Requests that passed uncounted, because the shared counter was away.",
            registry=metrics.registry,
        )

    async def __aenter__(self) -> Self:
        if self._url is not None:
            self._shared = _Shared(self._url.removeprefix("async+"), self._uncounted)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._shared is not None:
            await self._shared.close()

    async def count(self, scope: Scope, caller: Caller) -> None:
        """Count a request for its address and its subject.

        Raises:
            TooManyRequests: there were too many of either.
        """
        await self.count_address(scope)
        await self.count_subject(scope, caller)

    async def count_address(self, scope: Scope) -> None:
        """Count a request for the address that it comes from.

        Raises:
            TooManyRequests: there were too many from there.
        """
        client = scope.get("client")
        if client:
            address = client[0] if ":" not in client[0] else network(client[0])
            await self._count(scope, "address", address, self._rates.address)

    async def count_subject(self, scope: Scope, caller: Caller) -> None:
        """Count a request for the subject of its token, if it has one.

        Raises:
            TooManyRequests: there were too many of theirs.
        """
        if caller.subject is not None:
            await self._count(scope, "subject", caller.subject, self._rates.subject)

    async def _count(self, scope: Scope, kind: str, who: str, limit: int) -> None:
        if scope["path"] in SEARCHES and self._rates.search:
            _refuse(await self._hit(f"search by {kind}", who, self._rates.search))
        if limit:
            _refuse(await self._hit(kind, who, limit))

    async def _hit(self, kind: str, who: str, limit: int) -> int:
        if self._shared is None:
            return self._counts.hit(kind, who, limit)
        return await self._shared.hit(kind, who, limit)


class _Shared:
    """Counts that all gateways keep together in a Valkey."""

    def __init__(self, url: str, uncounted: Counter) -> None:
        self._pool = ConnectionPool.from_url(url)
        self._limiter = FixedWindowRateLimiter(
            RedisStorage(
                url,
                wrap_exceptions=True,
                implementation="valkey",
                key_prefix="ashyq",
                connection_pool=self._pool,  # type: ignore[arg-type] # its types forget what its words promise
            )
        )
        self._uncounted = uncounted
        self._away_until = 0.0

    async def close(self) -> None:
        await self._pool.aclose()

    async def hit(self, kind: str, who: str, limit: int) -> int:
        """Count once more; the seconds until there is room again, or 0 when there is or nobody can say."""
        if time.monotonic() < self._away_until:
            self._uncounted.inc()
            return 0
        item = RateLimitItemPerMinute(limit)
        # What issuers call a person is nothing to be kept elsewhere.
        digest = hashlib.blake2b(who.encode(), digest_size=16).hexdigest()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if await self._limiter.hit(item, kind, digest):
                    return 0
                stats = await self._limiter.get_window_stats(item, kind, digest)
        except (StorageError, OSError, TimeoutError) as error:
            self._uncounted.inc()
            self._away_until = time.monotonic() + _PAUSE_SECONDS
            _log.warning("requests pass uncounted", reason=str(error) or type(error).__name__)
            return 0
        return max(1, math.ceil(stats.reset_time - time.time()))


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyRequests(seconds)


def network(address: str) -> str:
    """What stands for an IPv6 address: its network, or the IPv4 address that it carries."""
    try:
        parsed = IPv6Address(address)
    except ValueError:  # a proxy that we were told to believe said something else
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, _NETWORK_BITS), strict=False).network_address)
