"""Awards have quantity and unit, and each has a row that says how its price stands beside others'."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0003"
down_revision = "procurement_0002"
branch_labels = None
depends_on = None

# Whoever inserts awards, however many at once, they wait for their comparison in the same transaction.
AWAIT = """
CREATE FUNCTION await_price_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_checks (award_id, parameters, state) SELECT id, '', 'waiting' FROM added;
    RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE TRIGGER awards_await_price_checks AFTER INSERT ON awards
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_price_checks()
"""


def upgrade() -> None:
    op.add_column("awards", sa.Column("quantity", sa.Numeric))
    op.add_column("awards", sa.Column("unit", sa.Text))
    op.execute("UPDATE awards SET quantity = lots.quantity, unit = lots.unit FROM lots WHERE lots.id = awards.lot_id")
    op.create_index(
        "awards_item_group", "awards", [sa.text("\"left\"(translate(item_code, '.-', ''), 4)"), "awarded_on"]
    )
    op.create_table(
        "price_checks",
        sa.Column("award_id", sa.Uuid, sa.ForeignKey("awards.id"), primary_key=True),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("item_class", sa.Text),
        sa.Column("unit_price", sa.Numeric),
        sa.Column("rung", sa.Text),
        sa.Column("n", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("low", sa.Numeric),
        sa.Column("median", sa.Numeric),
        sa.Column("reference", sa.Numeric),
        sa.Column("high", sa.Numeric),
        sa.Column("spread", sa.Double),
        sa.Column("score", sa.Double),
        sa.Column("overstatement", sa.BigInteger),
        sa.Column("computed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'priced', 'few_peers', 'no_unit_price')", name="price_checks_state"
        ),
        sa.CheckConstraint("(state = 'waiting') = (computed_at IS NULL)", name="price_checks_computed"),
        sa.CheckConstraint("(state = 'priced') = (overstatement IS NOT NULL)", name="price_checks_priced"),
    )
    op.create_index("price_checks_due", "price_checks", ["parameters", "award_id"])
    op.execute("INSERT INTO price_checks (award_id, parameters, state) SELECT id, '', 'waiting' FROM awards")
    op.execute(AWAIT)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER awards_await_price_checks ON awards")
    op.execute("DROP FUNCTION await_price_checks()")
    op.drop_table("price_checks")
    op.drop_index("awards_item_group", "awards")
    op.drop_column("awards", "unit")
    op.drop_column("awards", "quantity")
