"""Complaints are counted, and an appeal that was ended twice once; so all is counted anew, from the journal."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0010"
down_revision = "appeals_0011"
branch_labels = None
depends_on = None

MORE = ("complaints", "complaints_upheld")


def upgrade() -> None:
    for table in ("counted", "answer_days", "figures"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own
    for name in MORE:
        op.add_column("figures", sa.Column(name, sa.Integer, nullable=False))


def downgrade() -> None:
    for name in MORE:
        op.drop_column("figures", name)
