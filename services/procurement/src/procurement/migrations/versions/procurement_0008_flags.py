"""Red flags of processes and populations, and how far the rules have come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "procurement_0008"
down_revision = "procurement_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flags",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("ocid", sa.Text),
        sa.Column("buyer", sa.Text),
        sa.Column("lot", sa.Text),
        sa.Column("award", sa.Text),
        sa.Column("listed_as", sa.Uuid),
        sa.Column("contract", sa.Text),
        sa.Column("parties", ARRAY(sa.Text), nullable=False),
        sa.Column("evidence", JSONB, nullable=False),
        sa.Column("missing", ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule", "kind", "subject"),
        sa.CheckConstraint("state IN ('flag', 'clear', 'not_computable')", name="flags_state"),
        sa.CheckConstraint("reason IS NULL OR state = 'not_computable'", name="flags_reason"),
    )
    op.create_index("flags_states", "flags", ["state", "rule", "kind", "subject"])
    op.create_index("flags_process", "flags", ["ocid", "rule"], postgresql_where=sa.text("ocid IS NOT NULL"))
    op.create_index(
        "flags_buyer", "flags", ["buyer", "rule", "kind", "subject"], postgresql_where=sa.text("buyer IS NOT NULL")
    )
    op.create_index("flags_parties", "flags", ["parties"], postgresql_using="gin")
    op.create_index("awards_process", "awards", ["ocid"])
    op.create_table(
        "flag_progress",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scope IN ('process', 'population')", name="flag_progress_scope"),
    )


def downgrade() -> None:
    op.drop_table("flag_progress")
    op.drop_table("flags")
    op.drop_index("awards_process", "awards")
