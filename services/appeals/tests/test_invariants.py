"""Whatever people do with what they are offered, in whatever order and on whatever day, nothing gets lost.

No case without a body that owes it, no open case without a term that runs, no point of an appeal in two places or in
none, no step that the history does not tell.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from appeals.domain.appeal import EXPIRING, OPEN, TRANSITIONS, Action, Status
from servicekit.testing import Issuer
from statute.calendars import Week, calendar
from statute.identifiers import check_digit

People = dict[str, dict[str, str]]
Headers = dict[str, str]
GoTo = Callable[[str], None]
Filing = Callable[..., dict[str, Any]]
Case = dict[str, Any]

START = date(2026, 11, 23)
LIVES, STEPS = 12, 80
MOST = 5  # cases of a life, without the parts of them
FILING, WAITING, REPLYING, AGAIN, OFTEN = 0.1, 0.15, 0.2, 0.2, 0.7  # how often, of one
HIGHER = "government"
BODIES = ("akimat-almaty", "min-health", "min-transport")
POINTS = ["Шатыр", "Орындық", "Жарық"]
# What the history tells beside the steps.
BESIDE = {"appeal.warned"}
# What a step that is offered may still be refused for; anything else, and any failure, is a fault.
GUARDS = {
    "crime-reported",
    "decision-too-early",
    "extension-too-long",
    "forwarding-too-late",
    "ground-not-shown",
    "no-such-earlier-appeal",
    "no-such-point",
    "not-heard",
    "not-in-vocabulary",
    "nothing-remains",
    "once-only",
    "same-agency",
    "term-expired",
}
GROUNDS = ("essence_not_stated", "not_corrected", "other_by_law")
WORDS = {"text": "Сөз.", "language": "kk"}


def bodies_by(chance: Random) -> dict[str, dict[str, Any]]:
    """What would be sent with each action."""
    points = chance.choice([None, [1], [2], [3], [2, 3]])
    return {
        "assignment": {"executor": chance.choice(BODIES), "name": "Қызметкер"},
        "defect": {"text": "Мекенжай жоқ.", "days": chance.randint(1, 3)},
        "correction": {"text": "Абай, 10."},
        "forwarding": {
            "agency": chance.choice(BODIES),
            "reason": "Құзыреті бойынша.",
            **({"points": points} if points else {}),
        },
        "extension": {"until": str(START + timedelta(days=chance.randint(22, 60))), "reason": "Тексеру керек."},
        "preliminary-decision": {"outcome": "refused", **WORDS, "no_hearing_reason": "Құжаттар жеткілікті."},
        "objection": {"text": "Келіспеймін."},
        "hearing": {"not_held_reason": "Келмеді."},
        "decision": {"outcome": chance.choice(["explained", "satisfied", "refused", "noted"]), **WORDS},
        "signature": {},
        "rework": {"reason": "Толықтыру керек."},
        "leaving": {"ground": chance.choice(GROUNDS), "detail": "5-бап."},
        "withdrawal": {},
        "complaints": WORDS,
    }


def replies_by(chance: Random) -> dict[str, dict[str, Any]]:
    """What would be sent with each action on a complaint."""
    falls = chance.choice(["cancel_act", "cancel_and_adopt", "perform_action", "send_back"])
    ruling = (
        {"outcome": falls, "grounds": ["content_against_file"]}
        if chance.random() < OFTEN
        else {"outcome": "unsatisfied"}
    )
    return {
        "correction": WORDS,
        "sending-up": {"opinion": "Келіспейміз."},
        "ruling": {**ruling, **WORDS},
        "withdrawal": {},
    }


@dataclass
class House:
    """The service under test, who asks it, and which statuses and events were seen."""

    client: httpx.Client
    issuer: Issuer
    operator: Headers
    go_to: GoTo
    filing: Filing
    lives: int = 0
    statuses: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    done: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def people(self) -> dict[str, Headers]:
        """A citizen whom nobody knows yet, and the officers and heads of the bodies."""
        self.lives += 1
        serial = f"8804174{self.lives:04}"
        iin = next(
            f"{serial[:7]}{n:04}{digit}"
            for n in range(self.lives * 10, self.lives * 10 + 10)
            if (digit := check_digit(f"{serial[:7]}{n:04}")) is not None
        )
        people = {"citizen": self.issuer.headers("citizen", sub=f"citizen-{self.lives}", iin=iin)}
        for code in BODIES:
            people[code] = self.issuer.headers("officer", sub=code, agency=code)
            people[f"head of {code}"] = self.issuer.headers("officer", "head", sub=f"head:{code}", agency=code)
        people[HIGHER] = self.issuer.headers("officer", "head", sub=HIGHER, agency=HIGHER)
        return people


class Life:
    """Cases of one citizen at three bodies, and what chance makes of them."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.chance = house, Random(seed)  # noqa: S311 - the same life each time
        self.people = house.people()
        self.today = START
        self.whole: list[str] = []
        self.house.go_to(f"{self.today}T10:00")

    def live(self, steps: int) -> None:
        self.file("application", POINTS)
        for _ in range(steps):
            what = self.chance.random()
            if what < FILING and len(self.cases()) < MOST:
                kind = self.chance.choice(["request", "application", "complaint"])
                self.file(kind, self.chance.choice([None, POINTS]))
            elif what < FILING + WAITING:
                self.wait(self.chance.choice([1, 1, 1, 2, 3, 6, 12]))
            elif what < FILING + WAITING + REPLYING:
                self.reply()
            else:
                self.act()
        self.wait(1)

    def file(self, kind: str, points: list[str] | None) -> None:
        asked = self.house.filing(kind=kind, **({"points": points} if points else {}))
        answer = self.house.client.post("/v1/appeals", json=asked, headers=self.people["citizen"])
        assert answer.status_code == 201, answer.text
        if points:
            self.whole.append(answer.json()["id"])

    def act(self) -> None:
        """Somebody does something that they are offered; perhaps they ask again under the same key."""
        case = self.chance.choice(self.cases())
        body_of = case["agency"]["code"]
        who = self.chance.choice(["citizen", body_of, body_of, f"head of {body_of}", f"head of {body_of}"])
        offers = {each["name"]: each["href"] for each in self.get(f"/v1/appeals/{case['id']}", who)["actions"]}
        offers.pop(Action.ATTACHMENT, None)  # whose body is a file: test_attachments.py sends those
        if not offers:
            return
        # What was done least, so that nothing is left out.
        action = min(sorted(offers), key=self.house.done.__getitem__)
        self.send(who, action, offers[action], bodies_by(self.chance)[action])

    def reply(self) -> None:
        """Somebody does something about a complaint that they are offered."""
        complaints = self.get("/v1/complaints?limit=1000")["items"]
        if not complaints:
            return
        complaint = self.chance.choice(complaints)
        who = self.chance.choice(["citizen", f"head of {complaint['agency']['code']}", HIGHER, HIGHER])
        answer = self.house.client.get(f"/v1/complaints/{complaint['id']}", headers=self.people[who])
        if answer.status_code == httpx.codes.NOT_FOUND:
            assert who == HIGHER  # whose it is only when it was sent up
            return
        offers = {each["name"]: each["href"] for each in answer.raise_for_status().json()["actions"]}
        if offers:
            action = self.chance.choice(sorted(offers))
            self.send(who, action, offers[action], replies_by(self.chance)[action])

    def send(self, who: str, action: str, href: str, body: dict[str, Any]) -> None:
        headers = self.people[who]
        answer = self.house.client.post(href, json=body, headers=headers)
        self.house.done[action] += 1 if answer.is_success else 0.25
        if not answer.is_success:
            assert answer.json()["code"] in GUARDS, (action, answer.text)
            return
        self.house.statuses.add(answer.json()["status"])
        if self.chance.random() < AGAIN:
            key = {"Idempotency-Key": answer.headers["idempotency-key"]}
            again = self.house.client.post(href, json=body, headers=headers | key)
            assert again.content == answer.content

    def wait(self, days: int) -> None:
        """Days pass; the sweep comes by, and all must be as it should."""
        self.today += timedelta(days=days)
        self.house.go_to(f"{self.today}T10:00")
        assert self.house.client.post("/internal/sweeps", headers=self.house.operator).status_code == 200
        self.check()

    def cases(self) -> list[Case]:
        found: list[Case] = self.get("/v1/appeals?limit=1000")["items"]
        return found

    def get(self, path: str, who: str = "citizen") -> Any:
        return self.house.client.get(path, headers=self.people[who]).raise_for_status().json()

    def check(self) -> None:
        cases = {case["id"]: self.get(f"/v1/appeals/{case['id']}") for case in self.cases()}
        for case in cases.values():
            owed = self.get(f"/v1/appeals?limit=1000&status={case['status']}", case["agency"]["code"])["items"]
            assert case["id"] in {each["id"] for each in owed}
            self.term_runs(case)
            self.history_leads_there(case)
        self.points_stay(cases)

    def term_runs(self, case: Case) -> None:
        """An open case has a working day on which its term ends, and not in the past, since it was swept."""
        self.house.statuses.add(case["status"])
        if case["status"] in OPEN:
            last = date.fromisoformat(case["due_on"] if case["status"] in EXPIRING else case["defect"]["correct_by"])
            assert calendar().is_working(last, Week.FIVE)
            assert last >= self.today, (case["status"], last, self.today)

    def history_leads_there(self, case: Case) -> None:
        """Its steps, one after the other by the table, lead from nothing to where it stands."""
        steps = self.get(f"/v1/appeals/{case['id']}/history?limit=1000")["items"]
        standing: set[str | None] = {None}
        for event in [step["event"] for step in steps if step["event"] not in BESIDE]:
            self.house.events.add(event)
            standing = {
                edge.target for (known, _), edge in TRANSITIONS.items() if known in standing and edge.event == event
            }
        assert case["status"] in standing

    def points_stay(self, cases: dict[str, Case]) -> None:
        """What was asked for is each in exactly one of the appeals that came of one filing."""
        found: dict[str, list[int]] = {whole: [] for whole in self.whole}
        for case in cases.values():
            root = case
            while root["parent"] is not None:
                root = cases[root["parent"]]
            if root["id"] in found:
                found[root["id"]] += [point["n"] for point in self.get(f"/v1/appeals/{case['id']}/points")["items"]]
        assert all(sorted(points) == [1, 2, 3] for points in found.values()), found


@pytest.mark.timeout(400)
async def test_nothing_gets_lost_whatever_people_do(
    client: httpx.AsyncClient, people: People, issuer: Issuer, go_to: GoTo, filing: Filing
) -> None:
    def live() -> House:
        with httpx.Client(base_url=client.base_url, timeout=30) as direct:
            house = House(direct, issuer, people["operator"], go_to, filing)
            for seed in range(LIVES):
                Life(house, seed).live(STEPS)
            return house

    house = await asyncio.to_thread(live)
    elsewhere = {Action.ATTACHMENT, Action.RECALCULATION}  # what files and calendars do has tests of its own
    assert house.statuses >= set(Status)
    assert house.events == {edge.event for (_, action), edge in TRANSITIONS.items() if action not in elsewhere}
