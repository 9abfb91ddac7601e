"""Tenders with lots, sealed bids, awards, complaints and contracts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "procurement_0001"
down_revision = None
branch_labels = ("procurement",)
depends_on = ("kit_0001",)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE tender_number INCREMENT BY 32")
    op.execute("CREATE SEQUENCE contract_number INCREMENT BY 32")
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.UniqueConstraint("scheme", "number", name="parties_number"),
    )
    op.create_table(
        "tenders",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("buyer_name", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("profile_version", sa.Text, nullable=False),
        sa.Column("profile_hash", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text),
        sa.Column("calendar", sa.Text),
        sa.Column("bids_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'opened', 'evaluated', 'cancelled')",
            name="tenders_status",
        ),
        sa.CheckConstraint(
            "method IN ('rating-point', 'tender', 'auction', 'price-quotes', 'single-source')",
            name="tenders_method",
        ),
        sa.CheckConstraint(
            "region IN ('KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-23', 'KZ-27', 'KZ-31', 'KZ-33', 'KZ-35', 'KZ-39', 'KZ-43', 'KZ-47', 'KZ-55', 'KZ-59', 'KZ-61', 'KZ-62', 'KZ-63', 'KZ-71', 'KZ-75', 'KZ-79')",
            name="tenders_region",
        ),
        sa.CheckConstraint("amount > 0", name="tenders_amount"),
        sa.CheckConstraint(
            "status IN ('draft', 'cancelled') OR (published_at IS NOT NULL AND calendar IS NOT NULL)",
            name="tenders_published",
        ),
    )
    op.create_index("tenders_buyer", "tenders", ["buyer", "id"])
    op.create_index("tenders_due", "tenders", ["bids_until"], postgresql_where=sa.text("status = 'published'"))
    op.create_index("tenders_opened", "tenders", ["opened_at"], postgresql_where=sa.text("status = 'opened'"))
    op.create_index("tenders_region", "tenders", ["region", "id"])
    op.create_index("tenders_status", "tenders", ["status", "id"])
    op.create_table(
        "lots",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", postgresql.JSONB, nullable=False),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_name", sa.Text, nullable=False),
        sa.Column("quantity", sa.Numeric, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("weights", postgresql.JSONB, nullable=False),
        sa.Column("warranty_months", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("result", postgresql.JSONB),
        sa.UniqueConstraint("tender_id", "position", name="lots_position"),
        sa.CheckConstraint("outcome IN ('awarded', 'undecided', 'no_bids', 'none_admitted')", name="lots_outcome"),
        sa.CheckConstraint("amount > 0 AND quantity > 0 AND warranty_months >= 0", name="lots_numbers"),
        sa.CheckConstraint("(outcome IS NULL) = (result IS NULL)", name="lots_result"),
    )
    op.create_table(
        "bids",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), nullable=False),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("debtor_check", sa.Text, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("content", postgresql.JSONB),
        sa.Column("salt", sa.Text),
        sa.Column("refusal", sa.Text),
        sa.UniqueConstraint("lot_id", "party_id", name="bids_one_per_supplier"),
        sa.CheckConstraint("status IN ('sealed', 'withdrawn', 'opened', 'evaluated')", name="bids_status"),
        sa.CheckConstraint(
            "debtor_check IN ('clear', 'debtor', 'pending', 'not_applicable')",
            name="bids_debtor_check",
        ),
        sa.CheckConstraint(
            "(status IN ('opened', 'evaluated')) = (content IS NOT NULL AND salt IS NOT NULL)",
            name="bids_sealed",
        ),
    )
    op.create_index("bids_tender", "bids", ["tender_id", "id"])
    op.create_table(
        "awards",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("tender_number", sa.Text, nullable=False),
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), nullable=False, unique=True),
        sa.Column("lot_position", sa.Integer, nullable=False),
        sa.Column("lot_title", postgresql.JSONB, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("buyer_name", sa.Text, nullable=False),
        sa.Column("bid_id", sa.Uuid, sa.ForeignKey("bids.id"), nullable=False),
        sa.Column("supplier", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("supplier_scheme", sa.Text, nullable=False),
        sa.Column("supplier_number", sa.Text),
        sa.Column("supplier_name", sa.Text),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_name", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("allocated", sa.BigInteger, nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_on", sa.Date, nullable=False),
        sa.Column("complaints_until", sa.Date, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("words", postgresql.TSVECTOR, nullable=False),
        sa.CheckConstraint(
            "status IN ('announced', 'suspended', 'final', 'contracted', 'cancelled')",
            name="awards_status",
        ),
        sa.CheckConstraint(
            "method IN ('rating-point', 'tender', 'auction', 'price-quotes', 'single-source')",
            name="awards_method",
        ),
        sa.CheckConstraint(
            "region IN ('KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-23', 'KZ-27', 'KZ-31', 'KZ-33', 'KZ-35', 'KZ-39', 'KZ-43', 'KZ-47', 'KZ-55', 'KZ-59', 'KZ-61', 'KZ-62', 'KZ-63', 'KZ-71', 'KZ-75', 'KZ-79')",
            name="awards_region",
        ),
        sa.CheckConstraint("amount >= 0 AND amount <= allocated", name="awards_amount"),
        sa.CheckConstraint(
            "supplier_scheme <> 'KZ-IIN' OR (supplier_number IS NULL AND supplier_name IS NULL)",
            name="awards_persons",
        ),
    )
    op.create_index("awards_amounts", "awards", ["amount", "id"])
    op.create_index("awards_buyer", "awards", ["buyer", "awarded_at", "id"])
    op.create_index("awards_item", "awards", ["item_code", "awarded_at", "id"])
    op.create_index("awards_method", "awards", ["method", "awarded_at", "id"])
    op.create_index("awards_newest", "awards", ["awarded_at", "id"])
    op.create_index(
        "awards_open_window", "awards", ["complaints_until"], postgresql_where=sa.text("status = 'announced'")
    )
    op.create_index("awards_region", "awards", ["region", "awarded_at", "id"])
    op.create_index("awards_status", "awards", ["status", "awarded_at", "id"])
    op.create_index("awards_supplier", "awards", ["supplier", "awarded_at", "id"])
    op.create_index("awards_tender", "awards", ["tender_id"])
    op.create_index("awards_words", "awards", ["words"], postgresql_using="gin")
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("award_id", sa.Uuid, sa.ForeignKey("awards.id"), nullable=False),
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), nullable=False),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("award_id", "party_id", name="complaints_one_per_supplier"),
        sa.CheckConstraint("status IN ('open', 'upheld', 'dismissed', 'lapsed')", name="complaints_status"),
        sa.CheckConstraint("(status IN ('upheld', 'dismissed')) = (reason IS NOT NULL)", name="complaints_decided"),
    )
    op.create_index("complaints_lot", "complaints", ["lot_id", "id"])
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("tender_id", sa.Uuid, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("tender_number", sa.Text, nullable=False),
        sa.Column("lot_id", sa.Uuid, sa.ForeignKey("lots.id"), nullable=False),
        sa.Column("award_id", sa.Uuid, sa.ForeignKey("awards.id"), nullable=False, unique=True),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("buyer_name", sa.Text, nullable=False),
        sa.Column("supplier", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("supplier_scheme", sa.Text, nullable=False),
        sa.Column("supplier_number", sa.Text),
        sa.Column("supplier_name", sa.Text),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('concluded')", name="contracts_status"),
    )
    op.create_index("contracts_buyer", "contracts", ["buyer", "id"])
    op.create_index("contracts_supplier", "contracts", ["supplier", "id"])


def downgrade() -> None:
    for table in ("contracts", "complaints", "awards", "bids", "lots", "tenders", "parties"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE contract_number")
    op.execute("DROP SEQUENCE tender_number")
