"""The tables of red flags: what each rule says of its subjects, of which awards, and how far the rules have come."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from procurement.tables.schema import metadata
from servicekit.tables import one_of

# One row for each rule and subject, as it was last computed. Findings of one process are replaced with it, those of
# populations all at once. Ids are those of the compiled release. `listed_as` is the id that an award has
# in our list if it was imported; one of ours has the same id here and there.
flags = Table(
    "flags",
    metadata,
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("value", Double),
    Column("ocid", Text),
    Column("buyer", Text),
    Column("lot", Text),
    Column("award", Text),
    Column("listed_as", Uuid),
    Column("contract", Text),
    Column("parties", ARRAY(Text), nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("missing", ARRAY(Text), nullable=False),
    Column("reason", Text),
    Column("computed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("rule", "kind", "subject"),
    one_of("flags", "state", ["flag", "clear", "not_computable"]),
    CheckConstraint("reason IS NULL OR state = 'not_computable'", name="flags_reason"),
    Index("flags_states", "state", "rule", "kind", "subject"),
    Index("flags_process", "ocid", "rule", postgresql_where=text("ocid IS NOT NULL")),
    Index("flags_buyer", "buyer", "rule", "kind", "subject", postgresql_where=text("buyer IS NOT NULL")),
    Index("flags_parties", "parties", postgresql_using="gin"),
)

# The awards of which a rule stands: of themselves, their contract, their lot, or their whole process. Triggers of the
# database keep it with every change of a finding, at the end of its transaction, and of an award, whoever makes it.
flagged_awards = Table(
    "flagged_awards",
    metadata,
    Column("rule", Text, nullable=False),
    Column("award_id", Uuid, nullable=False),
    Column("awarded_at", DateTime(timezone=True), nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("award_id", "rule"),
    Index("flagged_awards_newest", "rule", "awarded_at", "award_id"),
    Index("flagged_awards_amounts", "rule", "amount", "award_id"),
)

# How far the rules of processes, and those of populations, have come: the last position of `processes` that they saw,
# and the hash of the rules that they went by. Other rules begin anew.
flag_progress = Table(
    "flag_progress",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("rules", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("computed_at", DateTime(timezone=True), nullable=False),
    one_of("flag_progress", "scope", ["process", "population"]),
)
