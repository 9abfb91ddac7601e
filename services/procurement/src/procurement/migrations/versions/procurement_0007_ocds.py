"""Releases and what processes come to; awards of other sources stand beside our own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "procurement_0007"
down_revision = "procurement_0006"
branch_labels = None
depends_on = None

OURS = "'announced', 'suspended', 'under_revision', 'final', 'contracted', 'cancelled'"
OPTIONAL = (
    *("tender_id", "tender_number", "lot_id", "lot_position", "lot_title", "bid_id", "allocated"),
    *("rules", "rules_version", "calendar"),
)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE release_position")
    op.create_table(
        "releases",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ocid", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("buyer", sa.Text),
        sa.Column("entry", sa.BigInteger, unique=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("content", postgresql.JSONB, nullable=False),
        sa.UniqueConstraint("ocid", "id", name="releases_once"),
    )
    op.create_index("releases_process", "releases", ["ocid", "position"])
    op.create_index("releases_buyer", "releases", ["buyer", "position"])
    op.create_index("releases_source", "releases", ["source", "position"])
    op.create_index("releases_date", "releases", ["date", "position"])
    op.create_table(
        "processes",
        sa.Column("ocid", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, unique=True),
        sa.Column("compiled", postgresql.JSONB, nullable=False),
    )
    op.create_index("processes_source", "processes", ["source", "ocid"])
    op.add_column("tenders", sa.Column("ocid", sa.Text, unique=True))
    op.execute("UPDATE tenders SET ocid = 'ocds-ashyq0-' || id")
    op.add_column("awards", sa.Column("source", sa.Text, nullable=False, server_default=sa.text("'ashyq'")))
    op.add_column("awards", sa.Column("ocid", sa.Text))
    op.add_column("awards", sa.Column("buyer_scheme", sa.Text, nullable=False, server_default=sa.text("'KZ-BIN'")))
    op.add_column("awards", sa.Column("currency", sa.Text, nullable=False, server_default=sa.text("'KZT'")))
    op.execute("UPDATE awards SET ocid = 'ocds-ashyq0-' || tender_id")
    for name in OPTIONAL:
        op.alter_column("awards", name, nullable=True)
    for name in ("awards_status", "awards_method", "awards_region", "awards_amount"):
        op.drop_constraint(name, "awards")
    op.create_check_constraint(
        "awards_status",
        "awards",
        f"status IN ({OURS}, 'pending', 'active', 'unsuccessful', '')",
    )
    op.create_check_constraint(
        "awards_method",
        "awards",
        "method IN ('rating-point', 'tender', 'auction', 'price-quotes', 'single-source',"
        " 'open', 'selective', 'limited', 'direct', '')",
    )
    op.create_check_constraint("awards_amount", "awards", "amount >= 0")
    op.create_check_constraint("awards_currency_code", "awards", "currency ~ '^[A-Z]{3}$'")
    op.create_check_constraint(
        "awards_ours",
        "awards",
        "source <> 'ashyq' OR (tender_id IS NOT NULL AND lot_id IS NOT NULL AND bid_id IS NOT NULL"
        " AND rules IS NOT NULL AND amount <= allocated AND currency = 'KZT')",
    )
    op.create_check_constraint("awards_tenders", "awards", "(source = 'ashyq') = (tender_id IS NOT NULL)")
    op.create_index(
        "awards_imported", "awards", ["source", "awarded_at", "id"], postgresql_where=sa.text("source <> 'ashyq'")
    )
    op.create_index(
        "awards_currency", "awards", ["currency", "awarded_at", "id"], postgresql_where=sa.text("currency <> 'KZT'")
    )


def downgrade() -> None:
    op.execute("DELETE FROM price_checks USING awards WHERE awards.id = award_id AND source <> 'ashyq'")
    op.execute("DELETE FROM awards WHERE source <> 'ashyq'")
    op.drop_index("awards_currency", "awards")
    op.drop_index("awards_imported", "awards")
    for name in ("awards_tenders", "awards_ours", "awards_currency_code", "awards_amount", "awards_method", "awards_status"):
        op.drop_constraint(name, "awards")
    op.create_check_constraint(
        "awards_status", "awards", f"status IN ({OURS})"
    )
    op.create_check_constraint(
        "awards_method",
        "awards",
        "method IN ('rating-point', 'tender', 'auction', 'price-quotes', 'single-source')",
    )
    op.create_check_constraint(
        "awards_region",
        "awards",
        "region IN ('KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-23', 'KZ-27', 'KZ-31', 'KZ-33', 'KZ-35', 'KZ-39', "
        "'KZ-43', 'KZ-47', 'KZ-55', 'KZ-59', 'KZ-61', 'KZ-62', 'KZ-63', 'KZ-71', 'KZ-75', 'KZ-79')",
    )
    op.create_check_constraint("awards_amount", "awards", "amount >= 0 AND amount <= allocated")
    for name in OPTIONAL:
        op.alter_column("awards", name, nullable=False)
    for name in ("currency", "buyer_scheme", "ocid", "source"):
        op.drop_column("awards", name)
    op.drop_column("tenders", "ocid")
    op.drop_table("processes")
    op.drop_table("releases")
    op.execute("DROP SEQUENCE release_position")
