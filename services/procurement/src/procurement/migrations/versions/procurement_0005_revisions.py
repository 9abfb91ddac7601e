"""Grounds, reviewers and remedies of complaints, revisions of results, and every protocol of a result."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "procurement_0005"
down_revision = "procurement_0004"
branch_labels = None
depends_on = None

AWARDS = "status IN ('announced', 'suspended', {}'final', 'contracted', 'cancelled')"
COMPLAINTS = "status IN ('open', 'upheld', {}'dismissed', {}'lapsed')"


def upgrade() -> None:
    op.add_column("awards", sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("1")))
    op.alter_column("awards", "complaints_until", nullable=True)
    op.drop_constraint("awards_status", "awards")
    op.create_check_constraint("awards_status", "awards", AWARDS.format("'under_revision', "))
    for column in (
        sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("grounds", postgresql.JSONB, nullable=False, server_default=sa.text("""'["other"]'""")),
        sa.Column("reviewer", sa.Text, nullable=False, server_default=sa.text("'authorised_body'")),
        sa.Column("complaints_until", sa.Date),
        sa.Column("remedy", sa.Text),
        sa.Column("orders", postgresql.JSONB),
    ):
        op.add_column("complaints", column)
    op.execute("UPDATE complaints SET remedy = 'cancellation' WHERE status = 'upheld'")
    op.execute(
        "UPDATE complaints SET complaints_until = awards.complaints_until FROM awards WHERE awards.id = complaints.award_id"
    )
    op.alter_column("complaints", "complaints_until", nullable=False)
    op.drop_constraint("complaints_status", "complaints")
    op.drop_constraint("complaints_decided", "complaints")
    op.drop_constraint("complaints_one_per_supplier", "complaints")
    op.create_check_constraint(
        "complaints_status", "complaints", COMPLAINTS.format("'partly_upheld', ", "'returned', 'withdrawn', ")
    )
    op.create_check_constraint(
        "complaints_decided",
        "complaints",
        "(status IN ('upheld', 'partly_upheld', 'dismissed', 'returned')) = (reason IS NOT NULL)",
    )
    op.create_check_constraint("complaints_reviewer", "complaints", "reviewer IN ('buyer', 'authorised_body')")
    op.create_check_constraint("complaints_remedy", "complaints", "remedy IN ('cancellation', 'revision')")
    op.create_index(
        "complaints_one_per_supplier",
        "complaints",
        ["award_id", "revision", "party_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('returned', 'withdrawn')"),
    )
    op.create_table(
        "protocols",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("result", postgresql.JSONB, nullable=False),
        sa.Column("complaint_id", sa.Uuid, sa.ForeignKey("complaints.id")),
        sa.UniqueConstraint("lot_id", "revision", name="protocols_revision"),
        sa.CheckConstraint("outcome IN ('awarded', 'undecided', 'no_bids', 'none_admitted')", name="protocols_outcome"),
    )
    op.create_index("protocols_tender", "protocols", ["tender_id", "id"])


def downgrade() -> None:
    op.drop_table("protocols")
    op.drop_index("complaints_one_per_supplier", "complaints")
    for name in ("complaints_status", "complaints_decided"):
        op.drop_constraint(name, "complaints")
    for name in ("orders", "remedy", "complaints_until", "reviewer", "grounds", "revision"):
        op.drop_column("complaints", name)
    op.create_check_constraint("complaints_status", "complaints", COMPLAINTS.format("", ""))
    op.create_check_constraint(
        "complaints_decided", "complaints", "(status IN ('upheld', 'dismissed')) = (reason IS NOT NULL)"
    )
    op.create_unique_constraint("complaints_one_per_supplier", "complaints", ["award_id", "party_id"])
    op.drop_constraint("awards_status", "awards")
    op.create_check_constraint("awards_status", "awards", AWARDS.format(""))
    op.alter_column("awards", "complaints_until", nullable=False)
    op.drop_column("awards", "revision")
