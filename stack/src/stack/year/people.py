"""Invented people and companies with names as they are met in Kazakhstan, and numbers of the right form."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from statute.identifiers import check_digit

_MEN = "Ерлан Нұрлан Асқар Бауыржан Дәурен Ержан Қанат Марат Мұрат Олжас Руслан Саят Серік Талғат Тимур Арман Данияр"
_WOMEN = "Айгерім Әсель Гүлнар Динара Жанар Қарлығаш Мадина Назгүл Сәуле Толқын Айжан Ботагөз Ләззат Меруерт Шолпан"
_FATHERS = "Қайрат Болат Төлеу Ерік Асқар Дәурен Жұмабек Ғалым Бауыржан Самат Нұрлан Марат Сәкен Әбіл Оразбек Мейрам"
_SURNAMES = (
    "Сапаров Жүнісов Әбенов Тілеубаев Оспанов Қасенов Бекмұратов Мұқанов Сейітов Ысқақов Есенов Рахимов Әлімжанов "
    "Ахметов Байжанов Ғабдуллин Дүйсенов Жақсыбеков Ибраев Кенжебаев Қожахметов Нұрғалиев Омаров Өтегенов Сүлейменов "
    "Тоқтаров Үсенов Хамитов Шәріпов"
)
_COMPANIES = (
    "Көкжиек Сауда;Ақ Желкен;Сарыарқа Жабдық;Алатау Тағам;Жетісу Кеңсе;Тұран Мұнай;Байтерек Техника;Ертіс Жүйелері;"
    "Самұрық Азық;Қыран Сервис;Отырар Трейд;Балқаш Снаб;Шыңғыс Құрылыс;Арал Логистика;Маңғыстау Отын;Есіл Компьютер;"
    "Тобыл Қағаз;Іле Нан;Мұзтау Инжиниринг;Дала Өнім;Жайық Канцеляр;Сырдария Фуд;Алтай Сандық;Қаратау Отын"
)
_FIRST_BIRTH, _DAYS_OF_BIRTH = date(1958, 1, 1), 45 * 365


@dataclass(frozen=True)
class Person:
    """An invented person."""

    name: str
    iin: str
    born_on: date

    def claims(self, role: str, **more: str) -> dict[str, Any]:
        """What a token says of the person in a role."""
        subject = f"synthetic:{role}:{self.iin}"
        return {"sub": subject, "name": self.name, "iin": self.iin, "roles": [role], "synthetic": True, **more}


@dataclass(frozen=True)
class Company:
    """An invented company."""

    name: str
    bin: str

    def claims(self, *roles: str) -> dict[str, Any]:
        subject = f"synthetic:company:{self.bin}"
        return {"sub": subject, "name": self.name, "bin": self.bin, "roles": ["company", *roles], "synthetic": True}


def person(draw: Random) -> Person:
    """A person; the serial of the number is of the far end of the range, where hardly any is issued."""
    woman = draw.random() < 0.5  # noqa: PLR2004 - half of them
    born_on = _FIRST_BIRTH + timedelta(days=draw.randrange(_DAYS_OF_BIRTH))
    given = draw.choice((_WOMEN if woman else _MEN).split())
    father = draw.choice(_FATHERS.split())
    surname = draw.choice(_SURNAMES.split()) + ("а" if woman else "")
    patronymic = father + ("қызы" if woman else "ұлы")
    century = (4 if woman else 3) if born_on.year < 2000 else (6 if woman else 5)  # noqa: PLR2004 - as IINs count
    return Person(f"{surname} {given} {patronymic}", _number(f"{born_on:%y%m%d}{century}99", draw), born_on)


def companies(draw: Random) -> list[Company]:
    """All the companies there are, each once."""
    return [
        Company(f"«{name}» ЖШС", _number(f"{draw.randrange(5, 24):02}{draw.randrange(1, 13):02}4095", draw))
        for name in _COMPANIES.split(";")
    ]


def _number(beginning: str, draw: Random) -> str:
    """Twelve digits with this beginning and the right check digit."""
    while True:
        eleven = beginning + "".join(str(draw.randrange(10)) for _ in range(11 - len(beginning)))
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"
