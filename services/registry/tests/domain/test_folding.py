"""Spellings of one name fold alike, and different names do not."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.folding import VERSION, FoldedName, fold_company, fold_person

SAME = [
    "Айгерім / Айгерим / Aigerim / Aygerim / AIGERIM",
    "Қасым / Касым / Qasym / Kassym / Қасым",
    "Гүлнар / Гульнар / Gulnar / Gülnar",
    "Ғалым / Галым / Galym / Ğalym / Ghalym",
    "Әсел / Асел / Asel / Äsel",
    "Өмір / Омир / Omir / Ömir",
    "Үміт / Умит / Umit / Ümit",
    "Ұлан / Улан / Ulan / Ūlan",
    "Шыңғыс / Шынгыс / Шингис / Shyngys / Şyñğys",
    "Гауһар / Гаухар / Gauhar / Gaukhar",
    "Ерлан / Yerlan / Erlan",
    "Жанбулат / Джанбулат / Zhanbulat / Janbulat / Dzhanbulat",
    "Нұрғалиев / Нургалиев / Nurgaliyev / Nurgaliev",
    "Жүнісов / Жунисов / Zhunissov / Jünisov",
    "Фёдор / Федор / Fedor",
    "Юсупов / Yusupov / Iusupov",
    "Баян / Bayan",
    "Наталья / Natalya / Natalia",
    "Щербаков / Shcherbakov",
    "Чингиз / Chingiz",
    "Александр / Alexandr",
    "Али-Султан / Алисултан / Ali-Sultan",
    "Ерлан Нұрланұлы / Нурлан-улы Ерлан / Yerlan Nurlan uly / Ерлан Нурланович / Erlan Nurlanovich",
    "Айгерім Серікқызы / Айгерим Сериковна / Aigerim Serik kyzy / Aigerim Serikqyzy",
    "Сапарова Айгерім / Айгерім  Сапарова / AIGERIM, SAPAROVA",
]
DIFFERENT = [
    "Гүлнар / Гүлнұр",
    "Нұрлан / Нұржан",
    "Айгерім / Айгүл",
    "Сапаров / Сапарова",
    "Асқар / Асхат",
    "Жанбулат / Жанболат",
    "Марат / Мұрат / Мэрт",
    "Бақыт / Бақытжан",
    "Ерлан Нұрланұлы / Ерлан Нұржанұлы / Ерлан",
]
COMPANIES = [
    "«Көкжиек Сауда» ЖШС / ТОО «Кокжиек Сауда» / Kokzhiek Sauda LLP / көкжиек сауда",
    "«Қазпошта» АҚ / АО Казпошта / JSC Kazposhta",
]
NAMES = st.text("АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯабğşüıäÖabcdeghikqsuyzx -'", max_size=30)


def spellings(line: str) -> list[str]:
    return line.split(" / ")


@pytest.mark.parametrize("line", SAME)
def test_spellings_of_one_name_fold_alike(line: str) -> None:
    assert len({fold_person(each) for each in spellings(line)}) == 1


@pytest.mark.parametrize("line", DIFFERENT)
def test_look_alikes_stay_different(line: str) -> None:
    for one, other in combinations(spellings(line), 2):
        assert fold_person(one) != fold_person(other)


@pytest.mark.parametrize("line", COMPANIES)
def test_companies_fold_without_their_legal_form(line: str) -> None:
    assert len({fold_company(each) for each in spellings(line)}) == 1


def test_a_company_whose_name_is_a_legal_form_keeps_it() -> None:
    assert fold_company("ТОО") == fold_company("TOO") == {"to"}


def test_the_fathers_name_stands_apart() -> None:
    assert fold_person("Сапарова Айгерім Нұрланқызы") == FoldedName(
        frozenset({"saparova", "aigerim"}), frozenset({"nurlan"})
    )
    assert fold_person("ұлы") == FoldedName(frozenset({"uli"}), frozenset())
    assert fold_person("--- !") == FoldedName(frozenset(), frozenset())


def test_the_table_says_its_version() -> None:
    assert VERSION == "kz-names-2026.1"


@given(NAMES)
def test_case_spaces_and_order_never_matter(name: str) -> None:
    folded = fold_person(name)
    assert fold_person(f"  {name.upper()}  ".replace(" ", "  ")) == fold_person(name.upper())
    joined = all(
        word not in name.lower() for word in ("улы", "ұлы", "ули", "uly", "uli", "қыз", "кыз", "kyz", "qyz", "kiz")
    )
    if joined:
        assert fold_person(" ".join(reversed(name.split(" ")))) == folded


@given(st.text(max_size=40))
def test_whatever_is_written_folds_to_words(name: str) -> None:
    folded = fold_person(name)
    assert all(word and " " not in word for word in folded.words | folded.fathers)
