"""Totals by run, so that no replay adds up single events; on PostgreSQL the log partitioned by deal.

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTITIONS = 16
_RUN = 8192
_REFUSAL = "the ledger is append-only"
_AMOUNTS = ("principal", "interest", "fee", "loss", "other", "memo", "loans")
_EXCEPTIONAL = (
    "posts_as NOT IN ('scheduled_payment_due', 'servicing_fee_withheld') "
    "AND NOT (posts_as = 'collection_received' AND code = 'on time')"
)
_KEYS = "distribution, posts_as, loan_group, class_id, code, effective_date"
_FIRST = f"((sequence - 1) / {_RUN}) * {_RUN} + 1"
_LAST = "(SELECT MAX(h.sequence) FROM events h WHERE h.deal_key = e.deal_key)"
_THROUGH = (
    f"CASE WHEN ((sequence - 1) / {_RUN} + 1) * {_RUN} < {_LAST} THEN ((sequence - 1) / {_RUN} + 1) * {_RUN} "
    f"ELSE {_LAST} END"
)
_REDUCING = (
    "'scheduled_payment_due', 'curtailment_collected', 'payoff_collected', 'loan_repurchased', 'loan_substituted', "
    "'loan_liquidated', 'insurance_proceeds_received'"
)
_REMOVING = "'payoff_collected', 'loan_repurchased', 'loan_substituted', 'loan_liquidated'"
_FILL = [
    f"INSERT INTO run_totals (deal_key, {_KEYS}, through_sequence, first_sequence, {', '.join(_AMOUNTS)}, events) "
    f"SELECT deal_key, {_KEYS}, run_through, run_first, {', '.join(f'SUM({name})' for name in _AMOUNTS)}, COUNT(*) "
    f"FROM (SELECT e.*, {_FIRST} AS run_first, {_THROUGH} AS run_through FROM events e) filled "
    f"GROUP BY deal_key, {_KEYS}, run_through, run_first",
    "INSERT INTO run_loans (deal_key, loan, distribution, through_sequence, loan_group, balance, on_books) "
    "SELECT deal_key, loan, distribution, run_through, MAX(loan_group), "
    f"SUM(CASE WHEN posts_as = 'loan_boarded' THEN principal + memo WHEN posts_as IN ({_REDUCING}) THEN -principal "
    "ELSE 0 END), SUM(CASE WHEN posts_as = 'loan_boarded' THEN CASE WHEN memo > 0 THEN 1 WHEN memo < 0 THEN -1 "
    f"ELSE loans END WHEN posts_as IN ({_REMOVING}) THEN -loans ELSE 0 END) "
    f"FROM (SELECT e.*, {_THROUGH} AS run_through FROM events e) filled "
    f"WHERE loan <> '' AND posts_as IN ('loan_boarded', {_REDUCING}) "
    "GROUP BY deal_key, loan, distribution, run_through",
]
_MAY = (
    "EXISTS (SELECT 1 FROM deal_access a WHERE pg_has_role(current_user, a.grantee, 'MEMBER') "
    "AND (a.deal = '*' OR a.deal = (SELECT d.deal FROM deals d WHERE d.deal_key = {table}.deal_key)))"
)
_DERIVED = ("run_totals", "run_loans")


_SHAPE = {
    ("events", "events"): "1000000 100000 1",
    ("events", "sqlite_autoindex_events_2"): "1000000 100000 1",
    ("events", "uq_events_reverses"): "1000 100 1",
    ("events", "ix_events_exceptional"): "100000 10000 500 20 1",
    ("events", "ix_events_exceptional_loan"): "100000 10000 10 2 1",
    ("run_totals", "run_totals"): "20000 2000 60 6 4 3 3 1 1",
    ("run_totals", "ix_run_totals_through"): "20000 2000 20 20",
    ("run_loans", "run_loans"): "200000 20000 100 1 1",
}
"""What SQLite is to assume of a ledger's tables and indexes: their rows, and the rows under each prefix of their keys.

