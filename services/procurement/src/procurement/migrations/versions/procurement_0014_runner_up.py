"""When the first supplier does not sign the contract, the second is called; if nobody signs, the lot has failed."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0014"
down_revision = "procurement_0013"
branch_labels = None
depends_on = None

_OUTCOMES = "outcome IN ('awarded', 'undecided', 'no_bids', 'none_admitted'{more})"
_CHECKS = {
    "contracts_status": "status IN ('draft', 'concluded', 'completed', 'refused'{more}, 'terminated')",
    "contracts_concluded": "status IN ('draft', 'refused'{more}) OR concluded_at IS NOT NULL",
    "contracts_end": "(status IN ('completed', 'refused'{more}, 'terminated')) = (ended_at IS NOT NULL)",
}


def upgrade() -> None:
    op.add_column("contracts", sa.Column("place", sa.Integer, nullable=False, server_default="1"))
    op.drop_constraint("contracts_award_id_key", "contracts")
    op.create_unique_constraint("contracts_place", "contracts", ["award_id", "place"])
    op.create_check_constraint("contracts_places", "contracts", "place IN (1, 2)")
    _check(evaded=", 'evaded'", not_concluded=", 'not_concluded'")


def downgrade() -> None:
    _check(evaded="", not_concluded="")
    op.drop_constraint("contracts_places", "contracts")
    op.drop_constraint("contracts_place", "contracts")
    op.create_unique_constraint("contracts_award_id_key", "contracts", ["award_id"])
    op.drop_column("contracts", "place")


def _check(*, evaded: str, not_concluded: str) -> None:
    for name, check in _CHECKS.items():
        op.drop_constraint(name, "contracts")
        op.create_check_constraint(name, "contracts", check.format(more=evaded))
    for table in ("lots", "protocols"):
        op.drop_constraint(f"{table}_outcome", table)
        op.create_check_constraint(f"{table}_outcome", table, _OUTCOMES.format(more=not_concluded))
