"""The tables of procurement, and what the database itself holds them to."""

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
    LargeBinary,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from procurement.domain import award, bid, plan, tender
from procurement.domain.evaluation import Outcome
from procurement.domain.regions import Region
from procurement.tables.affiliations import affiliations as affiliations
from procurement.tables.complaints import complaints as complaints
from procurement.tables.complaints import protocols as protocols
from procurement.tables.contracts import contract_acts as contract_acts
from procurement.tables.contracts import contract_number as contract_number
from procurement.tables.contracts import contracts as contracts
from procurement.tables.discussions import comments as comments
from procurement.tables.flags import flag_progress as flag_progress
from procurement.tables.flags import flagged_awards as flagged_awards
from procurement.tables.flags import flags as flags
from procurement.tables.ocds import processes as processes
from procurement.tables.ocds import release_position as release_position
from procurement.tables.ocds import releases as releases
from procurement.tables.plans import plan_changes as plan_changes
from procurement.tables.plans import plan_items as plan_items
from procurement.tables.plans import plan_number as plan_number
from procurement.tables.plans import plans as plans
from procurement.tables.prices import price_checks as price_checks
from procurement.tables.prices import price_sums as price_sums
from procurement.tables.schema import metadata as metadata
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

tender_number = Sequence("tender_number", increment=NUMBERS_A_BLOCK, metadata=metadata)


# Suppliers. The id is what the public sees of a natural person; it says nothing of the number.
parties = Table(
    "parties",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text),
    UniqueConstraint("scheme", "number", name="parties_number"),
)

