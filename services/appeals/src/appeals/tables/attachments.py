"""The files of appeals, in pieces, and where they stand."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from appeals.domain.attachments import State
from appeals.tables.schema import metadata
from servicekit.tables import one_of

# What comes is put down piece by piece before the act of attaching, so that no connection waits for a sender.
attachments = Table(
    "attachments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("filed_in", Uuid, ForeignKey("appeals.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("name", Text, nullable=False),
    Column("media_type", Text),
    Column("size", Integer),
    Column("sha256", LargeBinary),
    # In which role it was attached, and by the applicant or by the body.
    Column("role", Text),
    Column("attached_at", DateTime(timezone=True)),
    Column("scan_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("scanned_at", DateTime(timezone=True)),
    Column("finding", Text),
    one_of("attachments", "state", State),
    CheckConstraint("(state = 'receiving') = (attached_at IS NULL)", name="attachments_attached"),
    CheckConstraint("(state IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="attachments_scanned"),
    CheckConstraint("(state = 'infected') = (finding IS NOT NULL)", name="attachments_finding"),
    Index("attachments_receiving", "began_at", postgresql_where=text("state = 'receiving'")),
    Index("attachments_quarantined", "scan_at", postgresql_where=text("state = 'quarantined'")),
)
attachment_pieces = Table(
    "attachment_pieces",
    metadata,
    Column("attachment_id", Uuid, ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
# Where a file stands: in the appeal that it was attached to, and in the parts that were split off from that later.
attached = Table(
    "attached",
    metadata,
    Column("appeal_id", Uuid, ForeignKey("appeals.id"), primary_key=True),
    Column("attachment_id", Uuid, ForeignKey("attachments.id"), primary_key=True),
)
