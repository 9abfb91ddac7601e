"""The tables that every service has beside its own: journal and its tree, replies, who looked at what, notices."""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import UserDefinedType


def one_of(table: str, name: str, values: Iterable[str]) -> CheckConstraint:
    """The check that a text column holds one of these words."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({allowed})", name=f"{table}_{name}")


class Xid8(UserDefinedType[int]):
    """A transaction's number, as PostgreSQL counts them for the life of a cluster."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("transaction", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("id", Uuid, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("object_version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("role", Text, nullable=False),
    Column("public", JSONB, nullable=False),
    Column("private", LargeBinary),
    Column("commitment", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    PrimaryKeyConstraint("transaction", "id"),
    Index("journal_object", "object_id", "object_version", "id"),
)

# The key of each entry's private part, by whose data it is; without its key a private part is gone.
private_keys = Table(
    "private_keys",
    metadata,
    Column("entry", Uuid, primary_key=True),
    Column("scheme", Text),
    Column("number", Text),
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("(scheme IS NULL) = (number IS NULL)", name="private_keys_owner"),
    Index("private_keys_owner", "scheme", "number", postgresql_where=text("number IS NOT NULL")),
)

# The sealed entries in their order, which is that of the tree's leaves.
leaves = Table(
    "leaves",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("transaction", Xid8, nullable=False),
    Column("entry", Uuid, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)

# The hash of every 256 leaves (level 1), of every 256 such hashes (level 2), and so on.
nodes = Table(
    "nodes",
    metadata,
    Column("level", SmallInteger, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "index"),
    CheckConstraint("level > 0", name="nodes_level"),
)

# `floor` is a transaction of this cluster before which nothing is unsealed; in another it says nothing.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("cluster", BigInteger, nullable=False),
    Column("floor", Xid8, nullable=False),
)

cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, ForeignKey("checkpoints.size"), nullable=False),
    Column("witness", Text, nullable=False),
    Column("line", Text, nullable=False),
    PrimaryKeyConstraint("size", "witness"),
)

replies = Table(
    "replies",
    metadata,
    Column("subject", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    PrimaryKeyConstraint("subject", "method", "path", "key"),
    Index("replies_stored_at", "stored_at"),
)

accesses = Table(
    "accesses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("role", Text, nullable=False),
    Column("agency", Text),
    Column("operation", Text, nullable=False),
    Column("objects", ARRAY(Uuid), nullable=False),
    Index("accesses_objects", "objects", postgresql_using="gin"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("scheme", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("text", JSONB, nullable=False),
    # By the database's own clock, in the transaction that makes what is told readable; unknown of the oldest.
    Column("available_at", DateTime(timezone=True), server_default=text("clock_timestamp()")),
    Index("notices_recipient", "scheme", "number", "id"),
    Index("notices_object", "object_id"),
)

# When the addressee of a notice first read what it is about.
notice_readings = Table(
    "notice_readings",
    metadata,
    Column("notice", Uuid, ForeignKey("notices.id"), primary_key=True),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

# An address is kept for as long as it is needed, and no longer.
deliveries = Table(
    "deliveries",
    metadata,
    Column("notice", Uuid, ForeignKey("notices.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text),
    Column("language", Text),
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("try_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("delivered_at", DateTime(timezone=True)),
    Column("failure", Text),
    PrimaryKeyConstraint("notice", "channel"),
    CheckConstraint("state IN ('queued', 'delivered', 'failed')", name="deliveries_state"),
    CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="deliveries_delivered"),
    CheckConstraint("(state = 'queued') = (address IS NOT NULL)", name="deliveries_address"),
    Index("deliveries_due", "try_at", postgresql_where=text("state = 'queued'")),
)
