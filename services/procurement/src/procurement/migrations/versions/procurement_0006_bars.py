"""What came of asking every bar of a bid, and who declared to be affiliated with whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "procurement_0006"
down_revision = "procurement_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bids", sa.Column("checks", postgresql.JSONB))
    op.create_table(
        "affiliations",
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("bid_id", sa.Uuid, sa.ForeignKey("bids.id"), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "scheme", "number"),
    )
    op.create_index("affiliations_other", "affiliations", ["scheme", "number"])


def downgrade() -> None:
    op.drop_table("affiliations")
    op.drop_column("bids", "checks")
