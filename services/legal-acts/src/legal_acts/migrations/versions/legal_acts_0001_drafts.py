"""Drafts, the versions of their text, opinions and comments on them, and the reports that end discussions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "legal_acts_0001"
down_revision = None
branch_labels = ("legal_acts",)
depends_on = ("kit_0001",)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE draft_number INCREMENT BY 32")
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("agency_bin", sa.Text, nullable=False),
        sa.Column("agency_name", postgresql.JSONB, nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("sought", sa.Text, nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("current", sa.Integer, nullable=False),
        sa.Column("clause_ids", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discussion_until", sa.Date, nullable=False),
        sa.Column("earliest_until", sa.Date, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True)),
        sa.Column("adopted_at", sa.DateTime(timezone=True)),
        sa.Column("act_number", sa.Text),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_reason", sa.Text),
        sa.CheckConstraint(
            "phase IN ('discussion', 'answering', 'reported', 'adopted', 'withdrawn')",
            name="drafts_phase",
        ),
        sa.CheckConstraint("discussion_until >= earliest_until", name="drafts_long_enough"),
        sa.CheckConstraint("(phase = 'adopted') = (act_number IS NOT NULL)", name="drafts_adopted"),
        sa.CheckConstraint("(phase = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="drafts_withdrawn"),
    )
    op.create_table(
        "versions",
        sa.Column("draft_id", sa.Uuid, sa.ForeignKey("drafts.id"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("clauses", postgresql.JSONB, nullable=False),
    )
    op.create_table(
        "opinions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("draft_id", sa.Uuid, sa.ForeignKey("drafts.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("on_version", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("conclusion", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text),
        sa.Column("author_scheme", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text),
        sa.Column("author_shown", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.CheckConstraint(
            "channel IN ('atameken', 'public_councils', 'accredited_ngos', 'legislation_institute', 'anti_corruption', 'scientific_legal', 'scientific_economic')",
            name="opinions_channel",
        ),
        sa.CheckConstraint(
            "conclusion IN ('supports', 'supports_with_remarks', 'objects')",
            name="opinions_conclusion",
        ),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("draft_id", sa.Uuid, sa.ForeignKey("drafts.id"), nullable=False),
        sa.Column("opinion_id", sa.Uuid, sa.ForeignKey("opinions.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("on_version", sa.Integer, nullable=False),
        sa.Column("clause", sa.Text),
        sa.Column("author_scheme", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text),
        sa.Column("author_shown", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("suggestion", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("rules", sa.Text),
        sa.Column("rules_version", sa.Text),
        sa.Column("calendar", sa.Text),
        sa.Column("overdue_recorded", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("answer_language", sa.Text),
        sa.Column("answer_clause", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_on", sa.Date),
        sa.Column("hidden_at", sa.DateTime(timezone=True)),
        sa.Column("hidden_ground", sa.Text),
        sa.Column("hidden_reason", sa.Text),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.CheckConstraint("outcome IN ('accepted', 'partly', 'not_accepted')", name="comments_outcome"),
        sa.CheckConstraint(
            "hidden_ground IN ('insult', 'personal_data', 'advertising', 'unlawful', 'off_topic')",
            name="comments_hidden_ground",
        ),
        sa.CheckConstraint("(opinion_id IS NULL) = (due_on IS NOT NULL)", name="comments_answer_owed"),
        sa.CheckConstraint("num_nulls(outcome, answer, answered_at, answered_on) IN (0, 4)", name="comments_answered"),
        sa.CheckConstraint("outcome IS DISTINCT FROM 'accepted' OR answer_clause IS NOT NULL", name="comments_accepted"),
        sa.CheckConstraint("num_nulls(hidden_at, hidden_ground, hidden_reason) IN (0, 3)", name="comments_hidden"),
    )
    op.create_table(
        "reports",
        sa.Column("draft_id", sa.Uuid, sa.ForeignKey("drafts.id"), primary_key=True),
        sa.Column("produced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB, nullable=False),
    )
    op.create_index("drafts_agency", "drafts", ["agency_bin", "id"])
    op.create_index("drafts_in_discussion", "drafts", ["discussion_until"], postgresql_where=sa.text("phase = 'discussion'"))
    op.create_index("opinions_draft", "opinions", ["draft_id", "id"])
    op.create_index("comments_draft", "comments", ["draft_id", "id"], postgresql_where=sa.text("opinion_id IS NULL"))
    op.create_index("comments_opinion", "comments", ["opinion_id", "id"], postgresql_where=sa.text("opinion_id IS NOT NULL"))
    op.create_index("comments_owed", "comments", ["due_on"], postgresql_where=sa.text("answered_at IS NULL AND NOT overdue_recorded AND due_on IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("reports")
    op.drop_table("comments")
    op.drop_table("opinions")
    op.drop_table("versions")
    op.drop_table("drafts")
    op.execute("DROP SEQUENCE draft_number")
