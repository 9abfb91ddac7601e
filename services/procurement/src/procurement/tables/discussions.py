"""The comments on drafts that are discussed before their publication."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid

from procurement.domain import discussion
from procurement.tables.schema import metadata
from servicekit.tables import one_of

comments = Table(
    "comments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("party_id", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text),
    Column("answered_at", DateTime(timezone=True)),
    one_of("comments", "status", list(discussion.Status)),
    CheckConstraint("(status = 'answered') = (answer IS NOT NULL)", name="comments_answered"),
    Index("comments_tender", "tender_id", "id"),
)
