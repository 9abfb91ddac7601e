"""Pictures are sound XML whatever they are about, small, without script, said in words, and inside their sheet."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.pictures.concentration import Concentration, Supplied, hhi_of, picture_of_concentration
from procurement.domain.pictures.flow import STEPS, Step, picture_of_flow
from procurement.domain.pictures.prices import Marks, PriceShown, picture_of_prices
from procurement.domain.pictures.spending import MOST_MONTHS, Spent, grid_for, picture_of_spending
from procurement.domain.pictures.telling import WORDS, per_unit, say, tenge
from procurement.domain.tender import Method
from redflags.prices import PARAMETERS
from servicekit.languages import LANGUAGES
from servicekit.numerals import day, percent
from servicekit.svg import wrapped

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title></svg><script>alert('1')</script>&amp; \"'><a href=\"javascript:x\">"
    "\x00\x1f\ud800\ufffe Қағаз 𓂀 ]]> {item} %s"
)
DATA = "/v1/pictures/x?q=%22%3E%3Cscript%3E&limit=1"
MICRO = 1_000_000
DAY = date(2026, 11, 25)


def spending(text: str, language: str) -> str:
    draw = Random(1)  # noqa: S311
    months = [f"{2023 + n // 12}-{n % 12 + 1:02}" for n in range(40)]
    rows = [Spent(month, method, draw.randrange(1, 10**15)) for month in months for method in Method]
    return picture_of_spending(rows, language, DATA + text)


def prices(text: str, language: str) -> str:
    bounds = [n * 100 * MICRO for n in range(1, 21)]
    counts = {n: 10**6 + n for n in range(22)}
    level = PARAMETERS.rungs["group-country"][language]
    verdict = PARAMETERS.words["above"][language]
    marks = Marks(1_000 * MICRO, 1_100 * MICRO, 75)
    shown = PriceShown(text, text, verdict, 10**15, level, DAY, DAY, 10**7, bounds, counts, marks, (), 10**17)
    return picture_of_prices(shown, language, DATA)


def few_prices(text: str, language: str) -> str:
    verdict = PARAMETERS.words["few_peers"][language]
    shown = PriceShown(text, text, verdict, 5 * MICRO, text, DAY, DAY, 3, peers=[4 * MICRO, 5 * MICRO, 10**14])
    return picture_of_prices(shown, language, DATA)


def no_price(text: str, language: str) -> str:
    return picture_of_prices(PriceShown(text, "", PARAMETERS.words["waiting"][language]), language, DATA)


def concentration(text: str, language: str) -> str:
    rows = [Supplied("01900000-0000-7000-8000-00000000000a", text if n % 2 else None, 10**16, 5) for n in range(10)]
    return picture_of_concentration(Concentration(rows, 5000, 10**18, 10_000), text, language, DATA)


def flow(text: str, language: str) -> str:
    steps = [Step(name, text, DAY, 10**17) for name in STEPS]
    return picture_of_flow(text, text, steps, language, DATA)


ALL = [spending, prices, few_prices, no_price, concentration, flow]


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [HOSTILE * 5, "", "А" * 300])
def test_whatever_is_drawn(draw: Callable[[str, str], str], language: str, text: str) -> None:
    drawn = draw(text, language)
    assert len(drawn.encode()) < 30_000
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.attrib["role"] == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert all(root[n].text for n in (0, 1))
    assert [root[n].attrib["id"] for n in (0, 1)] == root.attrib["aria-labelledby"].split()
    known = {"svg", "title", "desc", "defs", "pattern", "rect", "path", "circle", "line", "text", "a"}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= known
    links = [value for each in root.iter() for name, value in each.attrib.items() if name.endswith("href")]
    assert len(links) == 1
    assert links[0].startswith("/v1/pictures/x?")
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    for each in root.iter():
        for name, most in (("x", width), ("y", height), ("x1", width), ("x2", width), ("y1", height), ("y2", height)):
            assert 0 <= float(each.attrib.get(name, 0)) <= most, each.attrib
        assert not any(name.startswith("on") for name in each.attrib)


@given(st.text(max_size=60))
def test_any_text_is_only_text(text: str) -> None:
    tags = {each.tag.removeprefix(SVG) for each in ET.fromstring(flow(text, "ru")).iter()}  # noqa: S314 - our own
    assert tags == {"svg", "title", "desc", "rect", "path", "line", "text", "a"}


def test_without_data_it_says_so() -> None:
    for language in LANGUAGES:
        for drawn in (
            picture_of_spending([], language, DATA),
            picture_of_concentration(Concentration([], 0, 0, 0), None, language, DATA),
        ):
            assert WORDS["nothing"][language] in drawn


def test_months_without_awards_are_left_empty_and_old_ones_out() -> None:
    rows = [Spent("2026-11", "tender", 100), Spent("2026-01", "tender", 100), Spent("2023-01", "auction", 10**9)]
    drawn = picture_of_spending(rows, "en", DATA)
    assert MOST_MONTHS == 24
    assert "2024-12 to 2026-11" in drawn
    assert "auction" not in drawn


def test_the_index_of_concentration() -> None:
    """Shares of 50, 30 and 20 percent: 2500 + 900 + 400."""
    assert hhi_of([50, 30, 20]) == 3800
    assert (hhi_of([7]), hhi_of([]), hhi_of([0])) == (10_000, 0, 0)


@pytest.mark.parametrize(
    ("most", "grid"),
    [(1, [0, 1]), (2, [0, 1, 2]), (5, [0, 1, 2, 3, 4, 5]), (14, [0, 5, 10, 15]), (101, [0, 50, 100, 150])],
)
def test_an_axis_is_round_and_holds_its_number(most: int, grid: list[int]) -> None:
    assert grid_for(most) == grid


def test_numbers_are_told_as_a_language_writes_them() -> None:
    assert tenge(123_456_789_00, "ru") == "123 млн ₸"
    assert tenge(12_345_678_90, "ru") == "12,3 млн ₸"
    assert tenge(1_234_567_00, "en") == "1.23 m ₸"
    assert tenge(100_000, "kk") == "1 мың ₸"
    assert (tenge(0, "en"), tenge(150, "kk")) == ("0 ₸", "1,5 ₸")
    assert per_unit(1_234_560_000, "ru") == "1\u202f234,56 ₸"
    assert per_unit(1_234_000_000, "en") == "1\u202f234 ₸"
    assert (percent(1, 3, "en"), percent(2, 3, "ru"), percent(0, 0, "en")) == (
        "33.3\u202f%",
        "66,7\u202f%",
        "0.0\u202f%",
    )
    assert (day(DAY, "en"), day(DAY, "kk")) == ("2026-11-25", "25.11.2026")


def test_every_word_is_in_three_languages_and_says_the_same() -> None:
    for name, texts in WORDS.items():
        assert texts.keys() == set(LANGUAGES), name
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert fields[0] == fields[1] == fields[2], name
    assert all(say(method, "kk") for method in Method)


def test_lines_are_cut_where_they_must() -> None:
    assert wrapped("one two three", 60, 13, most=3) == ["one two", "three"]
    assert wrapped("one two three four", 60, 13, most=2) == ["one two", "three…"]
    assert wrapped("", 60, most=2) == []
