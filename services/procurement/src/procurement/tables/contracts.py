"""The tables of contracts and of the acts that are entered about them."""

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
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from procurement.domain import contract
from procurement.tables.schema import metadata
from servicekit.database import NUMBERS_A_BLOCK
from servicekit.tables import one_of

contract_number = Sequence("contract_number", increment=NUMBERS_A_BLOCK, metadata=metadata)

# `place` is that of the supplier by the result: the second is called when the first has not signed. The term of the
# draft runs from `window_over_on`, or from when the first failed. `amount` is as amended, `accepted` and `paid` are the
# sums of the acts. `rules` and `law_on` are those of the tender.
contracts = Table(
    "contracts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("tender_number", Text, nullable=False),
    Column("lot_id", Uuid, ForeignKey("lots.id"), nullable=False),
    Column("award_id", Uuid, ForeignKey("awards.id"), nullable=False),
    Column("place", Integer, nullable=False, server_default=text("1")),
    Column("buyer", Text, nullable=False),
    Column("buyer_name", Text, nullable=False),
    Column("supplier", Uuid, ForeignKey("parties.id"), nullable=False),
    Column("supplier_scheme", Text, nullable=False),
    Column("supplier_number", Text),
    Column("supplier_name", Text),
    Column("method", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("law_on", Date, nullable=False),
    Column("awarded", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("advance", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("deliver_by", Date),
    Column("window_over_on", Date, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("concluded_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("late", Boolean, nullable=False),
    Column("supplier_is_debtor", Boolean, nullable=False),
    Column("debtor_asked_on", Date),
    one_of("contracts", "status", list(contract.Status)),
    UniqueConstraint("award_id", "place", name="contracts_place"),
    CheckConstraint("place IN (1, 2)", name="contracts_places"),
    CheckConstraint("status IN ('draft', 'refused', 'evaded') OR concluded_at IS NOT NULL", name="contracts_concluded"),
    CheckConstraint(
        "(status IN ('completed', 'refused', 'evaded', 'terminated')) = (ended_at IS NOT NULL)", name="contracts_end"
    ),
    CheckConstraint("accepted BETWEEN 0 AND amount AND advance BETWEEN 0 AND awarded", name="contracts_accepted"),
    CheckConstraint("paid BETWEEN 0 AND greatest(accepted, advance)", name="contracts_paid"),
    Index("contracts_buyer", "buyer", "id"),
    Index("contracts_supplier", "supplier", "id"),
    Index("contracts_status", "status", "id"),
    Index("contracts_region", "region", "id"),
    Index("contracts_amounts", "amount", "id"),
    Index("contracts_late", "id", postgresql_where=text("late")),
    Index("contracts_live", "debtor_asked_on", "id", postgresql_where=text("status IN ('draft', 'concluded')")),
)

# `amount` of an amendment is what the contract is for from then on, of the others what is accepted or paid.
contract_acts = Table(
    "contract_acts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, ForeignKey("contracts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("amount_before", BigInteger),
    Column("deliver_by", Date),
    Column("reason", Text),
    Column("text", Text),
    Column("late_by", Integer, nullable=False),
    one_of("contract_acts", "kind", list(contract.Kind)),
    CheckConstraint("amount > 0", name="contract_acts_amount"),
    CheckConstraint("(kind = 'amendment') = (reason IS NOT NULL)", name="contract_acts_reason"),
    CheckConstraint("(kind = 'amendment') = (amount_before IS NOT NULL)", name="contract_acts_before"),
    Index("contract_acts_contract", "contract_id", "id"),
)
