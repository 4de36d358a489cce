"""The exceptional events of a loan in the order of their dates, so that its latest one is found and not searched for.

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEX = "ix_events_exceptional_loan"
_OF_A_LOAN = (
    "loan <> '' AND posts_as NOT IN ('scheduled_payment_due', 'servicing_fee_withheld') "
    "AND NOT (posts_as = 'collection_received' AND code = 'on time')"
)


def upgrade() -> None:
    """Put the date into the index of a loan's exceptional events, before the sequence."""
    op.drop_index(_INDEX, "events")
    keys = ["deal_key", "loan", "posts_as", "effective_date", "sequence"]
    condition = sa.text(_OF_A_LOAN)
    op.create_index(_INDEX, "events", keys, sqlite_where=condition, postgresql_where=condition)
    if op.get_bind().dialect.name == "sqlite":
        # The drop took what 0003 said of the index's shape with it.
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('events', '{_INDEX}', '100000 10000 10 2 1 1')")
        op.execute("ANALYZE sqlite_schema")


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
