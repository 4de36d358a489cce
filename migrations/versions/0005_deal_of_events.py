"""On PostgreSQL the deal of an event is looked up once a statement, not once a row.

A foreign key asks for the deal of every row by itself: a third of what appending costs. No deal is ever removed or
renumbered, so that the trigger which refuses gaps can ask for all deals of a statement at once.

Revision: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"
_CHECK = (
    "CREATE OR REPLACE FUNCTION ledger_in_sequence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM (SELECT n.deal_key, MIN(n.sequence) AS first, MAX(n.sequence) AS last, "
    "COUNT(*) AS rows FROM arrived n GROUP BY n.deal_key) a WHERE a.last - a.first + 1 <> a.rows "
    "OR (a.first > 1 AND NOT EXISTS "
    "(SELECT 1 FROM events e WHERE e.deal_key = a.deal_key AND e.sequence = a.first - 1))) "
    f"THEN RAISE EXCEPTION '{_REFUSAL}: the sequence of a deal has no gaps' "
    "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
    "IF EXISTS (SELECT 1 FROM (SELECT DISTINCT n.deal_key FROM arrived n) a "
    "WHERE NOT EXISTS (SELECT 1 FROM deals d WHERE d.deal_key = a.deal_key)) "
    f"THEN RAISE EXCEPTION '{_REFUSAL}: there is no deal of this key' "
    "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$"
)


def upgrade() -> None:
    """Replace the foreign key by the trigger's question; an embedded ledger keeps its key, which costs it little."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(_CHECK)
    op.drop_constraint("fk_events_deal_key_deals", "events", type_="foreignkey")


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
