"""The public sees a first name and a letter, and never a whole surname."""

import pytest

from legal_acts.domain.authors import shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Айгерім Нұрланқызы Сапарова", "Айгерім С."),
        ("Айгерім Сапарова", "Айгерім С."),
        ("Сапарова Айгерім Нұрланқызы", "Айгерім С."),
        ("Сапарова Айгерім", "Айгерім С."),
        ("Петров Иван Сергеевич", "Иван П."),
        ("Иван Сергеевич Петров", "Иван П."),
        ("Serik Bolatuly Tileubaev", "Serik T."),
        ("  Ерлан   Жүнісов ", "Ерлан Ж."),
        ("Сапарова", "С."),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_person_is_a_first_name_and_a_letter(name: str | None, shown: str | None) -> None:
    assert shown_name("KZ-IIN", name) == shown


def test_a_company_stands_under_its_name() -> None:
    assert shown_name("KZ-BIN", " «Көктем» ЖШС ") == "«Көктем» ЖШС"
    assert shown_name("KZ-BIN", None) is None
