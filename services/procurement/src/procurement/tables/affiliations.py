"""Who declared to be affiliated with whom."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, Uuid

from procurement.tables.schema import metadata

# Put down when a bid is opened, so that it is public from the first. Natural persons are not named in it.
affiliations = Table(
    "affiliations",
    metadata,
    Column("party_id", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("scheme", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
    Column("declared_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("party_id", "scheme", "number"),
    Index("affiliations_other", "scheme", "number"),
)
