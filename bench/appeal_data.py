"""Synthetic appeals in any number: of two years, in their order, with many bodies, applicants, kinds and words.

What is due has been dealt with, so that no sweep has anything to do; what is filed within the last weeks may be open.
"""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
from rich.progress import track

from appeals.domain.agencies import find_agencies
from appeals.domain.appeal import Kind
from rounds import console

_A_STEP = 250_000
_AT_A_TIME = 2
DAYS = 730
TERM = 21
# Bodies from the largest, which has a ninth of all, to the smallest; kinds by about the shares of 2024.
BODIES = [body.code for body in find_agencies(None, None)]
_KINDS = [*["application"] * 690, *["request"] * 140, *["complaint"] * 60, *["proposal"] * 30, *["message"] * 40]
_KINDS += [*["response"] * 20, *(kind for kind in Kind for _ in range(1 if kind.value not in _KINDS else 0))]
WORDS = ["жол", "аялдама", "су", "мектеп", "дорога", "справка", "жарық", "көше", "еңбекақы", "пенсия"]
HEAVY = "880417499014"  # a citizen who has filed three hundred
_PICKED = """
SELECT i, $4::date - ($5::int - (i::bigint * $5 / $3)::int) AS day, random() AS fate, random() AS way,
       ($6::text[])[1 + (cardinality($6::text[]) * power(random(), 2))::int % cardinality($6::text[])] AS agency,
       ($7::text[])[1 + (cardinality($7::text[]) * random())::int % cardinality($7::text[])] AS kind,
       CASE WHEN i % ($3 / 300) = 0 THEN '880417499014' ELSE lpad((i::bigint * 7919 % 1000003)::text, 12, '7') END
       AS applicant,
       ($8::text[])[1 + (10 * random())::int % 10] || ' сорт' || (random() * 100)::int || ' сирек'
       || (random() * 20000)::int || ' мекенжай ' || i AS subject
  FROM generate_series($1::int, $2::int) AS i
"""
_FATED = f"""
SELECT *, CASE WHEN day + {TERM} < $4::date OR way < 0.4
               THEN CASE WHEN fate < 0.86 THEN 'answered' WHEN fate < 0.93 OR day + {TERM} >= $4::date THEN 'withdrawn'
                         WHEN fate < 0.95 THEN 'left_without_consideration' ELSE 'refused_by_expiry' END
               ELSE CASE WHEN fate < 0.5 THEN 'registered' WHEN fate < 0.9 THEN 'in_progress' ELSE 'forwarded' END
          END AS status
  FROM ({_PICKED}) AS picked
"""  # noqa: S608 - a number of our own
_COLUMNS = """
INSERT INTO appeals (id, number, version, kind, status, agency, forwarded_by, applicant_scheme, applicant_id,
                     applicant_name, subject, text, language, channel, submitted_at, received_at, registered_on,
                     forward_by, due_on, rules, rules_version, calendar, week, outcome, answer, answer_language,
                     answered_at, days_taken, ground)
"""
_FILLING = f"""
{_COLUMNS}
SELECT uuidv7(day + i % 32000 * interval '1 s' + interval '4 h' - now()),
       'ЖТ-' || to_char(day, 'YYYY') || '-' || lpad(i::text, 7, '0'), 1, kind, status, agency,
       CASE WHEN way > 0.95 THEN ARRAY['president-administration'] ELSE '{{}}' END, 'KZ-IIN', applicant,
       'Айгерім Сапарова', subject, repeat('Аялдаманың шатыры қашан жөнделеді? ', 6), 'kk', 'portal',
       day + i % 32000 * interval '1 s' + interval '4 h', day + interval '4 h', day, day + 3, day + {TERM}, 'report',
       '2024-05', 'kz-2026.1', 'five', CASE WHEN status = 'answered' THEN 'explained' END,
       CASE WHEN status = 'answered' THEN repeat('Жөнделеді. ', 10) END,
       CASE WHEN status = 'answered' THEN 'kk' END,
       CASE WHEN status = 'answered' THEN day + (20 * fate)::int + interval '6 h' END,
       CASE WHEN status = 'answered' THEN (15 * fate)::int END,
       CASE WHEN status = 'left_without_consideration' THEN 'repeated' END
  FROM ({_FATED}) AS fated
"""  # noqa: S608 - a number of our own
DUE = f"""
{_COLUMNS}
SELECT uuidv7($2::date - {TERM} - now()),
       'Д-' || uuidv7(), 1, 'application', 'registered', ($3::text[])[1 + i % 77], '{{}}',
       'KZ-IIN', lpad((i::bigint * 7919 % 1000003)::text, 12, '7'), 'Айгерім Сапарова', 'мерзімі өткен ' || i,
       repeat('Аялдаманың шатыры қашан жөнделеді? ', 6), 'kk', 'portal', $2::date - {TERM} + interval '4 h',
       $2::date - {TERM} + interval '4 h', $2::date - {TERM}, $2::date - {TERM} + 3, $2::date - i % 2, 'report',
       '2024-05', 'kz-2026.1', 'five'
       {", NULL" * 6}
  FROM generate_series(1, $1::int) AS i
"""  # noqa: S608 - a number of our own
_FIGURES = """
INSERT INTO figures
SELECT period, date_trunc(period, submitted_at AT TIME ZONE 'Asia/Almaty')::date, agency, kind, synthetic, count(*), 0,
       count(*) FILTER (WHERE status = 'answered'), count(*) FILTER (WHERE status = 'withdrawn'),
       count(*) FILTER (WHERE status = 'left_without_consideration'),
       count(*) FILTER (WHERE status = 'refused_by_expiry'), 0, 0, 0
  FROM appeals, (VALUES ('month'), ('year')) AS periods (period) GROUP BY 1, 2, 3, 4, 5;
INSERT INTO answer_days
SELECT period, date_trunc(period, submitted_at AT TIME ZONE 'Asia/Almaty')::date, agency, kind, synthetic, days_taken,
       count(*)
  FROM appeals, (VALUES ('month'), ('year')) AS periods (period) WHERE days_taken IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
VACUUM ANALYZE figures;
VACUUM ANALYZE answer_days
"""
_OURS = "tablename = 'appeals' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'"
_INDEXES = f"SELECT indexdef FROM pg_indexes WHERE {_OURS}"  # noqa: S608 - our own condition
_DROPPING = f"SELECT 'DROP INDEX ' || string_agg(quote_ident(indexname), ', ') FROM pg_indexes WHERE {_OURS}"  # noqa: S608
_SETTINGS = {"maintenance_work_mem": "1GB", "work_mem": "256MB"}


