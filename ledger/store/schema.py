"""The tables, as SQLAlchemy Core metadata. Migrations create them; a test holds the two equal.

``events`` is one row per event. What makes the event is its ``payload``, the canonical bytes; every other column is
either the ledger's own stamp (``sequence``, ``recorded_at``, ``hash``) or derived from the payload for the sake of
queries. Dates are integers YYYYMMDD, amounts integers of 0.0001 dollar, rates integers of 10**-10.

A reversal stands under the type and keys of the event that it reverses (``posts_as``), with negative components, so
that every total nets by itself.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_REVISION = "0002"
"""The migration that this release's tables correspond to."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

deals = Table(
    "deals",
    metadata,
    Column("deal_key", Integer, primary_key=True, autoincrement=True),
    Column("deal", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    UniqueConstraint("deal"),
)

events = Table(
    "events",
    metadata,
    Column("deal_key", Integer, ForeignKey("deals.deal_key"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("posts_as", Text, nullable=False),
    Column("effective_date", Integer, nullable=False),
    Column("distribution", Integer, nullable=False),
    Column("loan", Text, nullable=False),
    Column("loan_group", Text, nullable=False),
    Column("class_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("principal", BigInteger, nullable=False),
    Column("interest", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("loss", BigInteger, nullable=False),
    Column("other", BigInteger, nullable=False),
    Column("memo", BigInteger, nullable=False),
    Column("loans", BigInteger, nullable=False),
    Column("note_rate", BigInteger, nullable=False),
    Column("servicing_rate", BigInteger, nullable=False),
    Column("reverses", Text, nullable=True),
    Column("recorded_at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("deal_key", "sequence"),
    UniqueConstraint("deal_key", "event_id"),
    CheckConstraint("sequence > 0", name="sequence_positive"),
    CheckConstraint("length(hash) = 32", name="hash_length"),
    sqlite_with_rowid=False,
)

access_metadata = MetaData(naming_convention=metadata.naming_convention)
"""What exists on PostgreSQL only: an embedded ledger has no users to tell apart."""

deal_access = Table(
    "deal_access",
    access_metadata,
    Column("grantee", Text, nullable=False),
    Column("deal", Text, nullable=False),
    PrimaryKeyConstraint("grantee", "deal"),
)

Index("uq_events_reverses", events.c.deal_key, events.c.reverses, unique=True,
      sqlite_where=events.c.reverses.is_not(None), postgresql_where=events.c.reverses.is_not(None))  # fmt: skip
Index(
    "ix_events_totals",
    events.c.deal_key,
    events.c.distribution,
    events.c.posts_as,
    events.c.loan_group,
    events.c.class_id,
    events.c.code,
    events.c.effective_date,
    events.c.sequence,
    events.c.principal,
    events.c.interest,
    events.c.fee,
    events.c.loss,
    events.c.other,
    events.c.memo,
    events.c.loans,
)
Index(
    "ix_events_loan",
    events.c.deal_key,
    events.c.loan,
    events.c.posts_as,
    events.c.code,
    events.c.sequence,
    sqlite_where=events.c.loan != "",
    postgresql_where=events.c.loan != "",
)

INSERT_COLUMNS = tuple(column.name for column in events.columns)
"""The order of the values in a row given to :meth:`ledger.store.event_store.Appending.insert`."""
