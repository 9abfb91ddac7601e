"""Contracts live on after their conclusion: signature, amendments, acceptances, payments, end, later debtors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "procurement_0011"
down_revision = "procurement_0010"
branch_labels = None
depends_on = None

_FROM_AWARD = """
UPDATE contracts
   SET method = awards.method, region = awards.region, rules = awards.rules, awarded = contracts.amount,
       law_on = (tenders.published_at AT TIME ZONE 'Asia/Almaty')::date, window_over_on = coalesce(awards.complaints_until, awards.awarded_on),
       drafted_at = contracts.concluded_at
  FROM awards, tenders
 WHERE awards.id = contracts.award_id AND tenders.id = contracts.tender_id
"""
_NEW: dict[str, Any] = {
    "method": sa.Text,
    "region": sa.Text,
    "rules": sa.Text,
    "law_on": sa.Date,
    "awarded": sa.BigInteger,
    "window_over_on": sa.Date,
    "drafted_at": sa.DateTime(timezone=True),
}
_COUNTED = ("advance", "accepted", "paid")
_SWITCHES = ("late", "supplier_is_debtor")
_CHECKS = {
    "contracts_status": "status IN ('draft', 'concluded', 'completed', 'refused', 'terminated')",
    "contracts_concluded": "status IN ('draft', 'refused') OR concluded_at IS NOT NULL",
    "contracts_end": "(status IN ('completed', 'refused', 'terminated')) = (ended_at IS NOT NULL)",
    "contracts_accepted": "accepted BETWEEN 0 AND amount AND advance BETWEEN 0 AND awarded",
    "contracts_paid": "paid BETWEEN 0 AND greatest(accepted, advance)",
}


def upgrade() -> None:
    for name, kind in _NEW.items():
        op.add_column("contracts", sa.Column(name, kind))
    op.execute(_FROM_AWARD)
    for name in _NEW:
        op.alter_column("contracts", name, nullable=False)
    for name in _COUNTED:
        op.add_column("contracts", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
        op.alter_column("contracts", name, server_default=None)
    for name in _SWITCHES:
        op.add_column("contracts", sa.Column(name, sa.Boolean, nullable=False, server_default="false"))
        op.alter_column("contracts", name, server_default=None)
    op.add_column("contracts", sa.Column("deliver_by", sa.Date))
    op.add_column("contracts", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("contracts", sa.Column("debtor_asked_on", sa.Date))
    op.alter_column("contracts", "concluded_at", nullable=True)
    op.drop_constraint("contracts_status", "contracts")
    for name, check in _CHECKS.items():
        op.create_check_constraint(name, "contracts", check)
    op.create_index("contracts_status", "contracts", ["status", "id"])
    op.create_index("contracts_region", "contracts", ["region", "id"])
    op.create_index("contracts_amounts", "contracts", ["amount", "id"])
    op.create_index("contracts_late", "contracts", ["id"], postgresql_where=sa.text("late"))
    live = sa.text("status IN ('draft', 'concluded')")
    op.create_index("contracts_live", "contracts", ["debtor_asked_on", "id"], postgresql_where=live)
    _create_acts()


def downgrade() -> None:
    op.drop_table("contract_acts")
    for name in ("contracts_live", "contracts_late", "contracts_amounts", "contracts_region", "contracts_status"):
        op.drop_index(name, "contracts")
    for name in _CHECKS:
        op.drop_constraint(name, "contracts")
    # What the older form has no word for is a contract that was concluded.
    op.execute("UPDATE contracts SET status = 'concluded', concluded_at = coalesce(concluded_at, drafted_at)")
    op.alter_column("contracts", "concluded_at", nullable=False)
    op.create_check_constraint("contracts_status", "contracts", "status IN ('concluded')")
    for name in ("deliver_by", "ended_at", "debtor_asked_on", *_SWITCHES, *_COUNTED, *_NEW):
        op.drop_column("contracts", name)


def _create_acts() -> None:
    op.create_table(
        "contract_acts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("contract_id", sa.Uuid, sa.ForeignKey("contracts.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("amount_before", sa.BigInteger),
        sa.Column("deliver_by", sa.Date),
        sa.Column("reason", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("late_by", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('amendment', 'acceptance', 'payment')", name="contract_acts_kind"),
        sa.CheckConstraint("amount > 0", name="contract_acts_amount"),
        sa.CheckConstraint("(kind = 'amendment') = (reason IS NOT NULL)", name="contract_acts_reason"),
        sa.CheckConstraint("(kind = 'amendment') = (amount_before IS NOT NULL)", name="contract_acts_before"),
    )
    op.create_index("contract_acts_contract", "contract_acts", ["contract_id", "id"])
