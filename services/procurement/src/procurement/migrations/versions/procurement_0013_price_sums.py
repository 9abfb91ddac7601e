"""Sums of what awards cost above their peers are kept, and follow every change of an award or of its comparison."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0013"
down_revision = "procurement_0012"
branch_labels = None
depends_on = None

_SUMS = ("compared", "priced", "above", "total", "overstatement")
# What awards count for, of rows `counted` with the sign with which each is counted: once by their buyer, once by item.
_COUNTING = f"""
INSERT INTO price_sums AS kept (grain, key, region, year, item_class, {", ".join(_SUMS)})
SELECT grain, key, region, year, item_class,
       sum(sign), coalesce(sum(sign) FILTER (WHERE overstatement IS NOT NULL), 0),
       coalesce(sum(sign) FILTER (WHERE overstatement > 0), 0),
       coalesce(sum(sign * amount) FILTER (WHERE overstatement IS NOT NULL), 0), coalesce(sum(sign * overstatement), 0)
  FROM ({{counted}}) AS counted,
       LATERAL (VALUES ('buyer', buyer, place), ('item', item_code, '')) AS grains (grain, key, region)
 GROUP BY grain, key, region, year, item_class
HAVING sum(sign) <> 0 OR sum(sign * amount) FILTER (WHERE overstatement IS NOT NULL) <> 0
    OR sum(sign * overstatement) <> 0
 ORDER BY grain, key, region, year, item_class
    ON CONFLICT (grain, key, region, year, item_class) DO UPDATE
   SET {", ".join(f"{name} = kept.{name} + excluded.{name}" for name in _SUMS)}
"""  # noqa: S608 - our own names
_COUNTED = """
SELECT {sign} AS sign, awards.buyer, awards.item_code, awards.region AS place, awards.amount,
       to_char(awards.awarded_on, 'YYYY') AS year, checks.item_class, checks.overstatement
  FROM {awards} AS awards JOIN {checks} AS checks ON checks.award_id = awards.id
 WHERE checks.state <> 'waiting' AND awards.status <> 'cancelled'
"""
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {counting};
    RETURN NULL;
END
$$
"""
_TRIGGER = """
CREATE TRIGGER {table}_sum AFTER UPDATE ON {table}
REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""


def upgrade() -> None:
    op.create_table(
        "price_sums",
        sa.Column("grain", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("year", sa.Text, nullable=False),
        sa.Column("item_class", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("grain", "key", "region", "year", "item_class"),
        sa.CheckConstraint("grain IN ('buyer', 'item')", name="price_sums_grain"),
    )
    op.execute(_COUNTING.format(counted=_COUNTED.format(sign=1, awards="awards", checks="price_checks")))
    _follow("sum_prices_of_checks", "price_checks", awards=("awards", "awards"), checks=("before", "after"))
    _follow("sum_prices_of_awards", "awards", awards=("before", "after"), checks=("price_checks", "price_checks"))


def downgrade() -> None:
    for table, name in (("price_checks", "sum_prices_of_checks"), ("awards", "sum_prices_of_awards")):
        op.execute(f"DROP TRIGGER {table}_sum ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("price_sums")


def _follow(name: str, table: str, *, awards: tuple[str, str], checks: tuple[str, str]) -> None:
    signs = zip((-1, 1), awards, checks, strict=True)
    counted = " UNION ALL ".join(_COUNTED.format(sign=sign, awards=one, checks=other) for sign, one, other in signs)
    op.execute(_FUNCTION.format(name=name, counting=_COUNTING.format(counted=counted)))
    op.execute(_TRIGGER.format(name=name, table=table))
