"""What the system is, for whom, where the report and the law differ and what holds here, and what is there by now."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from portal.visits import Visiting

_SEE = re.compile(r"\s*\(\[[^\]]+\]\([^)]+\)\)")
_MARKS = re.compile(r"`([^`]+)`")

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/about")
async def show_about(visit: Visiting) -> Response:
    return visit.page("about.html", coverage=table("coverage"), matters=table("matters"), spoken=spoken)


@cache
def table(name: str) -> list[dict[str, dict[str, str]]]:
    """The rows of one of the two tables of the README, in three languages; the English of it is the README's."""
    rows: list[dict[str, dict[str, str]]] = json.loads((files("portal") / "data" / f"{name}.json").read_text("utf-8"))
    return rows


def spoken(cell: dict[str, str], language: Any) -> str:
    """What a cell says to a reader who has no repository at hand: without its marks, and what it points to there."""
    return _MARKS.sub(r"\1", _SEE.sub("", cell[language]))
