"""Build the calendar's data from the `holidays` package and the acts that moved rest days.

Run once per version, from the root of the repository: `python statute/data_sources/build_calendar.py`.
All years are built together, because an act of one year may move a rest day of its neighbour.
"""  # noqa: INP001 - a program, not a package

import datetime as dt
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays

from statute.calendar_changes import observed_days

VERSION = "kz-2026.1"
FIRST, LAST = dt.date(2015, 1, 1), dt.date(2027, 12, 31)
BUILT_WITH = "holidays 0.108"
TARGET = Path(__file__).parents[1] / "src" / "statute" / "data" / f"calendar-{VERSION}.json"

NAMES = {
    "new_year": ("Жаңа жыл", "Новый год", "New Year"),
    "orthodox_christmas": ("Православиелік Рождество", "Православное Рождество", "Orthodox Christmas"),
    "womens_day": ("Халықаралық әйелдер күні", "Международный женский день", "International Women's Day"),
    "constitution": (
        "Қазақстан Республикасының Конституциясы күні",
        "День Конституции Республики Казахстан",
        "Constitution Day",
    ),
    "nauryz": ("Наурыз мейрамы", "Наурыз мейрамы", "Nauryz"),
    "unity": (
        "Қазақстан халқының бірлігі мерекесі",
        "Праздник единства народа Казахстана",
        "Day of Unity of the People of Kazakhstan",
    ),
    "defender": ("Отан Қорғаушы күні", "День защитника Отечества", "Defender of the Fatherland Day"),
    "victory": ("Жеңіс күні", "День Победы", "Victory Day"),
    "capital": ("Астана күні", "День столицы", "Capital Day"),
    "republic": ("Республика күні", "День Республики", "Republic Day"),
    "republic_of_kazakhstan": (
        "Қазақстан Республикасы күні",
        "День Республики Казахстан",
        "Day of the Republic of Kazakhstan",
    ),
    "first_president": (
        "Қазақстан Республикасының Тұңғыш Президенті күні",
        "День Первого Президента Республики Казахстан",
        "Day of the First President of the Republic of Kazakhstan",
    ),
    "independence": ("Тәуелсіздік күні", "День Независимости", "Independence Day"),
    "kurban_ait": ("Құрбан айт", "Курбан айт", "Kurban Ait"),
}
IN_KAZAKH = {in_kazakh: key for key, (in_kazakh, _, _) in NAMES.items()}
NEVER_MOVE = {"orthodox_christmas", "kurban_ait"}

# The act behind each moved rest day, by year; three of the year 2022 come from two decrees.
ACTS = {
    2016: "P1600000067",
    2017: "P1700000005",
    2018: "P1700000864",
    2019: "P1800000888",
    2020: "P1900000820",
    2021: "P2000000930",
    2022: "P2100000713",
    2023: "P2300000326",
    2024: "G24G0000109",
    2025: "G24G0000436",
}
ACTS_OF_ONE_DAY = {dt.date(2022, 10, 24): "P2200000796"}

NOTES = [
    "2026: 30 August is no longer a holiday.",
    "15 March is Constitution Day from 2027. Another public data set has it from 2026; that day was the referendum.",
    "Because of that, Monday 2026-03-16 is the one day of 2026 in dispute; it is a working day here.",
    "2017-09-01 (Kurban Ait) and 2022-05-10 (7 May observed) are days off; xmlcalendar has both otherwise.",
    "Kurban Ait from 2026 is estimated by the lunar calendar until it is announced.",
    "2026 and 2027: no act moving rest days is known yet.",
]


def build() -> dict[str, Any]:
    """Return the whole document, each fact beside its source.

    Raises:
        SystemExit: another release of the package is installed than the one the rows would name.
    """
    if f"holidays {version('holidays')}" != BUILT_WITH:
        msg = f"built with {BUILT_WITH}, found {version('holidays')}"
        raise SystemExit(msg)
    published = holidays.country_holidays("KZ", years=range(FIRST.year, LAST.year + 1), observed=False, language="kk")
    swaps = [_swap(off, worked) for off, worked in _moved_rest_days(published)]
    days_off = [_holiday(date, name) for date, name in sorted(published.items()) if not _is_swap(name)]
    return {
        "version": VERSION,
        "first": FIRST.isoformat(),
        "last": LAST.isoformat(),
        "notes": NOTES,
        "names": {key: dict(zip(("kk", "ru", "en"), texts, strict=True)) for key, texts in NAMES.items()},
        "holidays": days_off,
        "observed": observed_days(days_off, swaps),
        "swaps": swaps,
    }


def _moved_rest_days(published: holidays.HolidayBase) -> Iterator[tuple[dt.date, dt.date]]:
    """Read (day off, day worked) pairs out of the package's names, which carry the worked date as DD.MM.YYYY."""
    for date, name in sorted(published.items()):
        if _is_swap(name):
            worked = name.partition("(")[2].split()[0]
            yield date, dt.datetime.strptime(worked, "%d.%m.%Y").date()  # noqa: DTZ007 - a date has no zone


def _is_swap(name: str) -> bool:
    return name.startswith("Демалыс күні (")


def _swap(off: dt.date, worked: dt.date) -> dict[str, Any]:
    act = ACTS_OF_ONE_DAY.get(off, ACTS[off.year])
    return {"off": off.isoformat(), "worked": worked.isoformat(), "source": act}


def _holiday(date: dt.date, name: str) -> dict[str, Any]:
    in_kazakh, _, estimate = name.partition(" (")
    key = IN_KAZAKH[in_kazakh]
    return {
        "date": date.isoformat(),
        "name": key,
        "moves": key not in NEVER_MOVE,
        "estimated": bool(estimate),
        "source": f"{BUILT_WITH}, estimated" if estimate else BUILT_WITH,
    }


def _one_row_per_line(value: Any, indent: str = "") -> str:
    """Write JSON with every row on a line of its own, so that a change of one day is a change of one line."""
    inner = f"{indent}  "
    if isinstance(value, dict) and any(isinstance(item, list | dict) for item in value.values()):
        items = [f"{inner}{json.dumps(key)}: {_one_row_per_line(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"{inner}{json.dumps(item, ensure_ascii=False)}" for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    TARGET.write_text(_one_row_per_line(build()) + "\n", encoding="utf-8")
