"""The event log: tables, constraints, and the triggers that refuse any change of what is stored.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"

_SQLITE_TRIGGERS = [
    *(
        f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}: {verb} on {table} is refused'); END"
        for table in ("deals", "events")
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE would delete a row without firing the delete trigger; refusing the repeated key stops it, and
    # the sequence check makes a gap impossible for whoever writes around the library.
    "CREATE TRIGGER events_in_sequence BEFORE INSERT ON events BEGIN "
    f"SELECT RAISE(ABORT, '{_REFUSAL}: the sequence of a deal has no gaps') WHERE NEW.sequence <> "
    "(SELECT COALESCE(MAX(sequence), 0) + 1 FROM events WHERE deal_key = NEW.deal_key); "
    f"SELECT RAISE(ABORT, '{_REFUSAL}: this event_id stands in the ledger') WHERE EXISTS "
    "(SELECT 1 FROM events WHERE deal_key = NEW.deal_key AND event_id = NEW.event_id); "
    f"SELECT RAISE(ABORT, '{_REFUSAL}: this event is reversed already') WHERE NEW.reverses IS NOT NULL AND EXISTS "
    "(SELECT 1 FROM events WHERE deal_key = NEW.deal_key AND reverses = NEW.reverses); END",
    "CREATE TRIGGER deals_refuse_replace BEFORE INSERT ON deals BEGIN "
    f"SELECT RAISE(ABORT, '{_REFUSAL}: this deal is open already') WHERE EXISTS "
    "(SELECT 1 FROM deals WHERE deal = NEW.deal OR deal_key = NEW.deal_key); END",
]

_POSTGRESQL_TRIGGERS = [
    "CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{_REFUSAL}: % on % is refused', TG_OP, TG_TABLE_NAME "
    "USING ERRCODE = 'integrity_constraint_violation'; "
    "END $$",
    *(
        f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION ledger_refuse_change()"
        for table in ("deals", "events")
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    ),
]


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "deals",
        sa.Column("deal_key", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("deal", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("deal_key", name="pk_deals"),
        sa.UniqueConstraint("deal", name="uq_deals_deal"),
    )
    amounts = ("principal", "interest", "fee", "loss", "other", "memo", "loans")
    op.create_table(
        "events",
        sa.Column("deal_key", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("posts_as", sa.Text, nullable=False),
        sa.Column("effective_date", sa.Integer, nullable=False),
        sa.Column("distribution", sa.Integer, nullable=False),
        sa.Column("loan", sa.Text, nullable=False),
        sa.Column("loan_group", sa.Text, nullable=False),
        sa.Column("class_id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in amounts),
        sa.Column("note_rate", sa.BigInteger, nullable=False),
        sa.Column("servicing_rate", sa.BigInteger, nullable=False),
        sa.Column("reverses", sa.Text, nullable=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("deal_key", "sequence", name="pk_events"),
        sa.UniqueConstraint("deal_key", "event_id", name="uq_events_deal_key_event_id"),
        sa.ForeignKeyConstraint(["deal_key"], ["deals.deal_key"], name="fk_events_deal_key_deals"),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_events_sequence_positive")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_events_hash_length")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_events_reverses",
        "events",
        ["deal_key", "reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    keys = ["deal_key", "distribution", "posts_as", "loan_group", "class_id", "code", "effective_date", "sequence"]
    op.create_index("ix_events_totals", "events", [*keys, *amounts])
    op.create_index(
        "ix_events_loan",
        "events",
        ["deal_key", "loan", "posts_as", "code", "sequence"],
        sqlite_where=sa.text("loan <> ''"),
        postgresql_where=sa.text("loan <> ''"),
    )
    dialect = op.get_bind().dialect.name
    for statement in _POSTGRESQL_TRIGGERS if dialect == "postgresql" else _SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
