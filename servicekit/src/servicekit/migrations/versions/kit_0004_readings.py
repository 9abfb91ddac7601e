"""When a notice could be read, and when its addressee first read what it is about."""

import sqlalchemy as sa
from alembic import op

revision = "kit_0004"
down_revision = "kit_0003"
branch_labels = None
depends_on = None

# That somebody has read is not taken back.
APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON notice_readings FROM %I', current_user || '_app');
EXCEPTION WHEN undefined_object THEN NULL;
END
$$
"""


def upgrade() -> None:
    # Of what was told before, nobody knows: the default comes after the column.
    op.add_column("notices", sa.Column("available_at", sa.DateTime(timezone=True)))
    op.alter_column("notices", "available_at", server_default=sa.text("clock_timestamp()"))
    op.create_index("notices_object", "notices", ["object_id"])
    op.create_table(
        "notice_readings",
        sa.Column("notice", sa.Uuid, sa.ForeignKey("notices.id"), primary_key=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("notice_readings")
    op.drop_index("notices_object", "notices")
    op.drop_column("notices", "available_at")
