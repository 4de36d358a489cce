"""What guards an append looks rows up by their place, and reads no more of a ledger as that grows.

PostgreSQL plans a statement of a function once for each session. Where that happened beside a large batch, or while a
ledger was small, it chose to read every event of every deal, or of this one, to find the one before; and whoever
appended a single event later in that session waited for that. What is asked here is the last row at or before a place,
in order: there is one way to do that, and it is an index. The promises stay what they were, word for word.

An embedded ledger asks row by row, and stays as it is.

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"
_STATE = "USING ERRCODE = 'integrity_constraint_violation'"
_PATH = "SET search_path = pg_catalog, pg_temp"
_ONCE = "SET plan_cache_mode = force_generic_plan"
"""Statements are planned for any deal, once for each session, and go to the one partition that holds it."""

_APPENDED = "xmin = CAST(pg_catalog.pg_current_xact_id() AS xid)"
"""A row that this transaction put in."""


def _event(schema: str, asked: str, key: str, through: str) -> str:
    """Return a query for something of the last event of a deal up to a sequence."""
    return (
        f"(SELECT {asked} FROM {schema}.events e WHERE e.deal_key = {key} AND e.sequence <= {through} "
        "ORDER BY e.sequence DESC LIMIT 1)"
    )


def _appended(schema: str, key: str, sequence: str) -> str:
    """Return a condition that holds where this transaction put in an event of this sequence."""
    return f"{_event(schema, f'e.sequence = {sequence} AND e.{_APPENDED}', key, sequence)} IS TRUE"


def _functions(schema: str) -> list[str]:
    """Return the functions of the triggers; what they ask for every deal or run, they ask with its key in hand."""
    declared = f"RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER {_PATH} {_ONCE} AS $$"
    function = f"CREATE OR REPLACE FUNCTION {schema}"
    before = _event(schema, "e.sequence", "a.deal_key", "a.first - 1")
    last_event = _event(schema, "e.sequence", "NEW.deal_key", "NEW.through_sequence")
    last_batch = (
        f"(SELECT b.through_sequence FROM {schema}.batches b WHERE b.deal_key = NEW.deal_key "
        "ORDER BY b.first_sequence DESC LIMIT 1)"
    )
    deal = f"(SELECT d.deal_key FROM {schema}.deals d WHERE d.deal_key = a.deal_key ORDER BY d.deal_key LIMIT 1)"
    others = (
        f"(SELECT TRUE FROM {schema}.run_totals t WHERE t.deal_key = a.deal_key "
        "AND t.through_sequence >= a.first_sequence AND t.first_sequence <= a.through_sequence "
        "AND (t.first_sequence, t.through_sequence) <> (a.first_sequence, a.through_sequence) "
        "ORDER BY t.through_sequence LIMIT 1)"
    )
    totalled = (
        f"(SELECT t.through_sequence = a.through_sequence AND t.{_APPENDED} FROM {schema}.run_totals t "
        "WHERE t.deal_key = a.deal_key AND t.through_sequence <= a.through_sequence "
        "ORDER BY t.through_sequence DESC LIMIT 1)"
    )

    def refused(why: str) -> str:
        return f"THEN RAISE EXCEPTION '{_REFUSAL}: {why}' {_STATE}; END IF;"

    of_append = refused("sums are of events that were appended with them, and of each once")
    return [
        f"{function}.ledger_in_sequence() {declared} DECLARE a record; BEGIN "
        "FOR a IN SELECT n.deal_key, MIN(n.sequence) AS first, MAX(n.sequence) AS last, COUNT(*) AS rows "
        "FROM arrived n GROUP BY n.deal_key LOOP "
        f"IF a.last - a.first + 1 <> a.rows OR COALESCE({before}, 0) <> a.first - 1 "
        f"{refused('the sequence of a deal has no gaps')} "
        f"IF {deal} IS NULL {refused('there is no deal of this key')} END LOOP; RETURN NULL; END $$",
        f"{function}.ledger_batch_in_sequence() {declared} BEGIN "
        f"IF NEW.through_sequence IS DISTINCT FROM {last_event} "
        f"{refused('an envelope is of events that stand in the ledger')} "
        f"IF NEW.first_sequence <= {last_batch} "
        f"{refused('envelopes are written in the order of their events, and no event has two')} "
        "RETURN NEW; END $$",
        f"{function}.ledger_sums_of_append() {declared} DECLARE a record; BEGIN "
        "FOR a IN SELECT DISTINCT n.deal_key, n.first_sequence, n.through_sequence FROM arrived n LOOP "
        f"IF NOT {_appended(schema, 'a.deal_key', 'a.first_sequence')} "
        f"OR NOT {_appended(schema, 'a.deal_key', 'a.through_sequence')} OR {others} {of_append} "
        "END LOOP; RETURN NULL; END $$",
        f"{function}.ledger_loans_of_append() {declared} DECLARE a record; BEGIN "
        "FOR a IN SELECT DISTINCT n.deal_key, n.through_sequence FROM arrived n LOOP "
        f"IF {totalled} IS NOT TRUE {of_append} END LOOP; RETURN NULL; END $$",
    ]


def _policy(schema: str) -> list[str]:
    """Return the policy of envelopes anew: its ends are events that this transaction put in."""
    posts = (
        f"((SELECT {schema}.ledger_posts_every()) "
        f"OR batches.deal_key = ANY (CAST((SELECT {schema}.ledger_post_keys()) AS integer[])))"
    )
    ends = " AND ".join(
        _appended(schema, "batches.deal_key", f"batches.{end}") for end in ("first_sequence", "through_sequence")
    )
    return [
        f"DROP POLICY batches_post ON {schema}.batches",
        f"CREATE POLICY batches_post ON {schema}.batches FOR INSERT "
        f"WITH CHECK ({posts} AND login = CAST(session_user AS text) AND {ends})",
    ]


def upgrade() -> None:
    """Put the functions and the policy in the places of those before."""
    if op.get_bind().dialect.name != "postgresql":
        return
    found = (
        "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('deals')"
    )
    schema = op.get_bind().execute(sa.text(found)).scalar_one()
    for statement in (*_functions(schema), *_policy(schema)):
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
