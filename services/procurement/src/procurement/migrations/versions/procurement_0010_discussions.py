"""Drafts that are discussed before their publication, and the comments on them."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0010"
down_revision = "procurement_0009"
branch_labels = None
depends_on = None

STATUSES = "status IN ('draft', {}'published', 'opened', 'evaluated', 'cancelled')"
PUBLISHED = "status IN ('draft', {}'cancelled') OR (published_at IS NOT NULL AND calendar IS NOT NULL)"


def upgrade() -> None:
    _check("'in_discussion', ")
    op.add_column("tenders", sa.Column("discussion_opened_at", sa.DateTime(timezone=True)))
    op.add_column("tenders", sa.Column("comments_until", sa.Date))
    op.add_column("tenders", sa.Column("bids_from", sa.DateTime(timezone=True)))
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('open', 'answered')", name="comments_status"),
        sa.CheckConstraint("(status = 'answered') = (answer IS NOT NULL)", name="comments_answered"),
    )
    op.create_index("comments_tender", "comments", ["tender_id", "id"])


def downgrade() -> None:
    op.drop_table("comments")
    for name in ("bids_from", "comments_until", "discussion_opened_at"):
        op.drop_column("tenders", name)
    _check("")


def _check(also: str) -> None:
    for name, condition in (("tenders_status", STATUSES), ("tenders_published", PUBLISHED)):
        op.drop_constraint(name, "tenders")
        op.create_check_constraint(name, "tenders", condition.format(also))
