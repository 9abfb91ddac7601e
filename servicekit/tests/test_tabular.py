"""Rows of CSV: which columns a shape has, and what stands in a cell."""

from typing import Any

from pydantic import BaseModel

from servicekit.languages import Language
from servicekit.tabular import columns_of, header, row


class Inner(BaseModel):
    number: int | None
    names: dict[Language, str]


class Tree(BaseModel):
    inner: Inner
    perhaps: Inner | None
    either: Inner | str
    many: list[Inner]
    open: dict[str, Any]
    below: "Tree | None"


def test_columns_are_the_values_of_the_shape_in_its_order() -> None:
    columns = columns_of(Tree)
    inner = ["number", "names.kk", "names.ru", "names.en"]
    expected = [*(f"inner.{each}" for each in inner), *(f"perhaps.{each}" for each in inner), "either", "many", "open"]
    assert header(columns) == ",".join([*expected, "below"]) + "\n"
    item = {
        "inner": {"number": 1, "names": {"ru": "Я"}},
        "perhaps": None,
        "many": [{"a": "ә"}],
        "either": "x",
        "below": True,
    }
    assert row(item, columns) == '1,,Я,,,,,,x,"[{""a"":""ә""}]",,true\n'
