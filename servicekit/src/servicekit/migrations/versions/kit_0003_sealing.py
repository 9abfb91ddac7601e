"""The tree over the journal: each entry's leaf, the sealed order, checkpoints; private parts under keys of their own."""

import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from servicekit.journal import public_form
from servicekit.private_parts import Hidden, hide
from servicekit.tables import Xid8
from verifier.canonical import leaf_hash_of

revision = "kit_0003"
down_revision = "kit_0002"
branch_labels = None
depends_on = None

# What was sealed stays sealed; a private part's key may be destroyed, and nothing else be done to it.
APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON leaves, nodes, checkpoints, cosignatures FROM %I', current_user || '_app');
    EXECUTE format('REVOKE UPDATE ON private_keys FROM %I', current_user || '_app');
EXCEPTION WHEN undefined_object THEN NULL;
END
$$
"""
_BATCH = 1000
_OLD = sa.text(
    'SELECT "transaction", id, object_kind, object_id, object_version, event, "at", role, public::text AS public, '
    "private::text AS private, commitment "
    'FROM journal WHERE ("transaction", id) > (:transaction, :id) ORDER BY "transaction", id LIMIT :batch'
)
_FILL = sa.text(
    "UPDATE journal SET leaf = :leaf, hidden = :hidden, commitment = :commitment "
    'WHERE "transaction" = :transaction AND id = :id'
)
_KEY = sa.text("INSERT INTO private_keys (entry, key) VALUES (:entry, :key)")


def upgrade() -> None:
    op.create_table(
        "private_keys",
        sa.Column("entry", sa.Uuid, primary_key=True),
        sa.Column("scheme", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("(scheme IS NULL) = (number IS NULL)", name="private_keys_owner"),
    )
    op.create_index(
        "private_keys_owner", "private_keys", ["scheme", "number"], postgresql_where=sa.text("number IS NOT NULL")
    )
    op.add_column("journal", sa.Column("leaf", sa.LargeBinary))
    op.add_column("journal", sa.Column("hidden", sa.LargeBinary))
    _give_leaves()
    op.alter_column("journal", "leaf", nullable=False)
    op.drop_column("journal", "private")
    op.drop_column("journal", "salt")
    op.alter_column("journal", "hidden", new_column_name="private")
    _create_tree()
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    for table in ("cosignatures", "checkpoints", "nodes", "leaves", "private_keys"):
        op.drop_table(table)
    op.drop_column("journal", "leaf")
    op.drop_column("journal", "private")
    op.add_column("journal", sa.Column("private", sa.dialects.postgresql.JSONB))
    op.add_column("journal", sa.Column("salt", sa.LargeBinary))


def _create_tree() -> None:
    op.create_table(
        "leaves",
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("transaction", Xid8, nullable=False),
        sa.Column("entry", sa.Uuid, nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "nodes",
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("index", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
        sa.CheckConstraint("level > 0", name="nodes_level"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("cluster", sa.BigInteger, nullable=False),
        sa.Column("floor", Xid8, nullable=False),
    )
    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger, sa.ForeignKey("checkpoints.size"), nullable=False),
        sa.Column("witness", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness"),
    )


def _give_leaves() -> None:
    """Entries from before the tree get their leaf, and their private part the form of today; it belongs to nobody."""
    connection = op.get_bind()
    last: dict[str, Any] = {"transaction": 0, "id": UUID(int=0)}
    while rows := connection.execute(_OLD, {**last, "batch": _BATCH}).mappings().all():
        last = {name: rows[-1][name] for name in last}
        hidden = {row["id"]: hide(row["id"], json.loads(row["private"])) for row in rows if row["private"] is not None}
        connection.execute(_FILL, [_filled(dict(row), hidden.get(row["id"])) for row in rows])
        if hidden:
            connection.execute(_KEY, [{"entry": entry, "key": each.key} for entry, each in hidden.items()])


def _filled(row: dict[str, Any], hidden: Hidden | None) -> dict[str, Any]:
    # What lost its private part on a way down keeps the commitment that was published.
    commitment = row["commitment"] if hidden is None else hidden.commitment
    form = public_form({**row, "public": json.loads(row["public"]), "commitment": commitment})
    return {
        "transaction": row["transaction"],
        "id": row["id"],
        "leaf": leaf_hash_of(form),
        "hidden": None if hidden is None else hidden.sealed,
        "commitment": commitment,
    }
