"""The tables of appeals, and what the database itself holds them to."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    false,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from appeals.domain.appeal import OPEN, Kind, Outcome, Status
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

metadata = MetaData()

appeal_number = Sequence("appeal_number", increment=NUMBERS_A_BLOCK, metadata=metadata)


appeals = Table(
    "appeals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("forwarded_by", ARRAY(Text), nullable=False),
    Column("applicant_scheme", Text, nullable=False),
    Column("applicant_id", Text, nullable=False),
    Column("applicant_name", Text),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("contact", JSONB(none_as_null=True)),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("forward_by", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rules", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("week", Text, nullable=False),
    Column("outcome", Text),
    Column("answer", Text),
    Column("answer_language", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("synthetic", Boolean, nullable=False, server_default=false()),
    one_of("appeals", "kind", Kind),
    one_of("appeals", "status", Status),
    one_of("appeals", "outcome", Outcome),
    CheckConstraint("due_on >= registered_on", name="appeals_due_after_registration"),
    CheckConstraint("(status = 'answered') = (answer IS NOT NULL AND outcome IS NOT NULL)", name="appeals_answered"),
    Index("appeals_applicant", "applicant_scheme", "applicant_id", "id"),
    Index("appeals_agency", "agency", "id"),
    Index(
        "appeals_open_due",
        "due_on",
        postgresql_where=text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN)))),
    ),
)

# Written out rather than given as parameters, so that the partial index above can serve it.
is_open = appeals.c.status.in_([literal_column(f"'{status}'") for status in sorted(OPEN)])
