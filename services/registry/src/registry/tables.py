"""The tables of the registry, and what the database itself holds them to."""

from sqlalchemy import (
    BigInteger,
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from registry.domain.proceeding import Ground, Status
from registry.domain.restrictions import Kind, LegalGround
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

metadata = MetaData()

proceeding_number = Sequence("proceeding_number", increment=NUMBERS_A_BLOCK, metadata=metadata)


# `claims` holds each claim with its claimant, its queue and what is paid of it; `bailiff` is the subject of a token.
proceedings = Table(
    "proceedings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("region", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("debtor_scheme", Text, nullable=False),
    Column("debtor_id", Text, nullable=False),
    Column("debtor_name", Text, nullable=False),
    Column("claims", JSONB, nullable=False),
    Column("claimed_tiyn", BigInteger, nullable=False),
    Column("paid_tiyn", BigInteger, nullable=False),
    Column("bailiff", Text, nullable=False),
    Column("bailiff_name", Text),
    Column("office", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("opening_due_on", Date, nullable=False),
    Column("opening_overdue", Boolean, nullable=False),
    Column("rules", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("ground", Text),
    one_of("proceedings", "status", Status),
    one_of("proceedings", "ground", Ground),
    CheckConstraint("debtor_scheme IN ('KZ-IIN', 'KZ-BIN')", name="proceedings_debtor_scheme"),
    CheckConstraint("paid_tiyn BETWEEN 0 AND claimed_tiyn", name="proceedings_never_overpaid"),
    CheckConstraint("(status = 'received') = (opened_at IS NULL)", name="proceedings_opened"),
    CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL AND ground IS NOT NULL)", name="proceedings_closed"),
    Index("proceedings_bailiff", "bailiff", "id"),
    Index(
        "proceedings_to_open",
        "opening_due_on",
        postgresql_where=text("status = 'received' AND NOT opening_overdue"),
    ),
)

# The register: a row for each open proceeding, by which its debtor is found; what it shows is the proceeding's own.
debtors = Table(
    "debtors",
    metadata,
    Column("proceeding", Uuid, ForeignKey("proceedings.id"), primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("birth_date", Date),
    Column("words", ARRAY(Text), nullable=False),
    Column("fathers", ARRAY(Text), nullable=False),
    Column("region", Text, nullable=False),
    CheckConstraint("(scheme = 'KZ-IIN') = (birth_date IS NOT NULL)", name="debtors_people_have_birth_dates"),
    Index("debtors_number", "number", "proceeding"),
    Index("debtors_person", "birth_date", "words", postgresql_where=text("scheme = 'KZ-IIN'")),
    Index("debtors_company", "proceeding", postgresql_where=text("scheme = 'KZ-BIN'")),
    Index("debtors_company_words", "words", postgresql_using="gin", postgresql_where=text("scheme = 'KZ-BIN'")),
)

restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("proceeding", Uuid, ForeignKey("proceedings.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("imposed_at", DateTime(timezone=True), nullable=False),
    Column("lifted_at", DateTime(timezone=True)),
    one_of("restrictions", "kind", Kind),
    one_of("restrictions", "ground", LegalGround),
    Index("restrictions_proceeding", "proceeding", "id"),
    Index("restrictions_in_force", "proceeding", "kind", unique=True, postgresql_where=text("lifted_at IS NULL")),
)

# `shares` is the whole calculation, as it was made.
distributions = Table(
    "distributions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("proceeding", Uuid, ForeignKey("proceedings.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("proceeds_tiyn", BigInteger, nullable=False),
    Column("surplus_tiyn", BigInteger, nullable=False),
    Column("shares", JSONB, nullable=False),
    CheckConstraint("surplus_tiyn BETWEEN 0 AND proceeds_tiyn", name="distributions_surplus"),
    Index("distributions_proceeding", "proceeding", "id"),
)
