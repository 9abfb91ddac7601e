"""Complaints to the body and to the body above it, and what they do to an appeal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0005"
down_revision = "appeals_0006"
branch_labels = None
depends_on = None

STATUSES = (
    *("registered", "forwarded", "in_progress", "defect_term", "extended", "hearing", "to_sign", "answered"),
    *("withdrawn", "left_without_consideration", "refused_by_expiry"),
)
MORE_STATUSES = ("under_complaint", "closed")
BEFORE = {
    "appeals_answered": "(status = 'answered') = (answer IS NOT NULL AND outcome IS NOT NULL)",
    "appeals_ground": "(status = 'left_without_consideration') = (ground IS NOT NULL)",
}
AFTER = {
    "appeals_answered": (
        "(answer IS NULL) = (outcome IS NULL) AND (status <> 'answered' OR answer IS NOT NULL)"
        " AND (answer IS NULL OR status IN ('answered', 'under_complaint', 'closed'))"
    ),
    "appeals_ground": (
        "(status <> 'left_without_consideration' OR ground IS NOT NULL)"
        " AND (ground IS NULL OR status IN ('left_without_consideration', 'under_complaint', 'closed'))"
    ),
}
OUTCOMES = (
    *("cancel_act", "cancel_and_adopt", "perform_action", "unsatisfied"),
    *("left_without_consideration", "send_back"),
)
COMPLAINT_STATUSES = (
    *("filed", "under_review", "corrected", "ruled", "sent_back"),
    *("refused_by_expiry", "withdrawn"),
)


def upgrade() -> None:
    op.add_column("appeals", sa.Column("reviewer", sa.Text))
    op.add_column("appeals", sa.Column("court_until", sa.Date))
    _check("status", (*STATUSES, *MORE_STATUSES))
    _replace(AFTER)
    _create_complaints()
    for name, columns, condition in (
        ("appeal", ["appeal_id", "id"], None),
        ("applicant", ["applicant_scheme", "applicant_id", "id"], None),
        ("agency", ["agency", "id"], None),
        ("higher", ["higher", "id"], "sent_up_on IS NOT NULL"),
        ("correct_by", ["correct_by"], "status = 'filed'"),
        ("review_by", ["review_by"], "status = 'under_review'"),
    ):
        where = None if condition is None else sa.text(condition)
        op.create_index(f"complaints_{name}", "complaints", columns, postgresql_where=where)
    op.create_index(
        "complaints_participants",
        "complaints",
        ["participants"],
        postgresql_using="gin",
        postgresql_ops={"participants": "jsonb_path_ops"},
        postgresql_where=sa.text("participants IS NOT NULL"),
    )
    op.create_index(
        "complaints_live",
        "complaints",
        ["appeal_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('filed', 'under_review')"),
    )


def downgrade() -> None:
    op.drop_table("complaints")
    _replace(BEFORE)
    _check("status", STATUSES)
    op.drop_column("appeals", "court_until")
    op.drop_column("appeals", "reviewer")


def _create_complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("appeal_id", sa.Uuid, sa.ForeignKey("appeals.id"), nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("higher", sa.Text),
        sa.Column("applicant_scheme", sa.Text, nullable=False),
        sa.Column("applicant_id", sa.Text, nullable=False),
        sa.Column("applicant_name", sa.Text),
        sa.Column("participants", postgresql.JSONB),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("official", sa.Text),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("learned_on", sa.Date, nullable=False),
        sa.Column("complain_by", sa.Date, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("late_reason", sa.Text),
        sa.Column("act", postgresql.JSONB, nullable=False),
        sa.Column("barred", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("correct_by", sa.Date, nullable=False),
        sa.Column("correction", sa.Text),
        sa.Column("correction_language", sa.Text),
        sa.Column("sent_up_on", sa.Date),
        sa.Column("opinion", sa.Text),
        sa.Column("review_by", sa.Date),
        sa.Column("outcome", sa.Text),
        sa.Column("grounds", sa.ARRAY(sa.Text)),
        sa.Column("ruling", sa.Text),
        sa.Column("ruling_language", sa.Text),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("court_from", sa.Date),
        sa.Column("court_until", sa.Date),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint(_one_of("status", COMPLAINT_STATUSES), name="complaints_status"),
        sa.CheckConstraint(_one_of("outcome", OUTCOMES), name="complaints_outcome"),
        sa.CheckConstraint("agency <> higher", name="complaints_higher"),
        sa.CheckConstraint("(status = 'corrected') = (correction IS NOT NULL)", name="complaints_corrected"),
        sa.CheckConstraint("(status IN ('ruled', 'sent_back')) = (ruling IS NOT NULL)", name="complaints_ruling"),
        sa.CheckConstraint("(ruling IS NULL) = (outcome IS NULL)", name="complaints_ruled"),
        sa.CheckConstraint(
            "status <> 'under_review' OR (higher IS NOT NULL AND sent_up_on IS NOT NULL AND review_by IS NOT NULL)",
            name="complaints_under_review",
        ),
        sa.CheckConstraint("(status IN ('filed', 'under_review')) = (ended_at IS NULL)", name="complaints_ended"),
    )


def _check(column: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(f"appeals_{column}", "appeals")
    op.create_check_constraint(f"appeals_{column}", "appeals", _one_of(column, words))


def _replace(checks: dict[str, str]) -> None:
    for name, condition in checks.items():
        op.drop_constraint(name, "appeals")
        op.create_check_constraint(name, "appeals", condition)


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words))
