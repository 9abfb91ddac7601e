"""How each lot was evaluated, packed as its certificate."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0004"
down_revision = "procurement_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("certificates")
