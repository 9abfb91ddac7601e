"""The table of how the prices of awards stand beside what others paid."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)

from procurement.tables.schema import metadata
from redflags.prices import State
from servicekit.tables import one_of

# How the price of a unit stands beside what others paid. Every award has a row from its insertion on (a trigger of the
# database sees to it, whoever inserts); it waits for its comparison while `parameters` are not those in force.
# Prices are in millionths of a tenge, sums in tiyn.
price_checks = Table(
    "price_checks",
    metadata,
    Column("award_id", Uuid, ForeignKey("awards.id"), primary_key=True),
    Column("parameters", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("item_class", Text),
    Column("unit_price", Numeric),
    Column("rung", Text),
    Column("n", Integer, nullable=False, server_default=text("0")),
    Column("low", Numeric),
    Column("median", Numeric),
    Column("reference", Numeric),
    Column("high", Numeric),
    Column("spread", Double),
    Column("score", Double),
    Column("overstatement", BigInteger),
    Column("computed_at", DateTime(timezone=True)),
    one_of("price_checks", "state", ["waiting", *State]),
    CheckConstraint("(state = 'waiting') = (computed_at IS NULL)", name="price_checks_computed"),
    CheckConstraint("(state = 'priced') = (overstatement IS NOT NULL)", name="price_checks_priced"),
    Index("price_checks_due", "parameters", "award_id"),
)
