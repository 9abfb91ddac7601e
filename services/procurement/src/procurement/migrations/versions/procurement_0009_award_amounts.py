"""Awards of one buyer, supplier, item, method, region or status are listed by amount without being sorted."""

from alembic import op

revision = "procurement_0009"
down_revision = "procurement_0008"
branch_labels = None
depends_on = None

COLUMNS = {
    "buyer": "buyer", "supplier": "supplier", "item": "item_code", "method": "method", "region": "region",
    "status": "status",
}  # fmt: skip


def upgrade() -> None:
    for name, column in COLUMNS.items():
        op.create_index(f"awards_{name}_amounts", "awards", [column, "amount", "id"])


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(f"awards_{name}_amounts", "awards")
