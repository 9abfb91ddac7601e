"""Annual plans, what a lot carries out of them, and when a tender was evaluated."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "procurement_0002"
down_revision = "procurement_0001"
branch_labels = None
depends_on = None

METHODS = "method IN ('rating-point', 'tender', 'auction', 'price-quotes', 'single-source')"
REGIONS = "region IN ('KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-23', 'KZ-27', 'KZ-31', 'KZ-33', 'KZ-35', 'KZ-39', 'KZ-43', 'KZ-47', 'KZ-55', 'KZ-59', 'KZ-61', 'KZ-62', 'KZ-63', 'KZ-71', 'KZ-75', 'KZ-79')"
EXEMPT = "unplanned IN ('emergency', 'investigation', 'protection', 'residences', 'presidential_enterprises', 'disputes')"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE plan_number INCREMENT BY 32")
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("buyer_name", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("budget_approved_on", sa.Date, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("buyer", "year", name="plans_one_a_year"),
        sa.CheckConstraint("status IN ('draft', 'approved', 'published', 'changed')", name="plans_status"),
    )
    op.create_index("plans_year", "plans", ["year", "id"])
    op.create_table(
        "plan_items",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("plan_id", sa.Uuid, sa.ForeignKey("plans.id"), nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_name", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("added_by", sa.Integer, nullable=False),
        sa.Column("removed_by", sa.Integer),
        sa.CheckConstraint(METHODS, name="plan_items_method"),
        sa.CheckConstraint(REGIONS, name="plan_items_region"),
        sa.CheckConstraint("amount > 0 AND quantity > 0 AND month BETWEEN 1 AND 12", name="plan_items_numbers"),
    )
    op.create_index("plan_items_plan", "plan_items", ["plan_id", "id"])
    op.create_table(
        "plan_changes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("plan_id", sa.Uuid, sa.ForeignKey("plans.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("plan_id", "position", name="plan_changes_position"),
    )
    op.add_column("tenders", sa.Column("evaluated_at", sa.DateTime(timezone=True)))
    op.add_column("tenders", sa.Column("unplanned", sa.Text))
    op.create_check_constraint("tenders_unplanned", "tenders", EXEMPT)
    op.add_column("lots", sa.Column("plan_item_id", sa.Uuid, sa.ForeignKey("plan_items.id")))
    op.create_index("lots_plan_item", "lots", ["plan_item_id"], postgresql_where=sa.text("plan_item_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("lots_plan_item", "lots")
    op.drop_column("lots", "plan_item_id")
    op.drop_constraint("tenders_unplanned", "tenders")
    op.drop_column("tenders", "unplanned")
    op.drop_column("tenders", "evaluated_at")
    for table in ("plan_changes", "plan_items", "plans"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE plan_number")