tenders = Table(
    "tenders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("ocid", Text, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("method", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("buyer", Text, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("profile", Text, nullable=False),
    Column("profile_version", Text, nullable=False),
    Column("profile_hash", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("rules_version", Text),
    Column("calendar", Text),
    Column("bids_until", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("opened_at", DateTime(timezone=True)),
    Column("evaluated_at", DateTime(timezone=True)),
    Column("unplanned", Text),
    Column("discussion_opened_at", DateTime(timezone=True)),
    Column("comments_until", Date),
    Column("bids_from", DateTime(timezone=True)),
    one_of("tenders", "status", list(tender.Status)),
    one_of("tenders", "method", list(tender.Method)),
    one_of("tenders", "region", list(Region)),
    one_of("tenders", "unplanned", list(plan.Exempt)),
    CheckConstraint("amount > 0", name="tenders_amount"),
    CheckConstraint(
        "status IN ('draft', 'in_discussion', 'cancelled') OR (published_at IS NOT NULL AND calendar IS NOT NULL)",
        name="tenders_published",
    ),
    Index("tenders_buyer", "buyer", "id"),
    Index("tenders_status", "status", "id"),
    Index("tenders_region", "region", "id"),
    Index("tenders_due", "bids_until", postgresql_where=text("status = 'published'")),
    Index("tenders_opened", "opened_at", postgresql_where=text("status = 'opened'")),
)

lots = Table(
    "lots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("item_code", Text, nullable=False),
    Column("item_name", Text, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("unit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("weights", JSONB, nullable=False),
    Column("warranty_months", Integer, nullable=False),
    Column("outcome", Text),
    Column("result", JSONB(none_as_null=True)),
    Column("plan_item_id", Uuid, ForeignKey("plan_items.id")),
    UniqueConstraint("tender_id", "position", name="lots_position"),
    one_of("lots", "outcome", list(Outcome)),
    CheckConstraint("amount > 0 AND quantity > 0 AND warranty_months >= 0", name="lots_numbers"),
    CheckConstraint("(outcome IS NULL) = (result IS NULL)", name="lots_result"),
    Index("lots_plan_item", "plan_item_id", postgresql_where=text("plan_item_id IS NOT NULL")),
)

# How each lot was evaluated, packed; never changed, since the journal has the digest.
certificates = Table(
    "certificates",
    metadata,
    Column("lot_id", Uuid, ForeignKey("lots.id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# What is offered lies in `sealed` until the deadline, and in `content` only after it.
bids = Table(
    "bids",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("party_id", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("debtor_check", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("content", JSONB(none_as_null=True)),
    Column("salt", Text),
    Column("refusal", Text),
    Column("checks", JSONB(none_as_null=True)),
    UniqueConstraint("lot_id", "party_id", name="bids_one_per_supplier"),
    one_of("bids", "status", list(bid.Status)),
    one_of("bids", "debtor_check", list(bid.DebtorCheck)),
    CheckConstraint(
        "(status IN ('opened', 'evaluated')) = (content IS NOT NULL AND salt IS NOT NULL)",
        name="bids_sealed",
    ),
    Index("bids_tender", "tender_id", "id"),
)

# Everything that the list of awards is filtered, sorted and rendered by stands in the row itself.
awards = Table(
    "awards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("source", Text, nullable=False, server_default=text("'ashyq'")),
    Column("ocid", Text),
    Column("tender_id", Uuid, ForeignKey("tenders.id")),
    Column("tender_number", Text),
    Column("lot_id", Uuid, ForeignKey("lots.id"), unique=True),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("lot_position", Integer),
    Column("lot_title", JSONB),
    Column("method", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("buyer_scheme", Text, nullable=False, server_default=text("'KZ-BIN'")),
    Column("buyer", Text, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("bid_id", Uuid, ForeignKey("bids.id")),
    Column("supplier", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("supplier_scheme", Text, nullable=False),
    Column("supplier_number", Text),
    Column("supplier_name", Text),
    Column("item_code", Text, nullable=False),
    Column("item_name", Text, nullable=False),
    Column("quantity", Numeric),
    Column("unit", Text),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False, server_default=text("'KZT'")),
    Column("allocated", BigInteger),
    Column("awarded_at", DateTime(timezone=True), nullable=False),
    Column("awarded_on", Date, nullable=False),
    Column("complaints_until", Date),
    Column("rules", Text),
    Column("rules_version", Text),
    Column("calendar", Text),
    Column("words", TSVECTOR, nullable=False),
    # What lists show of it, `schemas.awards.Award`: a trigger writes it, so that reading millions costs no formatting.
    Column("as_json", Text, nullable=False),
    one_of("awards", "status", [*award.Status, *(each for each in award.ForeignStatus if each != "cancelled"), ""]),
    one_of("awards", "method", [*tender.Method, *tender.ForeignMethod, ""]),
    CheckConstraint("amount >= 0", name="awards_amount"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="awards_currency_code"),
    # What is imported has neither our tender nor our rules.
    CheckConstraint(
        "source <> 'ashyq' OR (tender_id IS NOT NULL AND lot_id IS NOT NULL AND bid_id IS NOT NULL"
        " AND rules IS NOT NULL AND amount <= allocated AND currency = 'KZT')",
        name="awards_ours",
    ),
    CheckConstraint("(source = 'ashyq') = (tender_id IS NOT NULL)", name="awards_tenders"),
    # The number and the name of a natural person are not here, so no list can show them.
    CheckConstraint(
        "supplier_scheme <> 'KZ-IIN' OR (supplier_number IS NULL AND supplier_name IS NULL)", name="awards_persons"
    ),
    Index("awards_newest", "awarded_at", "id"),
    Index("awards_amounts", "amount", "id"),
    Index("awards_buyer", "buyer", "awarded_at", "id"),
    Index("awards_supplier", "supplier", "awarded_at", "id"),
    Index("awards_item", "item_code", "awarded_at", "id"),
    Index("awards_region", "region", "awarded_at", "id"),
    Index("awards_method", "method", "awarded_at", "id"),
    Index("awards_status", "status", "awarded_at", "id"),
    Index("awards_buyer_amounts", "buyer", "amount", "id"),
    Index("awards_supplier_amounts", "supplier", "amount", "id"),
    Index("awards_item_amounts", "item_code", "amount", "id"),
    Index("awards_region_amounts", "region", "amount", "id"),
    Index("awards_method_amounts", "method", "amount", "id"),
    Index("awards_status_amounts", "status", "amount", "id"),
    Index("awards_item_group", text("\"left\"(translate(item_code, '.-', ''), 4)"), "awarded_on"),
    Index("awards_tender", "tender_id"),
    Index("awards_process", "ocid"),
    Index("awards_imported", "source", "awarded_at", "id", postgresql_where=text("source <> 'ashyq'")),
    Index("awards_currency", "currency", "awarded_at", "id", postgresql_where=text("currency <> 'KZT'")),
    Index("awards_words", "words", postgresql_using="gin"),
    Index("awards_open_window", "complaints_until", postgresql_where=text("status = 'announced'")),
)
