"""The year's appeals: bodies with habits, some prompt and some late, and every outcome that there is."""

from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from stack.year.people import Person, person
from stack.year.world import AFTERNOON, MORNING, World

PEOPLE = 400
_KINDS = ["request", "application", "application", "complaint", "complaint", "proposal", "message", "response"]
_TOPICS = {
    "kk": (
        ("Көше жарығы туралы", "Көшеміздегі шамдар бір ай бойы жанбайды. Қашан жөнделеді?"),
        ("Аялдаманың шатыры", "Аялдамада шатыр жоқ, балалар жаңбырда күтеді. Шара қолдануды сұраймын."),
        ("Жәрдемақының кешігуі", "Жәрдемақы екі айдан бері төленген жоқ. Себебін түсіндіріңіз."),
        ("Ауыз судың сапасы", "Ауылымызда судың дәмі мен иісі өзгерді. Тексеруді сұраймын."),
    ),
    "ru": (
        ("Ремонт дороги", "На улице глубокие ямы, машины скорой помощи не могут проехать. Прошу принять меры."),
        ("Вывоз мусора", "Мусор не вывозят третью неделю. Прошу сообщить, кто за это отвечает."),
        ("Очередь в детский сад", "Место в очереди за год не изменилось. Прошу разъяснить порядок."),
        ("Шум по ночам", "Рядом с домом ведут работы после полуночи. Прошу проверить, есть ли разрешение."),
        ("Запись к врачу", "Записаться к кардиологу можно только через два месяца. Прошу помочь."),
    ),
}
_ANSWERS = {
    "kk": "Өтінішіңіз қаралды. Қабылданған шаралар: жұмыстар кестеге енгізілді, нәтижесі туралы хабарланады.",
    "ru": "Ваше обращение рассмотрено. Принятые меры: работы включены в график, о результате будет сообщено.",
}
_OUTCOMES = ["explained", "explained", "satisfied", "satisfied", "partly_satisfied", "refused", "noted"]
# Kinds that the head signs: `noted` is no answer to them, and these two outcomes are told beforehand.
_SIGNED = {"application", "complaint"}
_ADVERSE = {"partly_satisfied", "refused"}
_PRELIMINARY = {
    "text": "Өтінішіңізді толық қанағаттандыруға негіз жоқ; қарсылығыңызды білдіре аласыз.",
    "language": "kk",
    "no_hearing_reason": "Мән-жайлар құжаттармен толық расталған.",
}
_WITHDRAWN, _FORWARDED = 0.03, 0.08
# Most of what people file goes to few bodies, by these weights; of the others statistics withhold nearly all.
_BUSIEST = {
    "akimat-almaty": 44,
    "akimat-astana": 40,
    "min-internal-affairs": 36,
    "government-for-citizens": 30,
    "akimat-shymkent": 24,
    "min-transport": 20,
    "min-health": 18,
    "min-labour": 16,
    "min-ecology": 14,
    "akimat-turkistan": 12,
    "min-education": 12,
    "state-revenue-committee": 10,
}


class _Habit:
    """How a body works: the usual days to an answer, and the share of appeals that it never answers."""

    def __init__(self, body: dict[str, Any], draw: Random) -> None:
        self.code: str = body["code"]
        self.officer = person(draw).claims("officer", agency=body["bin"])
        self.head = person(draw).claims("officer", agency=body["bin"]) | {"roles": ["officer", "head"]}
        self.usual_days = draw.choice((3, 5, 7, 9, 11, 13))
        self.silent = draw.choice((0.0, 0.0, 0.02, 0.05, 0.1, 0.3))
        self.busy = _BUSIEST.get(self.code, 0) or draw.choice((1, 1, 2, 3))


async def prepare(world: World, first_day: date, *, count: int) -> None:
    """Put so many appeals on the agenda, over the days since the first."""
    page = await world.get("appeals", "/v1/agencies?limit=1000")
    habits = {body["code"]: _Habit(body, world.draw("body", body["code"])) for body in page["items"]}
    people = [person(world.draw("person", n)) for n in range(PEOPLE)]
    days = (world.today - first_day).days
    for n in range(count):
        draw = world.draw("appeal", n)
        day = world.working_day(first_day + timedelta(days=draw.randrange(days + 1)))
        habit = draw.choices(list(habits.values()), weights=[each.busy for each in habits.values()])[0]
        world.at(day, MORNING, partial(_file, world, habits, habit, draw.choice(people), draw))


async def _file(world: World, habits: dict[str, _Habit], habit: _Habit, who: Person, draw: Random) -> None:
    language = draw.choice(("kk", "ru"))
    subject, text = draw.choice(_TOPICS[language])
    claims = who.claims("citizen")
    body = {"kind": draw.choice(_KINDS), "agency": habit.code, "subject": subject, "text": text, "language": language}
    filed = await world.post("appeals", "/v1/appeals", claims, body)
    today = world.now.date()
    fate = draw.random()
    if fate < _WITHDRAWN:
        act = partial(world.post, "appeals", f"/v1/appeals/{filed['id']}/withdrawal", claims)
        world.at(world.working_day(today + timedelta(days=1)), MORNING, act)
        return
    if fate < _WITHDRAWN + _FORWARDED:
        other = draw.choice([each for each in habits.values() if each is not habit])
        forward = partial(_forward, world, filed["id"], habit, other, draw)
        world.at(world.working_day(today + timedelta(days=1)), MORNING, forward)
        return
    _owe(world, filed, habit, draw)


async def _forward(world: World, appeal: str, habit: _Habit, other: _Habit, draw: Random) -> None:
    body = {"agency": other.code, "reason": "Мәселе сіздің құзыретіңізге жатады."}
    forwarded = await world.post("appeals", f"/v1/appeals/{appeal}/forwarding", habit.officer, body)
    _owe(world, forwarded, other, draw)


def _owe(world: World, appeal: dict[str, Any], habit: _Habit, draw: Random) -> None:
    """Answer in the body's own time; what it leaves unanswered, or would answer too late, the sweep finds."""
    due = date.fromisoformat(appeal["due_on"])
    if draw.random() < habit.silent:
        return
    day = world.working_day(world.now.date() + timedelta(days=max(1, round(draw.gauss(habit.usual_days * 1.4, 4)))))
    if day > due:
        return
    outcome = draw.choice(_OUTCOMES)
    if appeal["kind"] not in _SIGNED:
        world.at(day, AFTERNOON, partial(_answer, world, appeal["id"], habit.officer, outcome, draw))
        return
    outcome = "explained" if outcome == "noted" else outcome
    first = world.working_day(world.now.date() + timedelta(days=1))
    if outcome in _ADVERSE:
        # Three working days between, and a day off or a holiday besides.
        day = world.working_day(max(day, first + timedelta(days=8)))
        outcome = "explained" if day > due else outcome
    if outcome in _ADVERSE:
        told = {"outcome": outcome, **_PRELIMINARY}
        address = f"/v1/appeals/{appeal['id']}/preliminary-decision"
        world.at(first, MORNING, partial(world.post, "appeals", address, habit.officer, told))
    if day <= due:
        world.at(day, AFTERNOON, partial(_answer, world, appeal["id"], habit.head, outcome, draw))


async def _answer(world: World, appeal: str, by: dict[str, Any], outcome: str, draw: Random) -> None:
    language = draw.choice(("kk", "ru"))
    body = {"outcome": outcome, "text": _ANSWERS[language], "language": language}
    await world.post("appeals", f"/v1/appeals/{appeal}/decision", by, body)
