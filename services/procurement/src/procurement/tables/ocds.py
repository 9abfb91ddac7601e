"""The tables of open data: releases as they were published or imported, and what each process comes to."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, Sequence, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from procurement.tables.schema import metadata

release_position = Sequence("release_position", metadata=metadata)

# Never rewritten. `position` is the order in which they were put down, under one lock, so that a reader who goes on
# behind the last one misses none; `entry` is the place in our journal of the act that one tells of, if it is ours.
releases = Table(
    "releases",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("ocid", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("date", DateTime(timezone=True), nullable=False),
    Column("source", Text, nullable=False),
    Column("buyer", Text),
    Column("entry", BigInteger, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("content", JSONB, nullable=False),
    UniqueConstraint("ocid", "id", name="releases_once"),
    Index("releases_process", "ocid", "position"),
    Index("releases_buyer", "buyer", "position"),
    Index("releases_source", "source", "position"),
    Index("releases_date", "date", "position"),
)

# Every process by its ocid: its compiled release, and the position of the last release that is compiled in it.
processes = Table(
    "processes",
    metadata,
    Column("ocid", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("compiled", JSONB, nullable=False),
    Index("processes_source", "source", "ocid"),
)
