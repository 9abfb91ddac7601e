"""Which of the three languages a reader gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.languages import DEFAULT, LANGUAGES, negotiate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("de", "en"),
        ("kk", "kk"),
        ("KK-kz", "kk"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("de;q=1, ru;q=0.1", "ru"),
        ("ru;q=0.5, kk;q=0.8", "kk"),
        ("kk, ru", "kk"),
        ("ru, kk", "ru"),
        ("kk;q=0, ru;q=0.1", "ru"),
        ("kk;q=0", "en"),
        ("kk;q=abc, ru", "ru"),
        ("kk;q=nan, ru;q=0.2", "ru"),
        ("kk ; q=0.2 , en;q=0.1", "kk"),
        ("kkx, rue, english", "en"),
        (";;;,,,q=1", "en"),
    ],
)
def test_the_wished_language_wins(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@given(st.text())
def test_any_header_gets_a_language_that_we_speak(header: str) -> None:
    assert negotiate(header) in LANGUAGES


@given(st.sampled_from(LANGUAGES), st.lists(st.sampled_from(["de", "fr", "zh-Hant"])))
def test_a_known_language_is_found_among_foreign_ones(language: str, foreign: list[str]) -> None:
    assert negotiate(",".join([*foreign, language])) == language
    assert negotiate(",".join(foreign)) == DEFAULT
