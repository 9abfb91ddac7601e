"""Appeals, from filing to the end of the term."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0001"
down_revision = None
branch_labels = ("appeals",)
depends_on = ("kit_0001",)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE appeal_number INCREMENT BY 32")
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("forwarded_by", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("applicant_scheme", sa.Text, nullable=False),
        sa.Column("applicant_id", sa.Text, nullable=False),
        sa.Column("applicant_name", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("contact", postgresql.JSONB),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("forward_by", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("week", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("answer_language", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('request', 'response', 'proposal', 'message', 'application', 'complaint')", name="appeals_kind"
        ),
        sa.CheckConstraint(
            "status IN ('registered', 'forwarded', 'answered', 'withdrawn', 'refused_by_expiry')",
            name="appeals_status",
        ),
        sa.CheckConstraint(
            "outcome IN ('explained', 'satisfied', 'partly_satisfied', 'refused', 'noted')", name="appeals_outcome"
        ),
        sa.CheckConstraint("due_on >= registered_on", name="appeals_due_after_registration"),
        sa.CheckConstraint(
            "(status = 'answered') = (answer IS NOT NULL AND outcome IS NOT NULL)", name="appeals_answered"
        ),
    )
    op.create_index("appeals_applicant", "appeals", ["applicant_scheme", "applicant_id", "id"])
    op.create_index("appeals_agency", "appeals", ["agency", "id"])
    op.create_index(
        "appeals_open_due",
        "appeals",
        ["due_on"],
        postgresql_where=sa.text("status IN ('forwarded', 'registered')"),
    )


def downgrade() -> None:
    op.drop_table("appeals")
    op.execute("DROP SEQUENCE appeal_number")
