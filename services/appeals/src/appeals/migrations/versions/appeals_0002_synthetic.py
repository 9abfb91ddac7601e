"""Which appeals are those of invented people."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0002"
down_revision = "appeals_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default, so that a process of the version before can still file appeals.
    op.add_column("appeals", sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("appeals", "synthetic")
