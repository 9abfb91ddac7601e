"""In whatever order people, days and sweeps come, the service agrees with a model of a few lines."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from servicekit.testing import Issuer
from statute.calendars import Week, calendar

People = dict[str, dict[str, str]]
Headers = dict[str, str]
GoTo = Callable[[str], None]
Filing = Callable[..., dict[str, Any]]

START = date(2026, 11, 23)
MOST = 3  # appeals at a time, so that much happens to each
BODIES = {"min-transport": Week.FIVE, "akimat-almaty": Week.FIVE, "government-for-citizens": Week.SIX}
bodies = st.sampled_from(sorted(BODIES))
# Mostly the body that has the appeal, which None stands for.
offices = st.none() | st.none() | bodies

events = st.sampled_from(["forwarding", "forwarding", "decision", "withdrawal", "sweep", "repeat", "some days"])
# Often on the last day of a term of the appeal, or on the day after.
MOMENTS = ("now", "now", "due_on", "forward_by")


def working_day(start: date, n: int, week: Week) -> date:
    """The n-th working day after `start`, or with n = 0 the first from it on: counted one by one, as a person would."""
    day = start
    while n or not calendar().is_working(day, week):
        day += timedelta(days=1)
        n = max(0, n - calendar().is_working(day, week))
    return day


@dataclass
class Appeal:
    """What the model knows of an appeal; its version is also the length of its history."""

    id: str
    agency: str
    received_on: date
    status: str = "registered"
    version: int = 1
    forwarders: set[str] = field(default_factory=set)

    @property
    def open(self) -> bool:
        return self.status in {"registered", "forwarded"}

    @property
    def due_on(self) -> date:
        return self._after(15)

    @property
    def forward_by(self) -> date:
        return self._after(3)

    def _after(self, n: int) -> date:
        week = BODIES[self.agency]
        return working_day(working_day(self.received_on, 0, week), n, week)

    def become(self, status: str) -> None:
        self.status = status
        self.version += 1

    def refusal_of(self, office: str, today: date, *, to: str | None) -> str | None:
        """Why an officer may not decide, or forward `to` another body, today; None when nothing is against it."""
        if office != self.agency:
            return "forbidden" if office in self.forwarders else "not-found"
        if not self.open:
            return "not-allowed-now"
        if to == self.agency:
            return "same-agency"
        if today > self.due_on:
            return "term-expired"
        return "forwarding-too-late" if to is not None and today > self.forward_by else None


@dataclass(frozen=True)
class House:
    """The service under test, and who asks it."""

    client: httpx.Client
    citizen: Headers
    operator: Headers
    offices: dict[str, Headers]
    go_to: GoTo
    filing: Filing
    seen: set[str | None] = field(default_factory=set)


class Life(RuleBasedStateMachine):
    """What may happen to appeals; after each step the service must tell what the model tells."""

    house: House
    appeals: Bundle[Appeal] = Bundle("appeals")

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Appeal] = []
        self.last: tuple[str, dict[str, Any], Headers, bytes] | None = None
        self.today = START
        self.wait(0)

    @initialize(target=appeals, agency=bodies)
    def begin(self, agency: str) -> Appeal:
        return self.filed(agency)

    @precondition(lambda self: len(self.known) < MOST)
    @rule(target=appeals, agency=bodies)
    def file(self, agency: str) -> Appeal:
        return self.filed(agency)

    # One rule for all that may happen, so that no example leaves a kind of event out.
    @rule(appeal=appeals, when=st.sampled_from(MOMENTS), late=st.booleans(), event=events, office=offices, to=bodies)
    def happen(self, *, appeal: Appeal, when: str, late: bool, event: str, office: str | None, to: str) -> None:
        if when in {"due_on", "forward_by"}:
            self.wait((getattr(appeal, when) - self.today).days + late)
        match event:
            case "forwarding":
                self.forward(appeal, office or appeal.agency, to)
            case "decision":
                self.decide(appeal, office or appeal.agency)
            case "withdrawal":
                self.withdraw(appeal)
            case "sweep":
                self.sweep()
            case "repeat":
                self.repeat_what_succeeded_last()
            case "some days":
                self.wait(4)

    def filed(self, agency: str) -> Appeal:
        answer = self.send("/v1/appeals", self.house.filing(agency=agency), self.house.citizen)
        assert answer.status_code == 201
        appeal = Appeal(answer.json()["id"], agency, self.today)
        self.known.append(appeal)
        self.agree(appeal)
        return appeal

    def forward(self, appeal: Appeal, office: str, to: str) -> None:
        refusal = appeal.refusal_of(office, self.today, to=to)
        body = {"agency": to, "reason": "Құзыреті бойынша."}
        self.expect(refusal, self.send(address(appeal, "/forwarding"), body, self.house.offices[office]))
        if refusal is None:
            appeal.forwarders.add(appeal.agency)
            appeal.agency, appeal.received_on = to, self.today
            appeal.become("forwarded")
        self.agree(appeal)

    def decide(self, appeal: Appeal, office: str) -> None:
        refusal = appeal.refusal_of(office, self.today, to=None)
        body = {"outcome": "explained", "text": "Жауап.", "language": "kk"}
        self.expect(refusal, self.send(address(appeal, "/decision"), body, self.house.offices[office]))
        if refusal is None:
            appeal.become("answered")
        self.agree(appeal)

    def withdraw(self, appeal: Appeal) -> None:
        refusal = None if appeal.open else "not-allowed-now"
        self.expect(refusal, self.send(address(appeal, "/withdrawal"), {}, self.house.citizen))
        if refusal is None:
            appeal.become("withdrawn")
        self.agree(appeal)

    def wait(self, days: int) -> None:
        self.today += timedelta(days=max(0, days))
        self.house.go_to(f"{self.today}T10:00")

    def sweep(self) -> None:
        assert self.house.client.post("/internal/sweeps", headers=self.house.operator).status_code == 200
        for appeal in self.known:
            if appeal.open and self.today > appeal.due_on:
                appeal.become("refused_by_expiry")
            self.agree(appeal)

    def repeat_what_succeeded_last(self) -> None:
        if self.last is not None:
            path, body, headers, said = self.last
            again = self.house.client.post(path, json=body, headers=headers)
            assert again.content == said
            assert again.headers["idempotent-replayed"] == "true"

    def teardown(self) -> None:
        for appeal in self.known:
            self.agree(appeal)

    def send(self, path: str, body: dict[str, Any], headers: Headers) -> httpx.Response:
        answer = self.house.client.post(path, json=body, headers=headers)
        if answer.is_success:
            key = {"Idempotency-Key": answer.headers["idempotency-key"]}
            self.last = (path, body, headers | key, answer.content)
        return answer

    def expect(self, refusal: str | None, answer: httpx.Response) -> None:
        self.house.seen.add(refusal)
        assert (None if answer.is_success else answer.json()["code"]) == refusal

    def agree(self, appeal: Appeal) -> None:
        seen = self.house.client.get(address(appeal), headers=self.house.citizen)
        steps = self.house.client.get(address(appeal, "/history"), headers=self.house.citizen).json()["items"]
        told = seen.json()
        self.house.seen.add(appeal.status)
        assert (told["status"], told["agency"]["code"], told["due_on"], seen.headers["etag"], len(steps)) == (
            appeal.status, appeal.agency, appeal.due_on.isoformat(), f'"{appeal.version}"', appeal.version
        )  # fmt: skip


def address(appeal: Appeal, action: str = "") -> str:
    return f"/v1/appeals/{appeal.id}{action}"


async def test_the_service_lives_as_the_model_does(
    client: httpx.AsyncClient, people: People, issuer: Issuer, go_to: GoTo, filing: Filing
) -> None:
    offices = {code: issuer.headers("officer", sub=code, agency=code) for code in BODIES}
    bounded = settings(
        max_examples=40,
        stateful_step_count=15,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    def live() -> set[str | None]:
        with httpx.Client(base_url=client.base_url) as direct:

            class LifeHere(Life):
                house = House(direct, people["citizen"], people["operator"], offices, go_to, filing)

            run_state_machine_as_test(LifeHere, settings=bounded)
            return LifeHere.house.seen

    statuses = {"registered", "forwarded", "answered", "withdrawn", "refused_by_expiry"}
    assert await asyncio.to_thread(live) >= statuses
