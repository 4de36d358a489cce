"""Where every loan stood after each run, so that a standing is looked up and not added up.

A row of ``run_loans`` says what a run moved; now it also says where that left the loan. A run that reaches back behind
a distribution which had moved the loan already has no such figures: it is late, and is added to those before it.

The group of a row was the greatest of the names under which its loan was moved; it becomes that of the last event. The
two differ only for a loan that was boarded again into another group.

Revision: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"
_TRIGGER = "run_loans_refuse_update"
_KEYS = ("deal_key", "loan", "distribution", "through_sequence")
_FILL = (
    "UPDATE run_loans SET balance_after = filled.balance, on_books_after = filled.on_books FROM (SELECT "
    f"{', '.join(_KEYS)}, SUM(balance) OVER known AS balance, SUM(on_books) OVER known AS on_books, "
    "MAX(distribution) OVER known AS latest FROM run_loans "
    "WINDOW known AS (PARTITION BY deal_key, loan ORDER BY through_sequence)) AS filled "
    f"WHERE {' AND '.join(f'run_loans.{key} = filled.{key}' for key in _KEYS)} "
    "AND run_loans.distribution = filled.latest"
)
_MOVING = (
    "'loan_boarded', 'scheduled_payment_due', 'curtailment_collected', 'payoff_collected', 'loan_repurchased', "
    "'loan_substituted', 'loan_liquidated', 'insurance_proceeds_received'"
)
_OF_ROW = "deal_key = run_loans.deal_key"
_FIRST = (
    f"(SELECT MAX(t.first_sequence) FROM run_totals t WHERE t.{_OF_ROW} "
    "AND t.through_sequence = run_loans.through_sequence)"
)
_REGROUP = (
    "UPDATE run_loans SET loan_group = (SELECT e.loan_group FROM events e "
    f"WHERE e.{_OF_ROW} AND e.sequence BETWEEN {_FIRST} AND run_loans.through_sequence AND e.loan = run_loans.loan "
    f"AND e.distribution = run_loans.distribution AND e.posts_as IN ({_MOVING}) ORDER BY e.sequence DESC LIMIT 1) "
    f"WHERE EXISTS (SELECT 1 FROM events b WHERE b.{_OF_ROW} AND b.loan = run_loans.loan AND b.loan <> '' "
    "AND b.posts_as = 'loan_boarded' AND b.loan_group <> run_loans.loan_group "
    "AND b.posts_as NOT IN ('scheduled_payment_due', 'servicing_fee_withheld') "
    "AND NOT (b.posts_as = 'collection_received' AND b.code = 'on time'))"
)
"""Only rows of loans that were also boarded into another group than the row says: few, found by the index of a loan."""

_INDEX, _LATE = "ix_run_loans_late", "balance_after IS NULL"


def upgrade() -> None:
    """Add the standings and fill them from what the runs moved; index the late runs, which are few."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("balance_after", "on_books_after"):
        op.add_column("run_loans", sa.Column(name, sa.BigInteger, nullable=True))
    # What refuses to change sums is set aside for filling them, and is back when the migration ends.
    if sqlite:
        op.execute(f"DROP TRIGGER {_TRIGGER}")
    else:
        op.execute(f"ALTER TABLE run_loans DISABLE TRIGGER {_TRIGGER}")
    op.execute(_FILL)
    op.execute(_REGROUP)
    if sqlite:
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON run_loans "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}: UPDATE on run_loans is refused'); END"
        )
    else:
        op.execute(f"ALTER TABLE run_loans ENABLE TRIGGER {_TRIGGER}")
    keys = ["deal_key", "loan", "through_sequence"]
    op.create_index(_INDEX, "run_loans", keys, sqlite_where=sa.text(_LATE), postgresql_where=sa.text(_LATE))
    if sqlite:
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('run_loans', '{_INDEX}', '1000 100 2 1')")
        op.execute("ANALYZE sqlite_schema")


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
