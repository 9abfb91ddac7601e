"""What people are told, and its way to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "kit_0002"
down_revision = "kit_0001"
branch_labels = None
depends_on = None

# What people were told stays as it was told, as the journal does.
APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON notices FROM %I', current_user || '_app');
EXCEPTION WHEN undefined_object THEN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("object_kind", sa.Text, nullable=False),
        sa.Column("object_id", sa.Uuid, nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("text", postgresql.JSONB, nullable=False),
    )
    op.create_index("notices_recipient", "notices", ["scheme", "number", "id"])
    op.create_table(
        "deliveries",
        sa.Column("notice", sa.Uuid, sa.ForeignKey("notices.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'queued'")),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text),
        sa.PrimaryKeyConstraint("notice", "channel"),
        sa.CheckConstraint("state IN ('queued', 'delivered', 'failed')", name="deliveries_state"),
        sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="deliveries_delivered"),
        sa.CheckConstraint("(state = 'queued') = (address IS NOT NULL)", name="deliveries_address"),
    )
    op.create_index("deliveries_due", "deliveries", ["try_at"], postgresql_where=sa.text("state = 'queued'"))
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("notices")
