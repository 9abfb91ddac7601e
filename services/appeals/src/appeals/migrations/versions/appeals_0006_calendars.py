"""Calendars that are imported, and by which of them the dates of open appeals were last counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0006"
down_revision = "appeals_0008"
branch_labels = None
depends_on = None

OPEN = ("defect_term", "extended", "forwarded", "hearing", "in_progress", "registered", "to_sign")


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("facts", postgresql.JSONB, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("appeals", sa.Column("recomputed_with", sa.Text))
    words = ", ".join(f"'{status}'" for status in OPEN)
    op.create_index(
        "appeals_counted_with",
        "appeals",
        [sa.text("COALESCE(recomputed_with, calendar)")],
        postgresql_where=sa.text(f"status IN ({words})"),
    )


def downgrade() -> None:
    op.drop_index("appeals_counted_with", "appeals")
    op.drop_column("appeals", "recomputed_with")
    op.drop_table("calendars")
