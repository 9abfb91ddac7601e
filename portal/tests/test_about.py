"""What the system says of itself is what the README says."""

from html import unescape
from pathlib import Path

import httpx
import pytest

from portal.pages.about import spoken, table

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8").splitlines()
COLUMNS = {"matters": ("matter", "report", "law", "default", "why"), "coverage": ("system", "here")}


def _rows(heading: str) -> list[list[str]]:
    """The rows of the README's table that begins with a heading."""
    first = next(n for n, line in enumerate(README) if line.startswith(heading)) + 2
    last = next(n for n in range(first, len(README)) if not README[n].startswith("|"))
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in README[first:last]]


@pytest.mark.parametrize(("name", "heading"), [("matters", "| Matter |"), ("coverage", "| System of the report |")])
def test_the_english_of_the_tables_is_the_readmes(name: str, heading: str) -> None:
    ours = [[row[column]["en"] for column in COLUMNS[name]] for row in table(name)]
    assert ours == _rows(heading)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_cell_is_there_in_three_languages(name: str) -> None:
    for row in table(name):
        assert tuple(row) == COLUMNS[name]
        for cell in row.values():
            assert set(cell) == {"kk", "ru", "en"}
            assert all(cell.values())


def test_what_points_into_the_repository_is_left_out() -> None:
    cell = {"en": "prices ([docs/a.md](docs/a.md)), flags with `ashyq flags` ([docs/b.md](docs/b.md))"}
    assert spoken(cell, "en") == "prices, flags with ashyq flags"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_has_all_of_it(language: str, house: httpx.Client) -> None:
    page = unescape(house.get(f"/{language}/about").text)
    for name in COLUMNS:
        for row in table(name):
            for cell in row.values():
                assert spoken(cell, language) in page
    assert "](" not in page
    assert "`" not in page
