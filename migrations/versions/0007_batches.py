"""The envelopes of batches: who posted one, who approved it, and from which source document.

Events that were posted before have none, and keep their hashes. On PostgreSQL the login of a row is held to the session
that inserts it; only the owner of the tables, who restores, may insert those of others.

Revision: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"
_ABSENT = f"{_REFUSAL}: an envelope is of events that stand in the ledger"
_OVERLAP = f"{_REFUSAL}: envelopes are written in the order of their events, and no event has two"
_MAY = (
    "EXISTS (SELECT 1 FROM deal_access a WHERE pg_has_role(current_user, a.grantee, 'MEMBER') "
    "AND (a.deal = '*' OR a.deal = (SELECT d.deal FROM deals d WHERE d.deal_key = batches.deal_key)))"
)
_LAST_EVENT = "COALESCE((SELECT MAX(e.sequence) FROM {schema}events e WHERE e.deal_key = NEW.deal_key), 0)"
_LAST_BATCH = (
    "(SELECT b.through_sequence FROM {schema}batches b WHERE b.deal_key = NEW.deal_key "
    "ORDER BY b.first_sequence DESC LIMIT 1)"
)

_SQLITE = [
    *(
        f"CREATE TRIGGER batches_refuse_{verb.lower()} BEFORE {verb} ON batches "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}: {verb} on batches is refused'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER batches_in_sequence BEFORE INSERT ON batches BEGIN "
    f"SELECT RAISE(ABORT, '{_ABSENT}') WHERE NEW.through_sequence > {_LAST_EVENT.format(schema='')}; "
    f"SELECT RAISE(ABORT, '{_OVERLAP}') WHERE NEW.first_sequence <= {_LAST_BATCH.format(schema='')}; END",
]


def _postgresql(schema: str) -> list[str]:
    """Return the statements for PostgreSQL; the trigger names its tables whole, whatever its caller's search path."""
    absent, overlap = _LAST_EVENT.format(schema=schema), _LAST_BATCH.format(schema=schema)
    state = "USING ERRCODE = 'integrity_constraint_violation'"
    return [
        "CREATE FUNCTION ledger_batch_in_sequence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.through_sequence > {absent} THEN RAISE EXCEPTION '{_ABSENT}' {state}; END IF; "
        f"IF NEW.first_sequence <= {overlap} THEN RAISE EXCEPTION '{_OVERLAP}' {state}; END IF; "
        "RETURN NEW; END $$",
        "CREATE TRIGGER batches_in_sequence BEFORE INSERT ON batches "
        "FOR EACH ROW EXECUTE FUNCTION ledger_batch_in_sequence()",
        *(
            f"CREATE TRIGGER batches_refuse_{verb.lower()} BEFORE {verb} ON batches "
            f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION ledger_refuse_change()"
            for verb in ("UPDATE", "DELETE", "TRUNCATE")
        ),
        "ALTER TABLE batches ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY batches_by_access ON batches USING ({_MAY}) "
        f"WITH CHECK ({_MAY} AND login = CAST(session_user AS text))",
        # Whoever has rights to the log has them to its envelopes.
        "DO $$ DECLARE held record; BEGIN FOR held IN SELECT DISTINCT r.rolname AS name, "
        "has_table_privilege(r.oid, 'deals', 'INSERT') AS posts FROM deal_access a JOIN pg_roles r "
        "ON r.rolname = a.grantee LOOP "
        "EXECUTE format('GRANT SELECT ON batches TO %I', held.name); "
        "IF held.posts THEN EXECUTE format('GRANT INSERT ON batches TO %I', held.name); END IF; END LOOP; END $$",
    ]


def upgrade() -> None:
    """Create the table with its triggers; on PostgreSQL with its policy and the rights of those who have access."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    known_deal = [sa.ForeignKeyConstraint(["deal_key"], ["deals.deal_key"], name="fk_batches_deal_key_deals")]
    op.create_table(
        "batches",
        sa.Column("deal_key", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("first_sequence", "through_sequence", "recorded_at")
        ),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("login", "actor", "approver", "document", "document_sha256")
        ),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("deal_key", "first_sequence", name="pk_batches"),
        *([] if postgresql else known_deal),
        sa.CheckConstraint("first_sequence > 0", name=op.f("ck_batches_first_positive")),
        sa.CheckConstraint("through_sequence >= first_sequence", name=op.f("ck_batches_range")),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_batches_digest_length")),
        sqlite_with_rowid=False,
    )
    if not postgresql:
        statements = _SQLITE
    else:
        schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
        statements = _postgresql(f"{schema}.")
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
