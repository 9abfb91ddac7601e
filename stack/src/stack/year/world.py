"""The world that a synthetic year plays in: who asks whom, at which legal time, and what comes next."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import httpx

from statute.calendars import Week, calendar

ALMATY = ZoneInfo("Asia/Almaty")
Act: TypeAlias = Callable[[], Awaitable[None]]
OPERATOR = {"sub": "synthetic:operator", "roles": ["operator"], "synthetic": True}
MORNING, AFTERNOON, EVENING = 10, 15, 18
_TOGETHER = 24  # requests at once: enough for the services to commit in groups


class Refused(Exception):
    """A service did not do what it was asked; `code` is that of its problem. Where the year expects it, it goes on."""

    def __init__(self, request: str, answer: httpx.Response) -> None:
        super().__init__(f"{request}: {answer.status_code} {answer.text}")
        problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        self.code = answer.json()["code"] if problem else None


@dataclass
class World:
    """Legal time, the services by name, and the agenda of what happens when."""

    neighbours: Mapping[str, httpx.AsyncClient]
    seed: int
    today: date
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _tokens: dict[str, str] = field(default_factory=dict)
    now: datetime = datetime(2000, 1, 1, tzinfo=ALMATY)

    def draw(self, *what: object) -> Random:
        """The dice of one thing, which fall alike whatever else happens."""
        return Random(":".join(map(str, (self.seed, *what))))  # noqa: S311 - an invented world, not a secret

    def at(self, day: date, hour: int, act: Act) -> None:
        """Let something happen; what would come after the year's end never does."""
        moment = datetime.combine(day, time(hour), ALMATY)
        if day <= self.today and moment > self.now:
            heapq.heappush(self._agenda, (moment, next(self._order), act))

    def working_day(self, day: date) -> date:
        """The day itself, or the next on which bodies work."""
        days = calendar()
        while not days.is_working(day, Week.FIVE):
            day += timedelta(days=1)
        return day

    async def play(self, progress: Callable[[date], None]) -> None:
        """Do all that is on the agenda, moment by moment, and what is put on it meanwhile."""
        limit = asyncio.Semaphore(_TOGETHER)

        async def do(act: Act) -> None:
            async with limit:
                await act()

        while self._agenda:
            self.now = self._agenda[0][0]
            await self.set_clock(self.now)
            acts = []
            while self._agenda and self._agenda[0][0] == self.now:
                acts.append(heapq.heappop(self._agenda)[2])
            await asyncio.gather(*(do(act) for act in acts))
            progress(self.now.date())

    async def set_clock(self, moment: datetime) -> None:
        await self._answer("sandbox", "PUT", "/sandbox/clock", json={"now": moment.isoformat()})

    async def sweep(self, service: str) -> None:
        """Let a service do what is due by now."""
        await self.post(service, "/internal/sweeps", OPERATOR)

    async def get(self, service: str, path: str, who: Mapping[str, Any] | None = None) -> Any:
        return await self._answer(service, "GET", path, who)

    async def post(self, service: str, path: str, who: Mapping[str, Any] | None, body: object = None) -> Any:
        """What a service answers to somebody, by the claims of a token.

        A service that runs sweeps by itself, so an object may change while it is asked for something: then once more.

        Raises:
            Refused: it answers with a problem.
        """
        asked = {} if body is None else body
        try:
            return await self._answer(service, "POST", path, who, json=asked)
        except Refused as refused:
            if refused.code != "changed-meanwhile":
                raise
            return await self._answer(service, "POST", path, who, json=asked)

    async def _answer(
        self, service: str, method: str, path: str, who: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        headers = {} if who is None else {"Authorization": f"Bearer {await self._token(who)}"}
        answer = await self.neighbours[service].request(method, path, headers=headers, timeout=60, **options)
        if answer.is_error:
            raise Refused(f"{method} {path} at {self.now}", answer)
        return answer.json()

    async def _token(self, who: Mapping[str, Any]) -> str:
        name = who["sub"]
        if name not in self._tokens:
            answer = await self._answer("sandbox", "POST", "/sandbox/token", json={"claims": dict(who)})
            self._tokens[name] = answer["access_token"]
        return self._tokens[name]
