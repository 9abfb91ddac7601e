"""Templates into pages; what templates can say is named here, and nothing else is at hand in them."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from portal.calendars import months_of
from portal.forms import new_key
from servicekit.languages import LANGUAGES

if TYPE_CHECKING:
    from portal.visits import Visit


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, visit: "Visit", values: dict[str, Any]) -> str:
    """A template with what every page can say, and with values of its own."""
    words = visit.words
    common = {
        "asset": asset,
        "count": words.count,
        "day": words.day,
        "languages": LANGUAGES,
        "millions": words.millions,
        "moment": words.moment,
        "money": words.money,
        "month": words.month,
        "months_of": months_of,
        "name": words.name,
        "new_key": new_key,
        "number": words.number,
        "percent": words.percent,
        "pick": words.pick,
        "t": words.say,
        "url": visit.url,
        "visit": visit,
    }
    return _environment().get_template(template).render({**common, **values})


@cache
def asset(name: str) -> str:
    """The address of one of our files; it changes with the file, so that browsers may keep it for ever."""
    return f"/assets/{_digest(name)}/{name}"


@cache
def asset_content(name: str, digest: str) -> bytes | None:
    """One of our files; None where there is none, or it is another by now."""
    known = {each.name for each in (files("portal") / "assets").iterdir()}
    return _read(name) if name in known and digest == _digest(name) else None


def _digest(name: str) -> str:
    return sha256(_read(name)).hexdigest()[:12]


def _read(name: str) -> bytes:
    return (files("portal") / "assets" / name).read_bytes()
