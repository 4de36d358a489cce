"""Who may read and post which deal: on PostgreSQL, row-level security by deal. An embedded ledger has no users.

Revision: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MAY = (
    "EXISTS (SELECT 1 FROM deal_access a WHERE pg_has_role(current_user, a.grantee, 'MEMBER') "
    "AND (a.deal = '*' OR a.deal = {deal}))"
)
_DEAL_OF_EVENT = "(SELECT d.deal FROM deals d WHERE d.deal_key = events.deal_key)"

_STATEMENTS = [
    "CREATE FUNCTION ledger_in_sequence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM (SELECT n.deal_key, MIN(n.sequence) AS first, MAX(n.sequence) AS last, "
    "COUNT(*) AS rows FROM arrived n GROUP BY n.deal_key) a WHERE a.last - a.first + 1 <> a.rows "
    "OR (a.first > 1 AND NOT EXISTS "
    "(SELECT 1 FROM events e WHERE e.deal_key = a.deal_key AND e.sequence = a.first - 1))) "
    "THEN RAISE EXCEPTION 'the ledger is append-only: the sequence of a deal has no gaps' "
    "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$",
    "CREATE TRIGGER events_in_sequence AFTER INSERT ON events REFERENCING NEW TABLE AS arrived "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_in_sequence()",
    "CREATE TRIGGER deal_access_refuse_truncate BEFORE TRUNCATE ON deal_access "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
    "ALTER TABLE deals ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
    f"CREATE POLICY deals_by_access ON deals USING ({_MAY.format(deal='deals.deal')}) "
    f"WITH CHECK ({_MAY.format(deal='deals.deal')})",
    f"CREATE POLICY events_by_access ON events USING ({_MAY.format(deal=_DEAL_OF_EVENT)}) "
    f"WITH CHECK ({_MAY.format(deal=_DEAL_OF_EVENT)})",
]


def upgrade() -> None:
    """Create the access table and the policies; the owner of the tables is not bound by them."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "deal_access",
        sa.Column("grantee", sa.Text, nullable=False),
        sa.Column("deal", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("grantee", "deal", name="pk_deal_access"),
    )
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
