"""Files of appeals: in quarantine until they are scanned, in pieces, and shown in every part of an appeal."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0004"
down_revision = "appeals_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("filed_in", sa.Uuid, sa.ForeignKey("appeals.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text),
        sa.Column("size", sa.Integer),
        sa.Column("sha256", sa.LargeBinary),
        sa.Column("role", sa.Text),
        sa.Column("attached_at", sa.DateTime(timezone=True)),
        sa.Column("scan_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("scanned_at", sa.DateTime(timezone=True)),
        sa.Column("finding", sa.Text),
        sa.CheckConstraint(
            "state IN ('receiving', 'quarantined', 'clean', 'infected')", name="attachments_state"
        ),
        sa.CheckConstraint("(state = 'receiving') = (attached_at IS NULL)", name="attachments_attached"),
        sa.CheckConstraint(
            "(state IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="attachments_scanned"
        ),
        sa.CheckConstraint("(state = 'infected') = (finding IS NOT NULL)", name="attachments_finding"),
    )
    op.create_index(
        "attachments_receiving", "attachments", ["began_at"], postgresql_where=sa.text("state = 'receiving'")
    )
    op.create_index(
        "attachments_quarantined", "attachments", ["scan_at"], postgresql_where=sa.text("state = 'quarantined'")
    )
    op.create_table(
        "attachment_pieces",
        sa.Column("attachment_id", sa.Uuid, sa.ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    # Documents and pictures are compressed already.
    op.execute("ALTER TABLE attachment_pieces ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "attached",
        sa.Column("appeal_id", sa.Uuid, sa.ForeignKey("appeals.id"), primary_key=True),
        sa.Column("attachment_id", sa.Uuid, sa.ForeignKey("attachments.id"), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("attached")
    op.drop_table("attachment_pieces")
    op.drop_table("attachments")
