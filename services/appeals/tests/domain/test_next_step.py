"""What happens next is said in three languages for every status, with dates in words."""

import re
from datetime import date

import pytest

from appeals.domain.appeal import OPEN, Status
from appeals.domain.next_step import next_step

DUE = date(2026, 12, 14)
CASES = [(status, language) for status in Status for language in ("kk", "ru", "en")]
DATES = {"due_on": DUE, "correct_by": DUE, "object_by": DUE, "decide_from": DUE}
DATED = OPEN | {Status.REFUSED_BY_EXPIRY}


@pytest.mark.parametrize("status", Status)
def test_every_status_speaks_three_languages(status: Status) -> None:
    said = next_step(status, **DATES)
    assert list(said) == ["kk", "ru", "en"]
    assert len(set(said.values())) == 3
    assert re.search("[әғқңөұүһі]", said["kk"])
    assert re.search("[а-я]", said["ru"])
    assert said["en"].isascii()


@pytest.mark.parametrize(("status", "language"), CASES)
def test_the_date_is_named_where_it_matters_and_nothing_is_left_unfilled(status: Status, language: str) -> None:
    text = next_step(status, **DATES)[language]
    written = {"kk": "2026 жылғы 14 желтоқсанға дейін", "ru": "14 декабря 2026 года", "en": "14 December 2026"}
    assert (written[language] in text) is (status in DATED)
    assert not set("{}") & set(text)
    assert text.endswith(".")


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_a_name_of_its_own(month: int) -> None:
    said = next_step(Status.REGISTERED, due_on=date(2026, month, 1))
    others = [next_step(Status.REGISTERED, due_on=date(2026, other, 1)) for other in range(1, 13) if other != month]
    for language, text in said.items():
        assert text not in {other[language] for other in others}


def test_the_whole_sentence() -> None:
    assert next_step(Status.REGISTERED, due_on=DUE) == {
        "kk": "Мемлекеттік орган 2026 жылғы 14 желтоқсанға дейін жауап беруге тиіс.",
        "ru": "Государственный орган должен ответить не позднее 14 декабря 2026 года.",
        "en": "The agency must answer by 14 December 2026.",
    }
