"""The tables of appeals, and what the database itself holds them to."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    Uuid,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from appeals.domain.appeal import EXPIRING, OPEN, Kind, Outcome, Status
from appeals.domain.channels import Channel, Form
from appeals.tables.attachments import attached as attached
from appeals.tables.attachments import attachment_pieces as attachment_pieces
from appeals.tables.attachments import attachments as attachments
from appeals.tables.complaints import complaint_counted_with as complaint_counted_with
from appeals.tables.complaints import complaints as complaints
from appeals.tables.complaints import is_live as is_live
from appeals.tables.complaints import to_court as to_court
from appeals.tables.figures import answer_days as answer_days
from appeals.tables.figures import counted as counted
from appeals.tables.figures import figures as figures
from appeals.tables.schema import metadata as metadata
from appeals.tables.warnings import warnings as warnings
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

appeal_number = Sequence("appeal_number", increment=NUMBERS_A_BLOCK, metadata=metadata)


# The words of the rows of registers, the body whose register it is, and it with the time of each: an id begins with a
# time, of which the first four digits last for fifty days. What is no letter or digit parts words.
WORDS = text(
    "(to_tsvector('simple'::regconfig, translate((subject || ' '::text) || number,"
    " '-./_:@&=+~#'::text, '           '::text)) || array_to_tsvector(ARRAY[agency,"
    " (agency || '/'::text) || substr(id::text, 1, 4)]))"
)

expiring = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(EXPIRING))))

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
    # Who files; nobody is known of a report of a crime that names nobody.
    Column("applicant_scheme", Text),
    Column("applicant_id", Text),
    Column("applicant_name", Text),
    # Other parties, as scheme, id, name and what they are (`as`): a representative with an authority, co-applicants.
    Column("participants", JSONB(none_as_null=True)),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("form", Text, nullable=False, server_default="electronic"),
    # The officer at the counter, by name; and what is kept of the secret by which a report that names nobody is read.
    Column("taken_by", Text),
    Column("code_digest", Text),
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
    # The newest calendar that its dates were held to, once that is another than the one which gave them.
    Column("recomputed_with", Text),
    # Whose part it is that was split off, and its place among the parts.
    Column("parent", Uuid, ForeignKey("appeals.id")),
    Column("parts", Integer, nullable=False, server_default=text("0")),
    # The officer who is charged with it, by the token's subject.
    Column("executor", Text),
    Column("executor_name", Text),
    # Days on which the term did not run, as [first, last], and where an extension ended it.
    Column("pauses", JSONB(none_as_null=True)),
    Column("extended_until", Date),
    Column("extension_reason", Text),
    Column("defect", Text),
    Column("defect_noticed_on", Date),
    Column("correct_by", Date),
    Column("correction", Text),
    # What the body means to decide against the applicant, and the applicant's say.
    Column("preliminary", JSONB(none_as_null=True)),
    Column("preliminary_on", Date),
    Column("decide_from", Date),
    Column("object_by", Date),
    Column("objection", Text),
    Column("hearing", JSONB(none_as_null=True)),
    # A decision that the head has not signed yet.
    Column("draft", JSONB(none_as_null=True)),
    Column("ground", Text),
    Column("ground_detail", Text),
    Column("outcome", Text),
    Column("answer", Text),
    Column("answer_language", Text),
    Column("answered_at", DateTime(timezone=True)),
    # Who wrote the decision and who signed it, by the tokens' subjects: neither may judge a complaint about it.
    Column("decided_by", Text),
    Column("signed_by", Text),
    # Working days from registration to the answer, in the week and the calendar of the body.
    Column("days_taken", Integer),
    # The higher body to which a complaint went, and until when a court may be asked after it.
    Column("reviewer", Text),
    # The bodies that were told that its term passed unanswered, besides the one that had to answer.
    Column("supervisors", ARRAY(Text)),
    Column("court_until", Date),
    Column("synthetic", Boolean, nullable=False, server_default=false()),
    Column("crime", Boolean, nullable=False, server_default=false()),
    one_of("appeals", "kind", Kind),
    one_of("appeals", "status", Status),
    one_of("appeals", "outcome", Outcome),
    one_of("appeals", "channel", Channel),
    one_of("appeals", "form", Form),
    CheckConstraint("(applicant_id IS NULL) = (applicant_scheme IS NULL)", name="appeals_applicant_whole"),
    CheckConstraint("applicant_id IS NOT NULL OR (crime AND participants IS NULL)", name="appeals_anonymous"),
    CheckConstraint("(taken_by IS NOT NULL) <= (channel = 'front_office')", name="appeals_taken_by"),
    CheckConstraint("due_on >= registered_on", name="appeals_due_after_registration"),
    CheckConstraint("days_taken >= 0", name="appeals_days_taken"),
    CheckConstraint(
        "(answer IS NULL) = (outcome IS NULL) AND (status <> 'answered' OR answer IS NOT NULL)"
        " AND (answer IS NULL OR status IN ('answered', 'under_complaint', 'closed'))",
        name="appeals_answered",
    ),
    CheckConstraint(
        "(status <> 'left_without_consideration' OR ground IS NOT NULL)"
        " AND (ground IS NULL OR status IN ('left_without_consideration', 'under_complaint', 'closed'))",
        name="appeals_ground",
    ),
    CheckConstraint("(status = 'to_sign') = (draft IS NOT NULL)", name="appeals_draft"),
    CheckConstraint("status <> 'defect_term' OR correct_by IS NOT NULL", name="appeals_defect"),
    CheckConstraint("status <> 'hearing' OR decide_from IS NOT NULL", name="appeals_hearing"),
    Index("appeals_applicant", "applicant_scheme", "applicant_id", "id"),
    Index(
        "appeals_participants",
        "participants",
        postgresql_using="gin",
        postgresql_ops={"participants": "jsonb_path_ops"},
        postgresql_where=text("participants IS NOT NULL"),
    ),
    Index("appeals_code", "code_digest", unique=True, postgresql_where=text("code_digest IS NOT NULL")),
    # What a register is filtered by is in its index, so that what it does not show is not read.
    Index("appeals_agency", "agency", "id", postgresql_include=["status", "kind", "due_on"]),
    Index("appeals_agency_status", "agency", "status", "id", postgresql_include=["kind", "due_on"]),
    Index("appeals_agency_kind", "agency", "kind", "id", postgresql_include=["status", "due_on"]),
    Index("appeals_words", WORDS, postgresql_using="gin"),
    Index("appeals_open_due", "due_on", postgresql_where=expiring),
    Index("appeals_agency_due", "agency", "due_on", postgresql_where=expiring),
    Index(
        "appeals_counted_with",
        text("COALESCE(recomputed_with, calendar)"),
        postgresql_where=text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN)))),
    ),
    Index("appeals_correct_by", "correct_by", postgresql_where=text("status = 'defect_term'")),
    Index("appeals_parent", "parent", postgresql_where=text("parent IS NOT NULL")),
)

# What an appeal asks for one by one, where its applicant says so. Each point is in exactly one appeal: that which was
# filed, or a part that was split off.
points = Table(
    "points",
    metadata,
    Column("filed_in", Uuid, ForeignKey("appeals.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("appeal_id", Uuid, ForeignKey("appeals.id"), nullable=False),
    CheckConstraint("n > 0", name="points_n"),
    Index("points_appeal", "appeal_id", "n"),
)

# A calendar that was imported, whole: what a version says never changes, whatever the program makes of its acts later.
calendars = Table(
    "calendars",
    metadata,
    Column("version", Text, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("facts", JSONB, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
)

# Written out rather than given as parameters, so that the partial index above can serve it.
expires = appeals.c.status.in_([literal_column(f"'{status}'") for status in sorted(EXPIRING)])
is_open = appeals.c.status.in_([literal_column(f"'{status}'") for status in sorted(OPEN)])
counted_with = func.coalesce(appeals.c.recomputed_with, appeals.c.calendar)
