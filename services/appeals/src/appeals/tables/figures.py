"""What the statistics of appeals are kept in: figures by body, kind and the month of filing, and by the year.

They are written by a sweep that follows the sealed journal (`commands/counting.py`), never by an act: those who file
with one body at one time do not wait for each other.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from appeals.tables.schema import metadata

COUNTED = (
    *("filed", "forwarded", "answered", "withdrawn", "left", "refused_by_expiry", "extended"),
    *("complaints", "complaints_upheld"),
)


def _cell() -> list["Column[object]"]:
    """`period` begins on `since` and is a year or a month: that in which the appeals were filed."""
    return [
        Column("period", Text, nullable=False),
        Column("since", Date, nullable=False),
        Column("agency", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("synthetic", Boolean, nullable=False),
    ]


figures = Table(
    "figures",
    metadata,
    *_cell(),
    *(Column(name, Integer, nullable=False) for name in COUNTED),
    PrimaryKeyConstraint("period", "since", "agency", "kind", "synthetic"),
    CheckConstraint("period IN ('month', 'year')", name="figures_period"),
)

# How many appeals were answered after so many working days.
answer_days = Table(
    "answer_days",
    metadata,
    *_cell(),
    Column("days", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    PrimaryKeyConstraint("period", "since", "agency", "kind", "synthetic", "days"),
)

# Up to which entry of the journal, by its index there and its time, all is counted; one row, or none yet.
counted = Table(
    "counted",
    metadata,
    Column("one", Boolean, primary_key=True, server_default="true"),
    Column("index", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("one", name="counted_one"),
)
