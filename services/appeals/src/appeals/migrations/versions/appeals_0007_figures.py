"""Figures of appeals are kept; a body's register is found by kind, status and words; an answer says how long it took."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0007"
down_revision = "appeals_0003"
branch_labels = None
depends_on = None

COUNTED = ("filed", "forwarded", "answered", "withdrawn", "left", "refused_by_expiry", "extended")
CELL = ("period", "since", "agency", "kind", "synthetic")
EXPIRING = "status IN ('extended', 'forwarded', 'hearing', 'in_progress', 'registered', 'to_sign')"
# What is no letter or digit in a number or a subject parts words, so that each is found by its beginning.
WORDS = (
    "(to_tsvector('simple'::regconfig, translate((subject || ' '::text) || number,"
    " '-./_:@&=+~#'::text, '           '::text)) || array_to_tsvector(ARRAY[agency]))"
)


def cell() -> list["sa.Column[object]"]:
    return [
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
    ]


def upgrade() -> None:
    op.add_column("appeals", sa.Column("days_taken", sa.Integer))
    op.create_check_constraint("appeals_days_taken", "appeals", "days_taken >= 0")
    # What a register is filtered by is in its index, so that what it does not show is not read.
    op.drop_index("appeals_agency", "appeals")
    op.create_index("appeals_agency", "appeals", ["agency", "id"], postgresql_include=["status", "kind", "due_on"])
    op.create_index(
        "appeals_agency_status", "appeals", ["agency", "status", "id"], postgresql_include=["kind", "due_on"]
    )
    op.create_index("appeals_agency_kind", "appeals", ["agency", "kind", "id"], postgresql_include=["status", "due_on"])
    op.create_index("appeals_agency_due", "appeals", ["agency", "due_on"], postgresql_where=sa.text(EXPIRING))
    op.create_index("appeals_words", "appeals", [sa.text(WORDS)], postgresql_using="gin")
    op.create_table(
        "figures",
        *cell(),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTED),
        sa.PrimaryKeyConstraint(*CELL),
        sa.CheckConstraint("period IN ('month', 'year')", name="figures_period"),
    )
    op.create_table(
        "answer_days",
        *cell(),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(*CELL, "days"),
    )
    op.create_table(
        "counted",
        sa.Column("one", sa.Boolean, primary_key=True, server_default="true"),
        sa.Column("index", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one", name="counted_one"),
    )


def downgrade() -> None:
    for table in ("counted", "answer_days", "figures"):
        op.drop_table(table)
    for name in ("words", "agency_due", "agency_kind", "agency_status"):
        op.drop_index(f"appeals_{name}", "appeals")
    op.drop_index("appeals_agency", "appeals")
    op.create_index("appeals_agency", "appeals", ["agency", "id"])
    op.drop_constraint("appeals_days_taken", "appeals")
    op.drop_column("appeals", "days_taken")
