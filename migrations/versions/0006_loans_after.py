"""Where every loan stood after each run, so that a standing is looked up and not added up.

A row of ``run_loans`` says what a run moved; now it also says where that left the loan. A run that reaches back behind
a distribution which had moved the loan already has no such figures: it is late, and is added to those before it.

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