async def fill(url: str, count: int, today: date) -> None:
    """Put so many appeals into an empty table, whose indexes are made afterwards, and their figures."""
    async with asyncpg.create_pool(url, min_size=_AT_A_TIME, max_size=_AT_A_TIME, server_settings=_SETTINGS) as pool:
        indexes = [row["indexdef"] for row in await pool.fetch(_INDEXES)]
        await pool.execute(await pool.fetchval(_DROPPING))
        steps = [(first, min(first + _A_STEP - 1, count)) for first in range(1, count + 1, _A_STEP)]
        # One after another, in the order of time, as they come in life; an id begins with the time when it was made.
        for first, last in track(steps, f"Writing {count:,} appeals", console=console, transient=True):
            await pool.execute(_FILLING, first, last, count, today, DAYS, BODIES, _KINDS, WORDS, timeout=1200)
        await _all([pool.execute(index, timeout=1200) for index in indexes], "Making indexes")
        await pool.execute("VACUUM ANALYZE appeals", timeout=1200)
        for statement in _FIGURES.split(";"):
            await pool.execute(statement, timeout=1200)
        await pool.execute("INSERT INTO counted (index, at) VALUES (-1, $1)", datetime.now(UTC))


async def _all(work: list[Coroutine[Any, Any, Any]], description: str) -> None:
    for done in track(asyncio.as_completed(work), description, len(work), console=console, transient=True):
        await done
