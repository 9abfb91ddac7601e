"""Complaints about answers and silence: to the body itself, and to the body above it."""

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
    Uuid,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from appeals.domain.complaint import LIVE, TO_COURT, Outcome, Status
from appeals.tables.schema import metadata
from servicekit.tables import one_of

_live = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(LIVE))))
_to_court = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(TO_COURT))))

complaints = Table(
    "complaints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("appeal_id", Uuid, ForeignKey("appeals.id"), nullable=False),
    Column("agency", Text, nullable=False),
    # The body above it; none where no state body stands there.
    Column("higher", Text),
    Column("applicant_scheme", Text, nullable=False),
    Column("applicant_id", Text, nullable=False),
    Column("applicant_name", Text),
    # The other parties and the channel of the appeal, as they are there.
    Column("participants", JSONB(none_as_null=True)),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("official", Text),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("learned_on", Date, nullable=False),
    Column("complain_by", Date, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("late_reason", Text),
    # The act that is challenged, as it was then, and who had a hand in it, by the tokens' subjects.
    Column("act", JSONB(none_as_null=True), nullable=False),
    Column("barred", ARRAY(Text), nullable=False),
    Column("correct_by", Date, nullable=False),
    Column("correction", Text),
    Column("correction_language", Text),
    Column("sent_up_on", Date),
    # The body's opinion, without which the complaint went up by law.
    Column("opinion", Text),
    Column("review_by", Date),
    Column("outcome", Text),
    Column("grounds", ARRAY(Text)),
    Column("ruling", Text),
    Column("ruling_language", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("court_from", Date),
    Column("court_until", Date),
    Column("rules", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    # That which gave the dates of the term that runs, and the newest that they were held to, if that is another.
    Column("calendar", Text, nullable=False),
    Column("recomputed_with", Text),
    Column("synthetic", Boolean, nullable=False, server_default=false()),
    one_of("complaints", "status", Status),
    one_of("complaints", "outcome", Outcome),
    CheckConstraint("agency <> higher", name="complaints_higher"),
    CheckConstraint("(status = 'corrected') = (correction IS NOT NULL)", name="complaints_corrected"),
    CheckConstraint("(status IN ('ruled', 'sent_back')) = (ruling IS NOT NULL)", name="complaints_ruling"),
    CheckConstraint("(ruling IS NULL) = (outcome IS NULL)", name="complaints_ruled"),
    CheckConstraint(
        "status <> 'under_review' OR (higher IS NOT NULL AND sent_up_on IS NOT NULL AND review_by IS NOT NULL)",
        name="complaints_under_review",
    ),
    CheckConstraint("(status IN ('filed', 'under_review')) = (ended_at IS NULL)", name="complaints_ended"),
    Index("complaints_live", "appeal_id", unique=True, postgresql_where=_live),
    Index("complaints_appeal", "appeal_id", "id"),
    Index("complaints_applicant", "applicant_scheme", "applicant_id", "id"),
    Index(
        "complaints_participants",
        "participants",
        postgresql_using="gin",
        postgresql_ops={"participants": "jsonb_path_ops"},
        postgresql_where=text("participants IS NOT NULL"),
    ),
    Index("complaints_agency", "agency", "id"),
    Index("complaints_higher", "higher", "id", postgresql_where=text("sent_up_on IS NOT NULL")),
    Index("complaints_correct_by", "correct_by", postgresql_where=text("status = 'filed'")),
    Index("complaints_review_by", "review_by", postgresql_where=text("status = 'under_review'")),
    Index("complaints_counted_with", text("COALESCE(recomputed_with, calendar)"), postgresql_where=_live),
    Index("complaints_court_until", "court_until", postgresql_where=_to_court),
)

# Written out rather than given as parameters, so that the partial indexes above can serve them.
is_live = complaints.c.status.in_([literal_column(f"'{status}'") for status in sorted(LIVE)])
to_court = complaints.c.status.in_([literal_column(f"'{status}'") for status in sorted(TO_COURT)])
complaint_counted_with = func.coalesce(complaints.c.recomputed_with, complaints.c.calendar)
