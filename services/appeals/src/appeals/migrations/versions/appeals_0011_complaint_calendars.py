"""Which calendar the dates of complaints were held to."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0011"
down_revision = "appeals_0012"
branch_labels = None
depends_on = None

LIVE = "status IN ('filed', 'under_review')"
TO_COURT = "status IN ('refused_by_expiry', 'ruled', 'sent_back')"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("recomputed_with", sa.Text))
    counted_with = sa.text("COALESCE(recomputed_with, calendar)")
    op.create_index("complaints_counted_with", "complaints", [counted_with], postgresql_where=sa.text(LIVE))
    op.create_index("complaints_court_until", "complaints", ["court_until"], postgresql_where=sa.text(TO_COURT))


def downgrade() -> None:
    op.drop_index("complaints_court_until", "complaints")
    op.drop_index("complaints_counted_with", "complaints")
    op.drop_column("complaints", "recomputed_with")
