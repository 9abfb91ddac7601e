"""Of what bodies were warned while a term still ran."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0009"
down_revision = "appeals_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warnings",
        sa.Column("appeal_id", sa.Uuid, sa.ForeignKey("appeals.id"), primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("due_on", sa.Date, primary_key=True),
        sa.Column("warned_on", sa.Date, nullable=False),
        sa.CheckConstraint("code IN ('term_too_short', 'term_ends_soon')", name="warnings_code"),
    )


def downgrade() -> None:
    op.drop_table("warnings")
