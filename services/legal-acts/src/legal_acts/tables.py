"""The tables of drafts and what is said of them, and what the database itself holds them to."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from legal_acts.domain.comment import Ground, Outcome
from legal_acts.domain.draft import OPEN, Phase
from legal_acts.domain.opinion import Channel, Conclusion
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

metadata = MetaData()

draft_number = Sequence("draft_number", increment=NUMBERS_A_BLOCK, metadata=metadata)


drafts = Table(
    "drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("agency_bin", Text, nullable=False),
    Column("agency_name", JSONB, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("sought", Text, nullable=False),  # number and titles, for the search
    Column("languages", ARRAY(Text), nullable=False),
    Column("current", Integer, nullable=False),  # the number of the text's last version
    Column("clause_ids", ARRAY(Text), nullable=False),  # all that the text ever had, so that none is given twice
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("discussion_until", Date, nullable=False),
    Column("earliest_until", Date, nullable=False),
    Column("rules", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("reported_at", DateTime(timezone=True)),
    Column("adopted_at", DateTime(timezone=True)),
    Column("act_number", Text),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_reason", Text),
    one_of("drafts", "phase", Phase),
    CheckConstraint("discussion_until >= earliest_until", name="drafts_long_enough"),
    CheckConstraint("(phase = 'adopted') = (act_number IS NOT NULL)", name="drafts_adopted"),
    CheckConstraint("(phase = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="drafts_withdrawn"),
    Index("drafts_agency", "agency_bin", "id"),
    Index("drafts_in_discussion", "discussion_until", postgresql_where=text("phase = 'discussion'")),
)

versions = Table(
    "versions",
    metadata,
    Column("draft_id", Uuid, ForeignKey("drafts.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("digest", Text, nullable=False),
    Column("clauses", JSONB, nullable=False),
)

opinions = Table(
    "opinions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("draft_id", Uuid, ForeignKey("drafts.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("on_version", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("conclusion", Text, nullable=False),
    Column("organisation", Text),
    Column("author_scheme", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_name", Text),
    Column("author_shown", Text),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    one_of("opinions", "channel", Channel),
    one_of("opinions", "conclusion", Conclusion),
    Index("opinions_draft", "draft_id", "id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("draft_id", Uuid, ForeignKey("drafts.id"), nullable=False),
    Column("opinion_id", Uuid, ForeignKey("opinions.id")),  # set when it is about an opinion rather than the draft
    Column("version", Integer, nullable=False),
    Column("on_version", Integer, nullable=False),
    Column("clause", Text),
    Column("author_scheme", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author_name", Text),
    Column("author_shown", Text),
    Column("text", Text, nullable=False),
    Column("suggestion", Text),
    Column("language", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date),
    Column("rules", Text),
    Column("rules_version", Text),
    Column("calendar", Text),
    Column("overdue_recorded", Boolean, nullable=False),
    Column("outcome", Text),
    Column("answer", Text),
    Column("answer_language", Text),
    Column("answer_clause", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_on", Date),  # the local day, by which an answer is in time or late
    Column("hidden_at", DateTime(timezone=True)),
    Column("hidden_ground", Text),
    Column("hidden_reason", Text),
    Column("synthetic", Boolean, nullable=False),
    one_of("comments", "outcome", Outcome),
    one_of("comments", "hidden_ground", Ground),
    CheckConstraint("(opinion_id IS NULL) = (due_on IS NOT NULL)", name="comments_answer_owed"),
    CheckConstraint("num_nulls(outcome, answer, answered_at, answered_on) IN (0, 4)", name="comments_answered"),
    CheckConstraint("outcome IS DISTINCT FROM 'accepted' OR answer_clause IS NOT NULL", name="comments_accepted"),
    CheckConstraint("num_nulls(hidden_at, hidden_ground, hidden_reason) IN (0, 3)", name="comments_hidden"),
    Index("comments_draft", "draft_id", "id", postgresql_where=text("opinion_id IS NULL")),
    Index("comments_opinion", "opinion_id", "id", postgresql_where=text("opinion_id IS NOT NULL")),
    Index(
        "comments_owed",
        "due_on",
        postgresql_where=text("answered_at IS NULL AND NOT overdue_recorded AND due_on IS NOT NULL"),
    ),
)

reports = Table(
    "reports",
    metadata,
    Column("draft_id", Uuid, ForeignKey("drafts.id"), primary_key=True),
    Column("produced_at", DateTime(timezone=True), nullable=False),
    Column("body", JSONB, nullable=False),
)

in_discussion = drafts.c.phase == literal_column(f"'{Phase.DISCUSSION}'")  # written out for the partial index
is_open = drafts.c.phase.in_([literal_column(f"'{phase}'") for phase in sorted(OPEN)])
