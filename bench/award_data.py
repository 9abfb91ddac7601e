"""Synthetic awards in any number: of ten years, in their order, with many buyers, suppliers, items and words.

Windows for complaints are over but for those that are announced, so that no sweep has anything to end.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
from rich.progress import track

from rounds import console
from statute.identifiers import check_digit

_A_STEP = 250_000
_KINDS = 36_000  # every buyer with every item, and each supplier four times
# What is bought, by whom, from whom: written once, because to make texts takes longer than to copy them. The words that
# are looked for are common, one of a hundred, and rare.
BUYERS, SUPPLIERS = 4000, 9000
_NUMBERS = "CREATE TABLE numbers (n integer PRIMARY KEY, bin text NOT NULL)"
_MAKING_KINDS = f"""
CREATE TABLE kinds AS
SELECT kind AS n, lpad((kind % 3000)::text, 6, '3') || '.500.' || lpad((kind % 3000)::text, 6, '0') AS code,
       'Тауар ' || kind % 3000 AS name, 1 + kind % 90 AS quantity,
       jsonb_build_object('kk', 'Кеңсе қағазы ' || kind % 100, 'ru', 'Бумага «А4», ' || kind, 'en', 'Paper ' || kind)
       AS title,
       to_tsvector('simple', format('кеңсе қағазы бумага paper сорт%s тауар%s әкімдік', kind % 100, kind % 3000))
       AS words,
       (ARRAY['rating-point', 'tender', 'auction', 'price-quotes', 'price-quotes', 'single-source'])[1 + kind / 7 % 6]
       AS method,
       (ARRAY['KZ-75', 'KZ-71', 'KZ-75', 'KZ-79', 'KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-23', 'KZ-27', 'KZ-31',
              'KZ-33', 'KZ-35', 'KZ-39', 'KZ-43', 'KZ-47', 'KZ-55', 'KZ-59', 'KZ-61', 'KZ-62', 'KZ-63'])
       [1 + kind % {BUYERS} % 21] AS region,
       buyers.bin AS buyer, 'Әкімдік «' || buyers.n || '»' AS buyer_name,
       md5(suppliers.n::text)::uuid AS supplier, suppliers.bin AS supplier_number,
       'Жабдықтаушы ЖШС ' || suppliers.n AS supplier_name
  FROM generate_series(0, {_KINDS - 1}) AS kind
  JOIN numbers AS buyers ON buyers.n = kind % {BUYERS}
  JOIN numbers AS suppliers ON suppliers.n = {BUYERS} + kind % {SUPPLIERS};
INSERT INTO parties (id, scheme, number, name)
SELECT DISTINCT supplier, 'KZ-BIN', supplier_number, supplier_name FROM kinds;
ANALYZE kinds
"""  # noqa: S608 - numbers of our own
_FILLING = f"""
INSERT INTO awards (id, version, status, synthetic, ocid, tender_id, tender_number, lot_id, lot_position, lot_title,
                    method, region, buyer, buyer_name, bid_id, supplier, supplier_scheme, supplier_number,
                    supplier_name, item_code, item_name, quantity, unit, amount, allocated, awarded_at, awarded_on,
                    complaints_until, rules, rules_version, calendar, words)
SELECT uuidv7(), 1,
       CASE WHEN i % 1000 = 1 THEN 'suspended' WHEN i % 100 = 2 THEN 'cancelled' WHEN i % 50 = 3 THEN 'announced'
            WHEN i % 20 = 4 THEN 'final' ELSE 'contracted' END,
       true, 'ocds-bench00-' || i, uuidv7(), 'ГЗ-2026-' || i, uuidv7(), 1, title, method, region, buyer, buyer_name,
       supplier, supplier,
       'KZ-BIN', supplier_number, supplier_name, code, name, quantity, 'дана', amount, amount + amount / 7,
       day + i * interval '1 ms', day, CASE WHEN i % 50 = 3 THEN current_date + 30 ELSE day + 7 END,
       'report', '2024-05', 'kz-2026.1', words
  FROM generate_series($1::int, $2::int) AS i JOIN kinds ON kinds.n = (i::bigint * 7919 + i / {_KINDS}) % {_KINDS},
       LATERAL (SELECT (10000 * exp(12 * random()))::bigint AS amount, date '2016-01-01' + (i * $3::float8)::int AS day)
"""  # noqa: S608 - a number of our own
_OURS = (
    "tablename = 'awards' AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = 'awards'::regclass)"
)
_INDEXES = f"SELECT indexdef FROM pg_indexes WHERE {_OURS}"  # noqa: S608 - our own condition
_DROPPING = f"SELECT 'DROP INDEX ' || string_agg(quote_ident(indexname), ', ') FROM pg_indexes WHERE {_OURS}"  # noqa: S608
_DAYS = 3650
_AT_A_TIME = 2
# What awards refer to is not there, and with little memory indexes are made slowly.
_SETTINGS = {"session_replication_role": "replica", "maintenance_work_mem": "1GB", "work_mem": "64MB"}


async def fill(url: str, count: int) -> None:
    """Put so many awards into an empty table, whose indexes are made afterwards."""
    async with asyncpg.create_pool(url, min_size=_AT_A_TIME, max_size=_AT_A_TIME, server_settings=_SETTINGS) as pool:
        await pool.execute(_NUMBERS)
        await pool.copy_records_to_table("numbers", records=list(enumerate(bins(BUYERS + SUPPLIERS))))
        await pool.execute(_MAKING_KINDS)
        indexes = [row["indexdef"] for row in await pool.fetch(_INDEXES)]
        await pool.execute(await pool.fetchval(_DROPPING))
        steps = [
            pool.execute(_FILLING, first, min(first + _A_STEP - 1, count), _DAYS / count, timeout=1200)
            for first in range(1, count + 1, _A_STEP)
        ]
        await _all(steps, f"Writing {count:,} awards")
        await _all([pool.execute(index, timeout=1200) for index in indexes], "Making indexes")
        await pool.execute("VACUUM ANALYZE awards", timeout=1200)


def bins(count: int) -> list[str]:
    """So many numbers of organisations, in their order."""
    begun = (f"000140{n:05}" for n in range(2 * count))
    numbers = [f"{first}{digit}" for first in begun if (digit := check_digit(first)) is not None]
    return numbers[:count]


async def _all(work: list[Coroutine[Any, Any, Any]], description: str) -> None:
    for done in track(asyncio.as_completed(work), description, len(work), console=console, transient=True):
        await done
