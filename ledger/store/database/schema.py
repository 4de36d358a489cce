"""The tables, as SQLAlchemy Core metadata. Migrations create them; a test holds the two equal.

``events`` is one row per event. What makes the event is its ``payload``, the canonical bytes; every other column is
either the ledger's own stamp (``sequence``, ``recorded_at``, ``hash``) or derived from the payload for the sake of
queries. Dates are integers YYYYMMDD, amounts integers of 0.0001 dollar, rates integers of 10**-10.

``batches`` is one row per batch that has an envelope: who posted it, who approved it, from which document. Its digest
is chained with the first event of the batch, so that it is as final as the events are.

``run_totals``, ``run_loans`` and ``run_cuts`` hold sums over every run of events, written in the transaction that
appends them: a replay adds up runs, not events. They say nothing that the events do not, and verification holds them to
that.

A reversal stands under the type and keys of the event that it reverses (``posts_as``), with negative components, so
that every total nets by itself.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.events.base import COMPONENTS
from ledger.journal.movements import ROUTINE_CODE, ROUTINE_TYPES

SCHEMA_REVISION = "0012"
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

VIEWS = (
    "read_accounts",
    "read_legs",
    "read_deals",
    "read_rules",
    "read_events",
    "read_batches",
    "read_loans",
    "read_postings",
    "read_balances",
)
"""What is there for readers with SQL; the ledger asks none of them (``docs/data.md``)."""

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
    Column("deal_key", Integer, nullable=False),
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
    # PostgreSQL asks for the deals of a whole statement in the trigger that refuses gaps: a key would ask row by row.
    ForeignKeyConstraint(["deal_key"], ["deals.deal_key"]).ddl_if(dialect="sqlite"),
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
    Column("grantee_oid", BigInteger, nullable=False),
    Column("access", Text, nullable=False),
    PrimaryKeyConstraint("grantee_oid", "grantee", "deal"),
    CheckConstraint("access IN ('servicer', 'auditor')", name="kind"),
)
"""What each role was granted: a role is known by its name and its object identifier, of which only one has an heir."""

deal_locks = Table("deal_locks", access_metadata, Column("deal", Text, primary_key=True))
"""A row for every deal that was posted to: its writers queue for the row, and only they can lock it."""

WHERE = "where"
"""The key under which an index has, in its ``info``, the condition on the rows that it takes in.

As an option of a dialect it would have SQLAlchemy load PostgreSQL's, a tenth of what importing the ledger takes, for
whoever opens an embedded one. The migrations create the indexes; a test holds their conditions equal to these.
"""

Index(
    "uq_events_reverses",
    events.c.deal_key,
    events.c.reverses,
    unique=True,
    info={WHERE: "reverses IS NOT NULL"},
)
EXCEPTIONAL = (
    f"events.posts_as NOT IN ({', '.join(repr(name) for name in ROUTINE_TYPES)})",
    f"NOT (events.posts_as = '{ROUTINE_CODE[0]}' AND events.code = '{ROUTINE_CODE[1]}')",
)
"""What marks the events that are indexed one by one. A query that says both in these words can use those indexes."""

_exceptional = " AND ".join(EXCEPTIONAL).replace("events.", "")
_of_a_loan = f"loan <> '' AND {_exceptional}"
Index(
    "ix_events_exceptional",
    events.c.deal_key,
    events.c.posts_as,
    events.c.distribution,
    events.c.sequence,
    info={WHERE: _exceptional},
)
Index(
    "ix_events_exceptional_loan",
    events.c.deal_key,
    events.c.loan,
    events.c.posts_as,
    events.c.effective_date,
    events.c.sequence,
    info={WHERE: _of_a_loan},
)

batches = Table(
    "batches",
    metadata,
    Column("deal_key", Integer, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("through_sequence", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("login", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_sha256", Text, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("deal_key", "first_sequence"),
    # On PostgreSQL a trigger asks for the events of a batch, and so for their deal.
    ForeignKeyConstraint(["deal_key"], ["deals.deal_key"]).ddl_if(dialect="sqlite"),
    CheckConstraint("first_sequence > 0", name="first_positive"),
    CheckConstraint("through_sequence >= first_sequence", name="range"),
    CheckConstraint("length(digest) = 32", name="digest_length"),
    sqlite_with_rowid=False,
)

run_totals = Table(
    "run_totals",
    metadata,
    Column("deal_key", Integer, nullable=False),
    Column("distribution", Integer, nullable=False),
    Column("posts_as", Text, nullable=False),
    Column("loan_group", Text, nullable=False),
    Column("class_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("effective_date", Integer, nullable=False),
    Column("through_sequence", BigInteger, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in COMPONENTS),
    Column("events", BigInteger, nullable=False),
    PrimaryKeyConstraint(
        "deal_key",
        "distribution",
        "posts_as",
        "loan_group",
        "class_id",
        "code",
        "effective_date",
        "through_sequence",
    ),
    sqlite_with_rowid=False,
)
"""The totals of every run: consecutive events that were appended together, ``first_sequence`` to ``through_sequence``.

