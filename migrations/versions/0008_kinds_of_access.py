"""A role may do what it was granted, deal by deal, and nothing else: PostgreSQL asks for the kind of access itself.

A grant now says what kind it is, and is held by the role's object identifier beside its name, so that neither a role
that is gone nor a new one of its name is taken for it. Every deal has a row to lock, which only those can lock who may
post to it. Every function that guards the log names its tables whole and keeps to a search path of its own. What is
summed and enveloped must have been appended in the same transaction. An embedded ledger has no roles, and stays as it
is.

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PARTITIONS = 16
_REFUSAL = "the ledger is append-only"
_STATE = "USING ERRCODE = 'integrity_constraint_violation'"
_PATH = "SET search_path = pg_catalog, pg_temp"
"""The last of them must be named, or it would come first."""

_GRANTED = ("deals", "events", "batches", "run_totals", "run_loans", "snapshots", "deal_access", "alembic_version")
_OF_DEAL = ("events", "batches", "run_totals", "run_loans", "snapshots")

_OWN = (
    "pg_catalog.pg_get_userbyid(CAST({a}grantee_oid AS oid)) = CAST({a}grantee AS name) "
    "AND pg_catalog.pg_has_role(CAST({a}grantee_oid AS oid), 'USAGE')"
)
"""A grant to the role that asks, or to one whose rights it has. Neither function minds a role that is gone."""

_OTHERWISE = "o.grantee_oid = a.grantee_oid AND o.grantee = a.grantee"
_APPENDED = "xmin = CAST(pg_catalog.pg_current_xact_id() AS xid)"
"""A row that this transaction put in."""


def _asking(schema: str) -> list[str]:
    """Return the functions that policies ask; the grant that names a deal goes before the one of every deal."""
    held = f"FROM {schema}.deal_access a WHERE {_OWN.format(a='a.')}"
    posting = f"{held} AND a.access = 'servicer'"
    declared = f"LANGUAGE plpgsql STABLE SECURITY INVOKER {_PATH} AS $$ BEGIN RETURN"
    named = f"EXISTS (SELECT 1 FROM {schema}.deal_access o WHERE {_OTHERWISE} AND o.deal ="
    return [
        f"CREATE FUNCTION {schema}.ledger_reads_every() RETURNS boolean {declared} "
        f"EXISTS (SELECT 1 {held} AND a.deal = '*'); END $$",
        f"CREATE FUNCTION {schema}.ledger_read_names() RETURNS text[] {declared} ARRAY(SELECT a.deal {held}); END $$",
        f"CREATE FUNCTION {schema}.ledger_read_keys() RETURNS integer[] {declared} "
        f"ARRAY(SELECT d.deal_key FROM {schema}.deals d WHERE d.deal IN (SELECT a.deal {held})); END $$",
        f"CREATE FUNCTION {schema}.ledger_posts(asked text) RETURNS boolean {declared} "
        f"EXISTS (SELECT 1 {posting} AND (a.deal = asked OR (a.deal = '*' AND NOT {named} asked)))); END $$",
        f"CREATE FUNCTION {schema}.ledger_posts_every() RETURNS boolean {declared} "
        f"EXISTS (SELECT 1 {posting} AND a.deal = '*' AND NOT EXISTS (SELECT 1 FROM {schema}.deal_access o "
        f"WHERE {_OTHERWISE} AND o.access <> 'servicer')); END $$",
        f"CREATE FUNCTION {schema}.ledger_post_keys() RETURNS integer[] {declared} "
        f"ARRAY(SELECT d.deal_key FROM {schema}.deals d WHERE EXISTS (SELECT 1 {posting} "
        f"AND (a.deal = d.deal OR (a.deal = '*' AND NOT {named} d.deal))))); END $$",
    ]


def _policies(schema: str) -> list[str]:
    """Return the policies: what is asked once a statement stands in a query of its own."""
    reads = (
        f"(SELECT {schema}.ledger_reads_every()) "
        f"OR {{table}}.deal_key = ANY (CAST((SELECT {schema}.ledger_read_keys()) AS integer[]))"
    )
    posts = (
        f"((SELECT {schema}.ledger_posts_every()) "
        f"OR {{table}}.deal_key = ANY (CAST((SELECT {schema}.ledger_post_keys()) AS integer[])))"
    )
    ends = " AND ".join(
        f"EXISTS (SELECT 1 FROM {schema}.events e WHERE e.deal_key = batches.deal_key AND e.sequence = batches.{end} "
        f"AND e.{_APPENDED})"
        for end in ("first_sequence", "through_sequence")
    )
    further = {"batches": f" AND login = CAST(session_user AS text) AND {ends}"}
    found = [f"DROP POLICY {table}_by_access ON {schema}.{table}" for table in ("deals", *_OF_DEAL)]
    found += [
        f"CREATE POLICY deals_read ON {schema}.deals FOR SELECT USING ((SELECT {schema}.ledger_reads_every()) "
        f"OR deal = ANY (CAST((SELECT {schema}.ledger_read_names()) AS text[])))",
        f"CREATE POLICY deals_post ON {schema}.deals FOR INSERT WITH CHECK ({schema}.ledger_posts(deal))",
        f"ALTER TABLE {schema}.deal_access ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY deal_access_own ON {schema}.deal_access FOR SELECT USING ({_OWN.format(a='')})",
        f"ALTER TABLE {schema}.deal_locks ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY deal_locks_post ON {schema}.deal_locks "
        f"USING ({schema}.ledger_posts(deal)) WITH CHECK ({schema}.ledger_posts(deal))",
    ]
    for table in _OF_DEAL:
        found.append(f"CREATE POLICY {table}_read ON {schema}.{table} FOR SELECT USING ({reads.format(table=table)})")
        check = posts.format(table=table) + further.get(table, "")
        found.append(f"CREATE POLICY {table}_post ON {schema}.{table} FOR INSERT WITH CHECK ({check})")
    # A policy of the whole does not bind who reaches for a part by its name: without one of its own nothing is seen.
    found += [f"ALTER TABLE {schema}.{part} ENABLE ROW LEVEL SECURITY" for part in _parts()]
    return found


def _parts() -> list[str]:
    return [f"events_part_{part:02}" for part in range(_PARTITIONS)]


def _triggers(schema: str) -> list[str]:
    """Return the functions of the triggers, which look at nothing of their caller's, and the triggers that are new."""
    declared = f"RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER {_PATH} AS $$ BEGIN"
    last_event = f"COALESCE((SELECT MAX(e.sequence) FROM {schema}.events e WHERE e.deal_key = NEW.deal_key), 0)"
    last_batch = (
        f"(SELECT b.through_sequence FROM {schema}.batches b WHERE b.deal_key = NEW.deal_key "
        "ORDER BY b.first_sequence DESC LIMIT 1)"
    )
    ends = (
        f"(SELECT COUNT(*) FROM {schema}.events e WHERE e.deal_key = a.deal_key "
        f"AND e.sequence IN (a.first_sequence, a.through_sequence) AND e.{_APPENDED})"
    )
    function = f"CREATE OR REPLACE FUNCTION {schema}"
    summed = "AFTER INSERT ON {table} REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION"
    return [
        f"{function}.ledger_refuse_change() {declared} "
        f"RAISE EXCEPTION '{_REFUSAL}: % on % is refused', TG_OP, TG_TABLE_NAME {_STATE}; END $$",
        f"{function}.ledger_in_sequence() {declared} "
        "IF EXISTS (SELECT 1 FROM (SELECT n.deal_key, MIN(n.sequence) AS first, MAX(n.sequence) AS last, "
        "COUNT(*) AS rows FROM arrived n GROUP BY n.deal_key) a WHERE a.last - a.first + 1 <> a.rows "
        f"OR (a.first > 1 AND NOT EXISTS (SELECT 1 FROM {schema}.events e "
        "WHERE e.deal_key = a.deal_key AND e.sequence = a.first - 1))) "
        f"THEN RAISE EXCEPTION '{_REFUSAL}: the sequence of a deal has no gaps' {_STATE}; END IF; "
        "IF EXISTS (SELECT 1 FROM (SELECT DISTINCT n.deal_key FROM arrived n) a "
        f"WHERE NOT EXISTS (SELECT 1 FROM {schema}.deals d WHERE d.deal_key = a.deal_key)) "
        f"THEN RAISE EXCEPTION '{_REFUSAL}: there is no deal of this key' {_STATE}; END IF; RETURN NULL; END $$",
        f"{function}.ledger_batch_in_sequence() {declared} "
        f"IF NEW.through_sequence > {last_event} THEN RAISE EXCEPTION "
        f"'{_REFUSAL}: an envelope is of events that stand in the ledger' {_STATE}; END IF; "
        f"IF NEW.first_sequence <= {last_batch} THEN RAISE EXCEPTION "
        f"'{_REFUSAL}: envelopes are written in the order of their events, and no event has two' {_STATE}; END IF; "
        "RETURN NEW; END $$",
        f"{function}.ledger_deal_is_new() {declared} "
        f"IF EXISTS (SELECT 1 FROM {schema}.deals d WHERE d.deal = NEW.deal) THEN RAISE EXCEPTION "
        f"'{_REFUSAL}: this deal is open already' {_STATE}; END IF; RETURN NEW; END $$",
        f"{function}.ledger_sums_of_append() {declared} "
        "IF EXISTS (SELECT 1 FROM (SELECT DISTINCT n.deal_key, n.first_sequence, n.through_sequence FROM arrived n) a "
        f"WHERE {ends} <> CASE WHEN a.first_sequence = a.through_sequence THEN 1 ELSE 2 END "
        f"OR EXISTS (SELECT 1 FROM {schema}.run_totals t WHERE t.deal_key = a.deal_key "
        "AND t.through_sequence >= a.first_sequence AND t.first_sequence <= a.through_sequence "
        "AND (t.first_sequence, t.through_sequence) <> (a.first_sequence, a.through_sequence))) "
        f"THEN RAISE EXCEPTION '{_REFUSAL}: sums are of events that were appended with them, and of each once' "
        f"{_STATE}; END IF; RETURN NULL; END $$",
        f"{function}.ledger_loans_of_append() {declared} "
        "IF EXISTS (SELECT 1 FROM (SELECT DISTINCT n.deal_key, n.through_sequence FROM arrived n) a "
        f"WHERE NOT EXISTS (SELECT 1 FROM {schema}.run_totals t WHERE t.deal_key = a.deal_key "
        f"AND t.through_sequence = a.through_sequence AND t.{_APPENDED})) "
        f"THEN RAISE EXCEPTION '{_REFUSAL}: sums are of events that were appended with them, and of each once' "
        f"{_STATE}; END IF; RETURN NULL; END $$",
        f"CREATE TRIGGER deals_refuse_replace BEFORE INSERT ON {schema}.deals "
        f"FOR EACH ROW EXECUTE FUNCTION {schema}.ledger_deal_is_new()",
        # The table numbers deals itself: whoever may draw from a sequence can see how many there are, and use it up.
        f"{function}.ledger_number_deal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {_PATH} AS $$ BEGIN "
        "IF NEW.deal_key IS NULL THEN "
        f"NEW.deal_key := pg_catalog.nextval('{schema}.deals_deal_key_seq'); END IF; RETURN NEW; END $$",
        f"REVOKE EXECUTE ON FUNCTION {schema}.ledger_number_deal() FROM PUBLIC",
        f"ALTER TABLE {schema}.deals ALTER deal_key DROP DEFAULT",
        f"CREATE TRIGGER deals_take_number BEFORE INSERT ON {schema}.deals "
        f"FOR EACH ROW EXECUTE FUNCTION {schema}.ledger_number_deal()",
        f"CREATE TRIGGER run_totals_of_append {summed.format(table=f'{schema}.run_totals')} "
        f"{schema}.ledger_sums_of_append()",
        f"CREATE TRIGGER run_loans_of_append {summed.format(table=f'{schema}.run_loans')} "
        f"{schema}.ledger_loans_of_append()",
        *(
            f"CREATE TRIGGER events_in_sequence {summed.format(table=f'{schema}.{part}')} {schema}.ledger_in_sequence()"
            for part in _parts()
        ),
        *(
            f"CREATE TRIGGER deal_locks_refuse_{verb.lower()} BEFORE {verb} ON {schema}.deal_locks "
            f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {schema}.ledger_refuse_change()"
            for verb in ("UPDATE", "DELETE", "TRUNCATE")
        ),
    ]


