"""The tables of annual plans: the plan, its items, and the changes that were made to it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from procurement.domain import plan, tender
from procurement.domain.regions import Region
from procurement.tables.schema import metadata
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

plan_number = Sequence("plan_number", increment=NUMBERS_A_BLOCK, metadata=metadata)

plans = Table(
    "plans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("buyer", Text, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("rules", Text, nullable=False),
    Column("budget_approved_on", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("approved_at", DateTime(timezone=True)),
    Column("published_at", DateTime(timezone=True)),
    UniqueConstraint("buyer", "year", name="plans_one_a_year"),
    one_of("plans", "status", list(plan.Status)),
    Index("plans_year", "year", "id"),
)

# An item is never rewritten: a change takes it out and puts another in, and both stay readable.
plan_items = Table(
    "plan_items",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("plan_id", Uuid, ForeignKey("plans.id"), nullable=False),
    Column("title", JSONB, nullable=False),
    Column("item_code", Text, nullable=False),
    Column("item_name", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("unit", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("month", Integer, nullable=False),
    Column("added_by", Integer, nullable=False),
    Column("removed_by", Integer),
    one_of("plan_items", "method", list(tender.Method)),
    one_of("plan_items", "region", list(Region)),
    CheckConstraint("amount > 0 AND quantity > 0 AND month BETWEEN 1 AND 12", name="plan_items_numbers"),
    Index("plan_items_plan", "plan_id", "id"),
)

# `position` 0 is the plan as it was made; what an item's `added_by` and `removed_by` name.
plan_changes = Table(
    "plan_changes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("plan_id", Uuid, ForeignKey("plans.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    UniqueConstraint("plan_id", "position", name="plan_changes_position"),
)
