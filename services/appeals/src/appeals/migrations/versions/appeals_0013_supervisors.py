"""Which bodies were told of a silence, and may see what was not answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0013"
down_revision = "appeals_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appeals", sa.Column("supervisors", postgresql.ARRAY(sa.Text)))


def downgrade() -> None:
    op.drop_column("appeals", "supervisors")
