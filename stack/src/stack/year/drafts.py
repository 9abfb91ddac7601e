"""The year's drafts: bodies that answer what the public says, and bodies that do not."""

from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from stack.year.people import person
from stack.year.world import AFTERNOON, EVENING, MORNING, World

_BODIES = (
    ("991240968911", "Әділет министрлігі", "Министерство юстиции"),
    ("991240971961", "Көлік министрлігі", "Министерство транспорта"),
    ("991240967081", "Денсаулық сақтау министрлігі", "Министерство здравоохранения"),
    ("991240962813", "Экология және табиғи ресурстар министрлігі", "Министерство экологии и природных ресурсов"),
)
_TYPES = ["law", "order", "order", "rules", "rules", "resolution", "consultative_document", "local_decision"]
_SUBJECTS = (
    ("Жолаушыларды тасымалдау туралы", "О перевозке пассажиров"),
    ("Балалардың тамақтануы туралы", "О питании детей в школах"),
    ("Қалдықтарды бөлек жинау туралы", "О раздельном сборе отходов"),
    ("Дәрігерлік көмекті кезекке қою туралы", "Об очерёдности медицинской помощи"),
    ("Мемлекеттік мүлікті жалға беру туралы", "Об аренде государственного имущества"),
    ("Тұрғын үй көмегі туралы", "О жилищной помощи"),
)
_CLAUSES = (
    ("Өтініш электрондық түрде беріледі.", "Заявление подаётся в электронной форме."),
    ("Шешім он жұмыс күні ішінде қабылданады.", "Решение принимается в течение десяти рабочих дней."),
    ("Бас тарту негізделуі тиіс.", "Отказ должен быть мотивированным."),
    ("Тізілім ашық деректер түрінде жарияланады.", "Реестр публикуется в виде открытых данных."),
    ("Шешімге шағым берілуі мүмкін.", "Решение может быть обжаловано."),
)
_COMMENTS = (
    ("kk", "Мерзім тым ұзақ, қысқартуды ұсынамын."),
    ("kk", "Қағаз түрінде беру мүмкіндігі қалуы керек."),
    ("ru", "Прошу уточнить, кто отвечает за достоверность данных."),
    ("ru", "Норма повторяет действующий закон, её можно исключить."),
    ("ru", "Для сельских жителей нужен иной порядок."),
)
_REASONS = {"kk": "Ұсыныс жұмыс тобында қаралды.", "ru": "Предложение рассмотрено рабочей группой."}


async def prepare(world: World, first_day: date, *, count: int) -> None:
    """Put so many drafts on the agenda, evenly over the days since the first."""
    days = (world.today - first_day).days
    for n in range(count):
        draw = world.draw("draft", n)
        day = world.working_day(first_day + timedelta(days=days * n // count))
        world.at(day, MORNING, partial(_post, world, draw))


async def _post(world: World, draw: Random) -> None:
    number, kk, ru = draw.choice(_BODIES)
    drafter = person(draw).claims("drafter", agency=number)
    kind = draw.choice(_TYPES)
    chosen = draw.sample(_CLAUSES, draw.randrange(3, len(_CLAUSES) + 1))
    title = draw.choice(_SUBJECTS)
    until = world.now.date() + timedelta(days=draw.randrange(28, 45))
    body = {
        "type": kind,
        "agency_name": {"kk": kk, "ru": ru},
        "title": dict(zip(("kk", "ru"), title, strict=True)),
        "languages": ["kk", "ru"],
        "clauses": [
            {"id": f"c{n}", "number": str(n), "text": dict(zip(("kk", "ru"), text, strict=True))}
            for n, text in enumerate(chosen, start=1)
        ],
        "discussion_until": until.isoformat(),
    }
    draft = await world.post("legal-acts", "/v1/drafts", drafter, body)
    answers = draw.choice((1.0, 1.0, 0.6, 0.2))  # the part of the comments that this body answers
    for n in range(draw.choice((0, 0, 1, 2, 4, 8))):
        day = world.now.date() + timedelta(days=draw.randrange(1, 25))
        said = Random(f"{draw.random()}:{n}")  # noqa: S311 - an invented world
        world.at(day, MORNING, partial(_comment, world, draft, drafter, said, answers, len(chosen)))
    if answers == 1.0:
        day = world.working_day(until + timedelta(days=16))
        world.at(day, EVENING, partial(_report, world, draft["id"], drafter))


async def _comment(
    world: World, draft: dict[str, Any], drafter: dict[str, Any], draw: Random, answers: float, clauses: int
) -> None:
    language, text = draw.choice(_COMMENTS)
    body = {"clause": f"c{draw.randrange(1, clauses + 1)}", "text": text, "language": language}
    who = person(draw).claims("citizen")
    comment = await world.post("legal-acts", f"/v1/drafts/{draft['id']}/comments", who, body)
    if draw.random() < answers:
        day = world.working_day(world.now.date() + timedelta(days=draw.randrange(1, 20)))
        given = {"outcome": draw.choice(("partly", "not_accepted", "not_accepted")), "reason": _REASONS[language]}
        body = {**given, "language": language}
        world.at(
            day, AFTERNOON, partial(world.post, "legal-acts", f"/v1/comments/{comment['id']}/answers", drafter, body)
        )


async def _report(world: World, draft: str, drafter: dict[str, Any]) -> None:
    await world.sweep("legal-acts")
    page = await world.get("legal-acts", f"/v1/drafts/{draft}/comments?state=unanswered&limit=1")
    if not page["items"]:
        await world.post("legal-acts", f"/v1/drafts/{draft}/report", drafter)
