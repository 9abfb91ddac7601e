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
    PrimaryKeyConstraint,
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

# What compared awards that are not cancelled sum up to, by their buyer and region and, once more, by their item alone
# (`key` is the one or the other, `region` is empty of items). Triggers of the database keep the sums with every change
# of an award or of its comparison, whoever makes it. Sums are in tiyn; `total` is of those that are priced.
price_sums = Table(
    "price_sums",
    metadata,
    Column("grain", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("year", Text, nullable=False),
    Column("item_class", Text, nullable=False),
    Column("compared", BigInteger, nullable=False),
    Column("priced", BigInteger, nullable=False),
    Column("above", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("overstatement", BigInteger, nullable=False),
    PrimaryKeyConstraint("grain", "key", "region", "year", "item_class"),
    one_of("price_sums", "grain", ["buyer", "item"]),
)
