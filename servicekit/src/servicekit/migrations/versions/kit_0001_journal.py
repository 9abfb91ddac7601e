"""The journal with its gate, stored replies, and the record of who looked at what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.tables import Xid8

revision = "kit_0001"
down_revision = None
branch_labels = ("kit",)
depends_on = None

# Entries below the gate can no longer be preceded by another: every transaction of this database with a smaller
# number has ended. A snapshot is server-wide, so transactions that are seen at work in other databases are left out;
# one that is not seen anywhere is waited for. The definer may see all sessions, the caller only gets a number.
GATE = """
CREATE FUNCTION journal_gate() RETURNS xid8
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (SELECT running.id
           FROM pg_snapshot_xip(pg_current_snapshot()) AS running(id)
          WHERE NOT EXISTS (
                SELECT FROM pg_stat_activity AS session
                 WHERE session.backend_xid = running.id::xid AND session.datname <> current_database())
          ORDER BY running.id
          LIMIT 1),
        pg_snapshot_xmax(pg_current_snapshot()))
$$
"""

# What is entered stays entered: the application may add to these tables and read them, nothing else. Its role is
# named after the owner's; where there is none (a developer's own database), there is nobody to forbid.
APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON journal, accesses FROM %I', current_user || '_app');
EXCEPTION WHEN undefined_object THEN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("transaction", Xid8, nullable=False, server_default=sa.text("pg_current_xact_id()")),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("object_kind", sa.Text, nullable=False),
        sa.Column("object_id", sa.Uuid, nullable=False),
        sa.Column("object_version", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("public", postgresql.JSONB, nullable=False),
        sa.Column("private", postgresql.JSONB),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("commitment", sa.LargeBinary),
        sa.PrimaryKeyConstraint("transaction", "id"),
    )
    op.create_index("journal_object", "journal", ["object_id", "object_version", "id"])
    op.execute(GATE)
    op.create_table(
        "replies",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", postgresql.JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("subject", "method", "path", "key"),
    )
    op.create_index("replies_stored_at", "replies", ["stored_at"])
    op.create_table(
        "accesses",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("objects", sa.ARRAY(sa.Uuid), nullable=False),
    )
    op.create_index("accesses_objects", "accesses", ["objects"], postgresql_using="gin")
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("accesses")
    op.drop_table("replies")
    op.execute("DROP FUNCTION journal_gate()")
    op.drop_table("journal")
