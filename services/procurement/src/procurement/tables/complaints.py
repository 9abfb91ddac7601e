"""The tables of results that are complained about: the complaints, and every protocol of a lot's result."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from procurement.domain import complaint
from procurement.domain.evaluation import Outcome
from procurement.tables.schema import metadata
from servicekit.tables import one_of

complaints = Table(
    "complaints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("award_id", Uuid, ForeignKey("awards.id"), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("party_id", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("grounds", JSONB, nullable=False, server_default=text("""'["other"]'""")),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("reviewer", Text, nullable=False, server_default=text("'authorised_body'")),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("complaints_until", Date, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("remedy", Text),
    Column("orders", JSONB(none_as_null=True)),
    one_of("complaints", "status", list(complaint.Status)),
    one_of("complaints", "reviewer", list(complaint.Reviewer)),
    one_of("complaints", "remedy", list(complaint.Remedy)),
    CheckConstraint(
        "(status IN ('upheld', 'partly_upheld', 'dismissed', 'returned')) = (reason IS NOT NULL)",
        name="complaints_decided",
    ),
    Index("complaints_lot", "lot_id", "id"),
    # A returned or withdrawn one does not stand in the way of another.
    Index(
        "complaints_one_per_supplier",
        "award_id",
        "revision",
        "party_id",
        unique=True,
        postgresql_where=text("status NOT IN ('returned', 'withdrawn')"),
    ),
)

# The result of a lot as it was reached each time: revision 1, and one more for each ruling that had it evaluated again.
protocols = Table(
    "protocols",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    Column("complaint_id", Uuid, ForeignKey("complaints.id")),
    UniqueConstraint("lot_id", "revision", name="protocols_revision"),
    one_of("protocols", "outcome", list(Outcome)),
    Index("protocols_tender", "tender_id", "id"),
)