def _carry_over(schema: str) -> list[str]:
    """Return what gives every grant its kind, and the role of each the rights of that kind alone."""
    whole = ", ".join(f"{schema}.{table}" for table in (*_GRANTED, "deal_locks", *_parts()))
    reading = ", ".join(f"{schema}.{table}" for table in _GRANTED)
    posting = ", ".join(f"{schema}.{table}" for table in _OF_DEAL)
    events = f"CAST('{schema}.events' AS pg_catalog.regclass)"
    owner = f"(SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = {events})"
    changing = (
        "SELECT g.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g "
        f"WHERE c.oid IN ({events}, CAST('{schema}.snapshots' AS pg_catalog.regclass)) AND g.privilege_type <> 'SELECT'"
    )
    return [
        # Who could insert could do so into each of its deals. A role that is gone is held under no identifier.
        f"UPDATE {schema}.deal_access SET grantee_oid = COALESCE((SELECT CAST(r.oid AS bigint) "
        "FROM pg_catalog.pg_roles r WHERE r.rolname = grantee), 0)",
        f"UPDATE {schema}.deal_access SET access = CASE WHEN grantee_oid <> 0 AND pg_catalog.has_table_privilege("
        f"CAST(grantee_oid AS oid), '{schema}.events', 'INSERT') THEN 'servicer' ELSE 'auditor' END",
        # A role whose last deal was taken back had kept its rights to the tables.
        "DO $$ DECLARE held record; BEGIN FOR held IN SELECT r.rolname AS name, "
        f"COALESCE(bool_or(a.access = 'servicer'), FALSE) AS posts, COUNT(a.deal) AS deals FROM pg_catalog.pg_roles r "
        f"LEFT JOIN {schema}.deal_access a ON a.grantee = r.rolname "
        f"WHERE NOT r.rolsuper AND r.oid <> {owner} AND (a.deal IS NOT NULL OR r.oid IN ({changing})) "
        "GROUP BY r.rolname LOOP "
        f"EXECUTE pg_catalog.format('REVOKE ALL ON {whole} FROM %I', held.name); "
        f"EXECUTE pg_catalog.format('REVOKE ALL ON SEQUENCE {schema}.deals_deal_key_seq FROM %I', held.name); "
        f"IF held.deals > 0 THEN EXECUTE pg_catalog.format('GRANT SELECT ON {reading} TO %I', held.name); END IF; "
        "IF held.posts THEN "
        f"EXECUTE pg_catalog.format('GRANT INSERT ON {posting} TO %I', held.name); "
        f"EXECUTE pg_catalog.format('GRANT INSERT (deal, opened_at) ON {schema}.deals TO %I', held.name); "
        f"EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE (deal) ON {schema}.deal_locks TO %I', held.name); "
        "END IF; END LOOP; END $$",
    ]


def upgrade() -> None:
    """Give every grant its kind, and put the guards in place of those before."""
    if op.get_bind().dialect.name != "postgresql":
        return
    found = (
        "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('deals')"
    )
    schema = op.get_bind().execute(sa.text(found)).scalar_one()
    op.add_column("deal_access", sa.Column("grantee_oid", sa.BigInteger, nullable=True))
    op.add_column("deal_access", sa.Column("access", sa.Text, nullable=True))
    op.create_table(
        "deal_locks", sa.Column("deal", sa.Text, nullable=False), sa.PrimaryKeyConstraint("deal", name="pk_deal_locks")
    )
    for statement in _carry_over(schema):
        op.execute(statement)
    op.alter_column("deal_access", "grantee_oid", nullable=False)
    op.alter_column("deal_access", "access", nullable=False)
    op.drop_constraint("pk_deal_access", "deal_access", type_="primary")
    op.create_primary_key("pk_deal_access", "deal_access", ["grantee_oid", "grantee", "deal"])
    op.create_check_constraint(op.f("ck_deal_access_kind"), "deal_access", "access IN ('servicer', 'auditor')")
    for statement in (*_asking(schema), *_triggers(schema), *_policies(schema)):
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
