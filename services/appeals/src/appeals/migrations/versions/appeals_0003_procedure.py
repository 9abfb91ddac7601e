"""The whole procedure: ten kinds more, an executor, defects, points, extension, hearing, drafts, grounds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "appeals_0003"
down_revision = "appeals_0002"
branch_labels = None
depends_on = None

KINDS = ("request", "response", "proposal", "message", "application", "complaint")
MORE_KINDS = (
    *("information_request", "notary_request", "lawyer_request", "media_request", "bailiff_request"),
    *("declassification_request", "rehabilitation_application", "public_service_complaint", "tax_complaint"),
    "tax_monitoring_complaint",
)
STATUSES = ("registered", "forwarded", "answered", "withdrawn", "refused_by_expiry")
MORE_STATUSES = ("in_progress", "defect_term", "extended", "hearing", "to_sign", "left_without_consideration")
EXPIRING = ("extended", "forwarded", "hearing", "in_progress", "registered", "to_sign")
CHECKS = {
    "appeals_ground": "(status = 'left_without_consideration') = (ground IS NOT NULL)",
    "appeals_draft": "(status = 'to_sign') = (draft IS NOT NULL)",
    "appeals_defect": "status <> 'defect_term' OR correct_by IS NOT NULL",
    "appeals_hearing": "status <> 'hearing' OR decide_from IS NOT NULL",
}


def columns() -> list["sa.Column[object]"]:
    return [
        sa.Column("crime", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("parent", sa.Uuid, sa.ForeignKey("appeals.id")),
        sa.Column("parts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("executor", sa.Text),
        sa.Column("executor_name", sa.Text),
        sa.Column("pauses", postgresql.JSONB),
        sa.Column("extended_until", sa.Date),
        sa.Column("extension_reason", sa.Text),
        sa.Column("defect", sa.Text),
        sa.Column("defect_noticed_on", sa.Date),
        sa.Column("correct_by", sa.Date),
        sa.Column("correction", sa.Text),
        sa.Column("preliminary", postgresql.JSONB),
        sa.Column("preliminary_on", sa.Date),
        sa.Column("decide_from", sa.Date),
        sa.Column("object_by", sa.Date),
        sa.Column("objection", sa.Text),
        sa.Column("hearing", postgresql.JSONB),
        sa.Column("draft", postgresql.JSONB),
        sa.Column("ground", sa.Text),
        sa.Column("ground_detail", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("signed_by", sa.Text),
    ]


def upgrade() -> None:
    for column in columns():
        op.add_column("appeals", column)
    _check("kind", (*KINDS, *MORE_KINDS))
    _check("status", (*STATUSES, *MORE_STATUSES))
    for name, condition in CHECKS.items():
        op.create_check_constraint(name, "appeals", condition)
    _index(EXPIRING)
    op.create_index(
        "appeals_correct_by", "appeals", ["correct_by"], postgresql_where=sa.text("status = 'defect_term'")
    )
    op.create_index("appeals_parent", "appeals", ["parent"], postgresql_where=sa.text("parent IS NOT NULL"))
    op.create_table(
        "points",
        sa.Column("filed_in", sa.Uuid, sa.ForeignKey("appeals.id"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("appeal_id", sa.Uuid, sa.ForeignKey("appeals.id"), nullable=False),
        sa.CheckConstraint("n > 0", name="points_n"),
    )
    op.create_index("points_appeal", "points", ["appeal_id", "n"])


def downgrade() -> None:
    op.drop_table("points")
    op.drop_index("appeals_parent", "appeals")
    op.drop_index("appeals_correct_by", "appeals")
    _index(("forwarded", "registered"))
    for name in CHECKS:
        op.drop_constraint(name, "appeals")
    _check("status", STATUSES)
    _check("kind", KINDS)
    for column in columns():
        op.drop_column("appeals", column.name)


def _check(column: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(f"appeals_{column}", "appeals")
    op.create_check_constraint(
        f"appeals_{column}", "appeals", "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words))
    )


def _index(statuses: tuple[str, ...]) -> None:
    op.drop_index("appeals_open_due", "appeals")
    words = ", ".join(f"'{status}'" for status in statuses)
    op.create_index("appeals_open_due", "appeals", ["due_on"], postgresql_where=sa.text(f"status IN ({words})"))
