"""Open statistics: equal to what a plain count of the appeals gives, withheld where small, in every form."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from servicekit.languages import LANGUAGES
from stack.testing import TestDatabase
from statute.deadlines import local

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]
Count = Callable[[], Awaitable[None]]

PLACE = "/v1/statistics/appeals"
COUNTS = ("filed", "answered", "withdrawn", "left", "refused_by_expiry", "forwarded", "open", "extended")
ENDED = {name: name for name in ("answered", "withdrawn", "refused_by_expiry")} | {"left_without_consideration": "left"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
async def story(file: File, act: Act, go_to: GoTo, count: Count) -> None:
    """What became of forty-one appeals of two months and two bodies, of each fate five or more."""

    async def each(who: str, appeals: list[dict[str, Any]], action: str, **fields: Any) -> None:
        for appeal in appeals:
            assert (await act(who, appeal, action, **fields)).is_success

    filed = [await file(kind="request") for _ in range(36)]
    await each("citizen", filed[:5], "withdrawal")
    await each("officer", filed[5:10], "leaving")
    go_to("2026-11-25T10:00")
    await each("officer", filed[10:15], "forwarding")
    await each("officer", filed[15:21], "decision")
    await count()
    go_to("2026-11-30T10:00")
    await each("officer", filed[21:26], "decision")
    await each("head", filed[26:31], "extension")
    go_to("2026-12-02T10:00")
    for _ in range(5):
        await file(kind="application", agency="akimat-almaty")
    await count()
    go_to("2026-12-15T10:00")


async def plainly(database: TestDatabase, by: tuple[str, ...]) -> dict[tuple[str, ...], Counter[str]]:
    """The figures, counted from the appeals one by one."""
    connection = await asyncpg.connect(database.admin_url)
    try:
        rows = await connection.fetch("SELECT * FROM appeals")
    finally:
        await connection.close()
    found: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for agency in (row["agency"], *row["forwarded_by"]):
            named = {"agency": agency, "kind": row["kind"], "month": f"{local(row['submitted_at']):%Y-%m}"}
            cell = found[tuple(named[name] for name in by)]
            cell["filed"] += 1
            if agency != row["agency"]:
                cell["forwarded"] += 1
                continue
            cell[ENDED.get(row["status"], "open")] += 1
            cell["extended"] += row["extended_until"] is not None
            if row["answered_at"] is not None:
                cell[f"days {weekdays(row['registered_on'], local(row['answered_at']).date())}"] += 1
    return found


def weekdays(first: date, last: date) -> int:
    """The working days after one day until another, where no holiday lies between."""
    return sum((first + timedelta(days=n)).isoweekday() < 6 for n in range(1, (last - first).days + 1))


def key_of(item: Mapping[str, Any], by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item[name]["code"] if name == "agency" else item[name] for name in by)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("by", ["", "agency", "kind", "month", "agency,kind", "month,kind,agency"])
async def test_they_are_what_a_plain_count_gives(
    by: str, look: Look, sweep: Sweep, count: Count, database: TestDatabase
) -> None:
    assert await sweep() == 5
    await count()
    names = tuple(by.split(",")) if by else ()
    items = (await look("nobody", PLACE, **({"by": by} if by else {})))["items"]
    expected = await plainly(database, names)
    assert [key_of(item, names) for item in items] == sorted(expected)
    for item in items:
        wanted = expected[key_of(item, names)]
        assert {name: item[name] for name in COUNTS} == {name: wanted[name] for name in COUNTS}
        assert item["suppressed"] is False
        days = sorted(int(name.split()[1]) for name, n in wanted.items() if name.startswith("days") for _ in range(n))
        assert item["median_days"] == (days[(len(days) - 1) // 2] if days else None)
        assert item["p90_days"] == (days[-(-len(days) * 9 // 10) - 1] if days else None)


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("by", ["", "agency", "month", "month,agency", "agency,kind"])
async def test_those_of_one_body_are_the_same_as_among_all(by: str, look: Look, client: httpx.AsyncClient) -> None:
    names = by.split(",") if by else []
    asked = by if "agency" in names else ",".join(["agency", *names])
    all_of_them = (await look("nobody", PLACE, by=asked))["items"]
    for code, bin_ in {(each["agency"]["code"], each["agency"]["bin"]) for each in all_of_them}:
        wanted = [each for each in all_of_them if each["agency"]["code"] == code]
        for given in (code, bin_):
            found = await look("nobody", PLACE, **({"by": by} if by else {}), agency=given)
            assert found["items"] == wanted != all_of_them
    picture = (await client.get(f"{PLACE}.svg", params={"by": "month", "agency": "akimat-almaty"})).text
    assert ">2026-12, " in picture
    assert "Transport" not in picture
    assert (await client.get(PLACE, params={"agency": "min-magic"})).json()["code"] == "unknown-agency"


@pytest.mark.usefixtures("story")
async def test_shares_speed_and_what_is_overdue(look: Look, sweep: Sweep, count: Count) -> None:
    [before] = (await look("nobody", PLACE, by="agency", **{"from": "2026-11-23", "to": "2026-11"}))["items"][1:]
    assert (before["agency"]["code"], before["open"], before["overdue"]) == ("min-transport", 10, 5)
    assert (before["median_days"], before["p90_days"]) == (2, 5)
    assert (before["extended_share"], before["refused_share"]) == ("0.1388", "0.0000")
    await sweep()
    await count()
    [after] = (await look("nobody", PLACE, by="agency"))["items"][1:]
    assert (after["open"], after["overdue"], after["refused_by_expiry"]) == (5, 0, 5)
    assert after["refused_share"] == "0.2380"  # 5 of 11 answered, 5 left and 5 refused
    assert (after["complaints"], after["complaints_upheld"]) == (0, 0)


async def test_what_is_kept_is_as_new_as_the_journal_and_the_day(
    file: File, count: Count, look: Look, go_to: GoTo
) -> None:
    async def told() -> tuple[int, int]:
        [first] = (await look("nobody", PLACE))["items"]
        [again] = (await look("nobody", PLACE))["items"]
        assert first == again
        return first["filed"], first["overdue"]

    for filed in (5, 10):
        for _ in range(5):
            await file()
        await count()
        assert await told() == (filed, 0)
    go_to("2026-12-15T10:00")
    assert await told() == (10, 10)  # nothing was counted, and yet they are overdue now


@pytest.mark.usefixtures("story")
async def test_a_span_of_months_and_of_years(look: Look) -> None:
    async def filed(**span: str) -> list[tuple[str, int]]:
        items = (await look("nobody", PLACE, by="agency", **span))["items"]
        return [(item["agency"]["code"], item["filed"]) for item in items]

    whole = [("akimat-almaty", 10), ("min-transport", 36)]
    assert await filed() == await filed(**{"from": "2026-01", "to": "2026-12-31"}) == whole
    assert await filed(**{"from": "2026-12"}) == [("akimat-almaty", 5)]
    assert await filed(to="2026-11") == [("akimat-almaty", 5), ("min-transport", 36)]
    assert await filed(to="2025-12") == await filed(**{"from": "2027-01"}) == []


async def test_small_figures_are_withheld_and_what_comes_of_them(
    file: File, act: Act, count: Count, look: Look, go_to: GoTo
) -> None:
    for n in range(9):
        appeal = await file()
        if n < 2:
            await act("officer", appeal, "decision")
    for _ in range(3):
        await file(agency="akimat-almaty")
    await count()
    akimat, ministry = (await look("nobody", PLACE, by="agency"))["items"]
    assert akimat["suppressed"] is True
    assert akimat["filed"] is akimat["open"] is None
    assert ministry["suppressed"] is True  # or the akimat's would be what is left of all
    assert ministry["filed"] is ministry["answered"] is ministry["median_days"] is ministry["refused_share"] is None
    [both] = (await look("nobody", PLACE))["items"]
    assert (both["filed"], both["answered"], both["open"], both["withdrawn"]) == (12, None, None, 0)
    # What is shown of the year is not shown of a span of which a month is small.
    go_to("2026-12-02T10:00")
    await file()
    await count()
    [spanned] = (await look("nobody", PLACE, to="2026-12"))["items"]
    [cut] = (await look("nobody", PLACE, **{"from": "2026-02"}))["items"]
    assert (spanned["filed"], cut["filed"]) == (13, None)


async def test_appeals_of_invented_people_can_be_left_out(
    file: File, count: Count, look: Look, database: TestDatabase
) -> None:
    for _ in range(11):
        await file()
    connection = await asyncpg.connect(database.admin_url)
    try:
        await connection.execute(
            "UPDATE appeals SET synthetic = true WHERE id IN (SELECT id FROM appeals ORDER BY id LIMIT 5)"
        )
    finally:
        await connection.close()
    await count()

    async def filed(**asked: Any) -> int:
        [item] = (await look("nobody", PLACE, **asked))["items"]
        found: int = item["filed"]
        return found

    assert [await filed(), await filed(synthetic="true"), await filed(synthetic="false")] == [11, 5, 6]


@pytest.mark.usefixtures("story")
async def test_every_form_has_the_same(client: httpx.AsyncClient, look: Look) -> None:
    pages = [await look("nobody", PLACE, by="month,agency", limit=1)]
    while pages[-1]["next"] is not None:
        pages.append(await look("nobody", pages[-1]["next"]))
    items = [item for page in pages for item in page["items"]]
    assert len(items) == len(pages) == 3
    lines = (await client.get(PLACE, params={"by": "month,agency", "format": "ndjson"})).text.splitlines()
    assert [json.loads(line) for line in lines] == items
    table = (await client.get(PLACE, params={"by": "month,agency", "format": "csv"})).text
    rows = list(csv.DictReader(io.StringIO(table)))
    shown = [(each["month"], each["agency.code"], each["filed"], each["median_days"]) for each in rows]
    assert shown == [
        (each["month"], each["agency"]["code"], str(each["filed"]), str(each["median_days"] or "")) for each in items
    ]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_picture_is_sound_and_tells_all_in_words(language: str, client: httpx.AsyncClient) -> None:
    drawn = await client.get(f"{PLACE}.svg?by=agency", headers={"Accept-Language": language})
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.headers["content-security-policy"] == "default-src 'none'"
    assert drawn.headers["link"] == f'<{PLACE}?by=agency>; rel="alternate"; type="application/json"'
    root = ET.fromstring(drawn.text)  # noqa: S314 - our own
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "defs", "pattern", "rect", "path", "circle", "line", "text", "a")
    }
    texts = " ".join(each.text or "" for each in root.iter(f"{SVG}text"))
    assert " 36 " in texts
    # Patterns tell the parts apart without colour; each is named beside its sample.
    used = {each.attrib["fill"] for each in root.iter(f"{SVG}rect") if each.attrib.get("fill", "").startswith("url")}
    assert len(used) == 4


async def test_a_picture_of_nothing_says_so(client: httpx.AsyncClient, file: File, count: Count) -> None:
    assert "There is nothing to show." in (await client.get(f"{PLACE}.svg")).text
    await file()
    await count()
    assert "1 more lines are too small" in (await client.get(f"{PLACE}.svg")).text


async def test_nothing_is_counted_twice(file: File, count: Count, look: Look, sweep: Sweep) -> None:
    for _ in range(5):
        await file()
    await count()
    await count()
    assert await sweep() == 0
    [item] = (await look("nobody", PLACE))["items"]
    assert item["filed"] == 5
    assert item["as_of"].startswith("2026-11-23T05:00")


@pytest.mark.parametrize(
    "asked", ["by=", "by=status", "by=agency,", "by=agency;kind", "from=2026-13", "to=2026", "synthetic=perhaps"]
)
async def test_what_cannot_be_asked(asked: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{PLACE}?{asked}")).status_code == 422
