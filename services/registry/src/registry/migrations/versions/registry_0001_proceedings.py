"""Proceedings, the register of their debtors, restrictions and distributions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "registry_0001"
down_revision = None
branch_labels = ("registry",)
depends_on = ("kit_0001",)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE proceeding_number INCREMENT BY 32")
    op.create_table(
        "proceedings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("debtor_scheme", sa.Text, nullable=False),
        sa.Column("debtor_id", sa.Text, nullable=False),
        sa.Column("debtor_name", sa.Text, nullable=False),
        sa.Column("claims", postgresql.JSONB, nullable=False),
        sa.Column("claimed_tiyn", sa.BigInteger, nullable=False),
        sa.Column("paid_tiyn", sa.BigInteger, nullable=False),
        sa.Column("bailiff", sa.Text, nullable=False),
        sa.Column("bailiff_name", sa.Text),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opening_due_on", sa.Date, nullable=False),
        sa.Column("opening_overdue", sa.Boolean, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("ground", sa.Text),
        sa.CheckConstraint("status IN ('received', 'opened', 'closed')", name="proceedings_status"),
        sa.CheckConstraint(
            "ground IN ('paid', 'withdrawn', 'impossible', 'document_cancelled', 'debtor_ceased', 'bankruptcy')",
            name="proceedings_ground",
        ),
        sa.CheckConstraint("debtor_scheme IN ('KZ-IIN', 'KZ-BIN')", name="proceedings_debtor_scheme"),
        sa.CheckConstraint("paid_tiyn BETWEEN 0 AND claimed_tiyn", name="proceedings_never_overpaid"),
        sa.CheckConstraint("(status = 'received') = (opened_at IS NULL)", name="proceedings_opened"),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL AND ground IS NOT NULL)", name="proceedings_closed"
        ),
    )
    op.create_index("proceedings_bailiff", "proceedings", ["bailiff", "id"])
    op.create_index(
        "proceedings_to_open",
        "proceedings",
        ["opening_due_on"],
        postgresql_where=sa.text("status = 'received' AND NOT opening_overdue"),
    )
    op.create_table(
        "debtors",
        sa.Column("proceeding", sa.Uuid, sa.ForeignKey("proceedings.id"), primary_key=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date),
        sa.Column("words", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("fathers", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.CheckConstraint("(scheme = 'KZ-IIN') = (birth_date IS NOT NULL)", name="debtors_people_have_birth_dates"),
    )
    of_person, of_company = sa.text("scheme = 'KZ-IIN'"), sa.text("scheme = 'KZ-BIN'")
    op.create_index("debtors_number", "debtors", ["number", "proceeding"])
    op.create_index("debtors_person", "debtors", ["birth_date", "words"], postgresql_where=of_person)
    op.create_index("debtors_company", "debtors", ["proceeding"], postgresql_where=of_company)
    op.create_index(
        "debtors_company_words", "debtors", ["words"], postgresql_using="gin", postgresql_where=of_company
    )
    op.create_table(
        "restrictions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("proceeding", sa.Uuid, sa.ForeignKey("proceedings.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('exit', 'licence', 'account', 'property', 'vehicle')", name="restrictions_kind"
        ),
        sa.CheckConstraint("ground IN ('debt', 'periodic_payments', 'security')", name="restrictions_ground"),
    )
    op.create_index("restrictions_proceeding", "restrictions", ["proceeding", "id"])
    op.create_index(
        "restrictions_in_force",
        "restrictions",
        ["proceeding", "kind"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "distributions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("proceeding", sa.Uuid, sa.ForeignKey("proceedings.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proceeds_tiyn", sa.BigInteger, nullable=False),
        sa.Column("surplus_tiyn", sa.BigInteger, nullable=False),
        sa.Column("shares", postgresql.JSONB, nullable=False),
        sa.CheckConstraint("surplus_tiyn BETWEEN 0 AND proceeds_tiyn", name="distributions_surplus"),
    )
    op.create_index("distributions_proceeding", "distributions", ["proceeding", "id"])


def downgrade() -> None:
    for table in ("distributions", "restrictions", "debtors", "proceedings"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE proceeding_number")
