"""The channels of filing: other parties than the applicant, the counter's officer, reports that name nobody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0008"
down_revision = "appeals_0009"
branch_labels = None
depends_on = None

CHECKS = {
    "appeals_channel": (
        "channel IN ('portal', 'mobile', 'front_office', 'representative', 'collective', 'terminal')"
    ),
    "appeals_form": "form IN ('electronic', 'paper', 'oral')",
    "appeals_applicant_whole": "(applicant_id IS NULL) = (applicant_scheme IS NULL)",
    "appeals_anonymous": "applicant_id IS NOT NULL OR (crime AND participants IS NULL)",
    "appeals_taken_by": "(taken_by IS NOT NULL) <= (channel = 'front_office')",
}


def upgrade() -> None:
    op.add_column("appeals", sa.Column("participants", postgresql.JSONB))
    op.add_column("appeals", sa.Column("form", sa.Text, nullable=False, server_default="electronic"))
    op.add_column("appeals", sa.Column("taken_by", sa.Text))
    op.add_column("appeals", sa.Column("code_digest", sa.Text))
    for name in ("applicant_scheme", "applicant_id"):
        op.alter_column("appeals", name, nullable=True)
    for name, condition in CHECKS.items():
        op.create_check_constraint(name, "appeals", condition)
    op.create_index(
        "appeals_participants",
        "appeals",
        ["participants"],
        postgresql_using="gin",
        postgresql_ops={"participants": "jsonb_path_ops"},
        postgresql_where=sa.text("participants IS NOT NULL"),
    )
    op.create_index(
        "appeals_code", "appeals", ["code_digest"], unique=True, postgresql_where=sa.text("code_digest IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("appeals_code", "appeals")
    op.drop_index("appeals_participants", "appeals")
    for name in CHECKS:
        op.drop_constraint(name, "appeals")
    for name in ("applicant_scheme", "applicant_id"):
        op.alter_column("appeals", name, nullable=False)
    for name in ("code_digest", "taken_by", "form", "participants"):
        op.drop_column("appeals", name)
