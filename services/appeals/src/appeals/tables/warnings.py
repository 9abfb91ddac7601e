"""Of what bodies were warned."""

from sqlalchemy import Column, Date, ForeignKey, Table, Text, Uuid

from appeals.domain.warning import Code
from appeals.tables.schema import metadata
from servicekit.tables import one_of

# Once for each end that a term has had.
warnings = Table(
    "warnings",
    metadata,
    Column("appeal_id", Uuid, ForeignKey("appeals.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("warned_on", Date, nullable=False),
    one_of("warnings", "code", (Code.TERM_TOO_SHORT, Code.TERM_ENDS_SOON)),
)