Without this it takes any index for as good as any other and would rather walk a deal's log than look an event up.
"""


def _tell_shape() -> None:
    op.execute("ANALYZE")
    op.execute("DELETE FROM sqlite_stat1")
    for (table, index), shape in _SHAPE.items():
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{shape}')")
    op.execute("ANALYZE sqlite_schema")


def _partition() -> None:
    """Put the log into partitions by deal: every key begins with the deal, so nothing else changes."""
    columns = (
        "deal_key, sequence, event_id, type, posts_as, effective_date, distribution, loan, loan_group, class_id, code, "
        f"{', '.join(_AMOUNTS)}, note_rate, servicing_rate, reverses, recorded_at, payload, hash"
    )
    statements = [
        "ALTER TABLE events RENAME TO events_whole",
        "CREATE TABLE events (LIKE events_whole) PARTITION BY HASH (deal_key)",
        *(
            f"CREATE TABLE events_part_{part:02} PARTITION OF events "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            for part in range(PARTITIONS)
        ),
        f"INSERT INTO events ({columns}) SELECT {columns} FROM events_whole ORDER BY deal_key, sequence",
        "DROP TABLE events_whole",
        "ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (deal_key, sequence), "
        "ADD CONSTRAINT uq_events_deal_key_event_id UNIQUE (deal_key, event_id), "
        "ADD CONSTRAINT fk_events_deal_key_deals FOREIGN KEY (deal_key) REFERENCES deals (deal_key), "
        "ADD CONSTRAINT ck_events_sequence_positive CHECK (sequence > 0), "
        "ADD CONSTRAINT ck_events_hash_length CHECK (length(hash) = 32)",
        "CREATE UNIQUE INDEX uq_events_reverses ON events (deal_key, reverses) WHERE reverses IS NOT NULL",
        *(
            f"CREATE TRIGGER events_refuse_{verb.lower()} BEFORE {verb} ON events "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            for verb in ("UPDATE", "DELETE")
        ),
        *(
            f"CREATE TRIGGER events_refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
            for table in ("events", *(f"events_part_{part:02}" for part in range(PARTITIONS)))
        ),
        "CREATE TRIGGER events_in_sequence AFTER INSERT ON events REFERENCING NEW TABLE AS arrived "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_in_sequence()",
        "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY events_by_access ON events USING ({_MAY.format(table='events')}) "
        f"WITH CHECK ({_MAY.format(table='events')})",
        # Whoever had rights to the log keeps them: new tables inherit none.
        "DO $$ DECLARE held record; BEGIN FOR held IN SELECT DISTINCT r.rolname AS name, "
        "has_table_privilege(r.oid, 'deals', 'INSERT') AS posts FROM deal_access a JOIN pg_roles r "
        "ON r.rolname = a.grantee LOOP "
        "EXECUTE format('GRANT SELECT ON events, run_totals, run_loans, snapshots TO %I', held.name); "
        "IF held.posts THEN "
        "EXECUTE format('GRANT INSERT ON events, run_totals, run_loans TO %I', held.name); "
        "EXECUTE format('GRANT INSERT, DELETE ON snapshots TO %I', held.name); END IF; END LOOP; END $$",
    ]
    for statement in statements:
        op.execute(statement)


def _guard(dialect: str) -> None:
    """Refuse to change sums, as events are."""
    for table in _DERIVED:
        for verb in ("UPDATE", "DELETE"):
            if dialect == "postgresql":
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}: {verb} on {table} is refused'); END"
                )
        if dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
            )
    if dialect == "postgresql":
        for table in (*_DERIVED, "snapshots"):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            condition = _MAY.format(table=table)
            op.execute(f"CREATE POLICY {table}_by_access ON {table} USING ({condition}) WITH CHECK ({condition})")


def upgrade() -> None:
    """Add the sums and fill them from the events; put indexes on what is not routine in place of those on all."""
    dialect = op.get_bind().dialect.name
    op.create_table(
        "run_totals",
        sa.Column("deal_key", sa.Integer, nullable=False),
        sa.Column("distribution", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("posts_as", "loan_group", "class_id", "code")),
        sa.Column("effective_date", sa.Integer, nullable=False),
        sa.Column("through_sequence", sa.BigInteger, nullable=False),
        sa.Column("first_sequence", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in (*_AMOUNTS, "events")),
        sa.PrimaryKeyConstraint(
            *("deal_key", "distribution", "posts_as", "loan_group", "class_id", "code"),
            *("effective_date", "through_sequence"),
            name="pk_run_totals",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_loans",
        sa.Column("deal_key", sa.Integer, nullable=False),
        sa.Column("loan", sa.Text, nullable=False),
        sa.Column("distribution", sa.Integer, nullable=False),
        sa.Column("through_sequence", sa.BigInteger, nullable=False),
        sa.Column("loan_group", sa.Text, nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("on_books", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("deal_key", "loan", "distribution", "through_sequence", name="pk_run_loans"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshots",
        sa.Column("deal_key", sa.Integer, nullable=False),
        sa.Column("distribution", sa.Integer, nullable=False),
        sa.Column("through_sequence", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("deal_key", "distribution", "through_sequence", name="pk_snapshots"),
    )
    for statement in _FILL:
        op.execute(statement)
    op.drop_index("ix_events_totals", "events")
    op.drop_index("ix_events_loan", "events")
    if dialect == "postgresql":
        _partition()
    op.create_index("ix_run_totals_through", "run_totals", ["deal_key", "through_sequence", "first_sequence"])
    for name, keys, condition in (
        ("ix_events_exceptional", ["deal_key", "posts_as", "distribution", "sequence"], _EXCEPTIONAL),
        ("ix_events_exceptional_loan", ["deal_key", "loan", "posts_as", "sequence"], f"loan <> '' AND {_EXCEPTIONAL}"),
    ):
        op.create_index(name, "events", keys, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
    _guard(dialect)
    if dialect == "sqlite":
        _tell_shape()


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
