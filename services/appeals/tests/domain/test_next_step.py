"""What happens next is said in three languages for every status, with dates in words."""

import re
from datetime import date

import pytest

from appeals.domain import complaint
from appeals.domain.appeal import OPEN, Status
from appeals.domain.next_step import complaint_step, day_named, next_step

DUE = date(2026, 12, 14)
CASES = [(status, language) for status in Status for language in ("kk", "ru", "en")]
DATES = dict.fromkeys(("due_on", "forward_by", "correct_by", "object_by", "decide_from", "court_until"), DUE)
DATED = OPEN | {Status.REFUSED_BY_EXPIRY, Status.CLOSED}


@pytest.mark.parametrize("in_office", [False, True])
@pytest.mark.parametrize("status", Status)
def test_every_status_speaks_three_languages(status: Status, in_office: bool) -> None:  # noqa: FBT001 - as they read
    said = next_step(status, DATES, in_office=in_office)
    assert list(said) == ["kk", "ru", "en"]
    assert len(set(said.values())) == 3
    assert re.search("[әғқңөұүһі]", said["kk"])
    assert re.search("[а-я]", said["ru"])
    assert said["en"].isascii()


@pytest.mark.parametrize("in_office", [False, True])
@pytest.mark.parametrize(("status", "language"), CASES)
def test_the_date_is_named_where_it_matters_and_nothing_is_left_unfilled(
    status: Status,
    language: str,
    in_office: bool,  # noqa: FBT001 - as they read
) -> None:
    text = next_step(status, DATES, in_office=in_office)[language]
    written = {"kk": "2026 жылғы 14 желтоқсанға дейін", "ru": "14 декабря 2026 года", "en": "14 December 2026"}
    assert (written[language] in text) is (status in DATED)
    assert not set("{}") & set(text)
    assert text.endswith(".")


@pytest.mark.parametrize("status", complaint.Status)
@pytest.mark.parametrize("higher", [True, False])
def test_a_complaint_says_what_comes_next_in_three_languages(status: complaint.Status, *, higher: bool) -> None:
    said = complaint_step(status, dict.fromkeys(("correct_by", "review_by", "court_until"), DUE), higher=higher)
    assert list(said) == ["kk", "ru", "en"]
    assert len(set(said.values())) == 3
    alone = status is complaint.Status.FILED and not higher
    assert ("court is open at once" in said["en"]) is alone
    dated = status not in {complaint.Status.CORRECTED, complaint.Status.WITHDRAWN}
    assert ("14 December 2026" in said["en"]) is dated


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_a_name_of_its_own(month: int) -> None:
    said = next_step(Status.REGISTERED, {"due_on": date(2026, month, 1)})
    others = [
        next_step(Status.REGISTERED, {"due_on": date(2026, other, 1)}) for other in range(1, 13) if other != month
    ]
    for language, text in said.items():
        assert text not in {other[language] for other in others}


@pytest.mark.parametrize("status", Status)
def test_a_body_reads_what_it_must_do_and_not_what_its_applicant_may(status: Status) -> None:
    theirs, in_office = next_step(status, DATES), next_step(status, DATES, in_office=True)
    assert all(theirs[language] != in_office[language] for language in theirs)
    assert "you" not in in_office["en"].lower().split()


@pytest.mark.parametrize("name", ["due_on", "correct_by", "object_by"])
def test_a_day_has_a_short_name_in_three_languages(name: str) -> None:
    said = {day_named(name, language, number="ЖТ-1") for language in ("kk", "ru", "en")}
    assert len(said) == 3
    assert all("ЖТ-1" in each for each in said)


def test_the_whole_sentence() -> None:
    assert next_step(Status.REGISTERED, {"due_on": DUE}) == {
        "kk": "Мемлекеттік орган 2026 жылғы 14 желтоқсанға дейін жауап беруге тиіс.",
        "ru": "Государственный орган должен ответить не позднее 14 декабря 2026 года.",
        "en": "The agency must answer by 14 December 2026.",
    }