Runs partition the log of a deal. A run lies wholly within one append, and has at most
:data:`~ledger.store.run_sums.RUN_EVENTS` events.
"""

Index("ix_run_totals_through", run_totals.c.deal_key, run_totals.c.through_sequence, run_totals.c.first_sequence)

run_loans = Table(
    "run_loans",
    metadata,
    Column("deal_key", Integer, nullable=False),
    Column("loan", Text, nullable=False),
    Column("distribution", Integer, nullable=False),
    Column("through_sequence", BigInteger, nullable=False),
    Column("loan_group", Text, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("on_books", BigInteger, nullable=False),
    Column("balance_after", BigInteger, nullable=True),
    Column("on_books_after", BigInteger, nullable=True),
    PrimaryKeyConstraint("deal_key", "loan", "distribution", "through_sequence"),
    sqlite_with_rowid=False,
)
"""How far every run moved the stated balance of each loan and its standing in the pool, and where it left them.

``balance_after`` and ``on_books_after`` are everything that the runs up to this one moved. They are null in a row that
is late: of a distribution before one that the same run or an earlier one had moved the loan in. So a loan stands where
its last row that is not late says, with the late ones after it added.
"""

Index(
    "ix_run_loans_late",
    run_loans.c.deal_key,
    run_loans.c.loan,
    run_loans.c.through_sequence,
    info={WHERE: "balance_after IS NULL"},
)

run_cuts = Table(
    "run_cuts",
    metadata,
    Column("deal_key", Integer, nullable=False),
    Column("through_sequence", BigInteger, nullable=False),
    Column("again", BigInteger, nullable=False),
    Column("closed", Integer, nullable=True),
    Column("moved", Text, nullable=False),
    Column("standing", Text, nullable=True),
    PrimaryKeyConstraint("deal_key", "through_sequence"),
    CheckConstraint("(closed IS NULL) = (standing IS NULL)", name="closed"),
    sqlite_with_rowid=False,
)
"""How far every run moved balances under what a pool is cut by (:mod:`ledger.journal.cuts`), as JSON.

A run that moves no loan and closes nothing has no row. ``again`` counts boardings of loans that have no one boarding.
A run that closes a distribution also says where the pool stands after everything up to it: ``standing``, in which what
belongs to the distribution ``closed`` and to those before it is put together.
"""

snapshots = Table(
    "snapshots",
    metadata,
    Column("deal_key", Integer, nullable=False),
    Column("distribution", Integer, nullable=False),
    Column("through_sequence", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("deal_key", "distribution", "through_sequence"),
)
"""A cache: what a distribution was made of, as known through a sequence. Dropping one changes no answer."""

INSERT_COLUMNS = tuple(column.name for column in events.columns)
"""The order of the values in a row given to :meth:`ledger.store.database.event_store.Appending.insert`."""
