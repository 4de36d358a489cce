"""What every run moved under what a pool is cut by, so that a cut of a large pool looks at no loan.

A run that closes a distribution also says where the pool stands after everything up to it. What is filled in here is
what a writer would have written: of each run, its boardings first, then what it moved.

Revision: 0010
Revises: 0009
"""

import json
from collections import defaultdict
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REFUSAL = "the ledger is append-only"
_TABLE = "run_cuts"
_VALUES = (
    *("remaining_term_months", "remaining_amortization_months", "seasoning_months", "margin", "max_rate", "min_rate"),
    *("cap_up", "cap_down", "pmi_rate"),
)
_AGE, _SINCE = "seasoning_months", "origination_date"
_MOST_STANDING = 100_000
_PART = 64

_RUNS = "SELECT DISTINCT through_sequence FROM run_totals WHERE deal_key = :deal ORDER BY through_sequence"
_BOARDINGS = (
    "SELECT sequence, loan, loan_group, reverses, payload FROM events WHERE deal_key = :deal AND loan <> '' "
    "AND posts_as = 'loan_boarded' AND posts_as NOT IN ('scheduled_payment_due', 'servicing_fee_withheld') "
    "AND NOT (posts_as = 'collection_received' AND code = 'on time') ORDER BY sequence"
)
_CLOSINGS = (
    "SELECT through_sequence, MAX(distribution) FROM run_totals WHERE deal_key = :deal AND posts_as = 'period_closed' "
    "GROUP BY through_sequence"
)
_MOVES = (
    "SELECT through_sequence, loan, distribution, balance FROM run_loans WHERE deal_key = :deal "
    "ORDER BY through_sequence"
)
_INSERT = (
    f"INSERT INTO {_TABLE} (deal_key, through_sequence, again, closed, moved, standing) "
    "VALUES (:deal_key, :through_sequence, :again, :closed, :moved, :standing)"
)


def _postgresql(schema: str) -> list[str]:
    """Return what guards the table on PostgreSQL, as it guards the other sums, and who may read it and post to it."""
    whole = f"{schema}.{_TABLE}"
    reads = (
        f"(SELECT {schema}.ledger_reads_every()) "
        f"OR {_TABLE}.deal_key = ANY (CAST((SELECT {schema}.ledger_read_keys()) AS integer[]))"
    )
    posts = (
        f"((SELECT {schema}.ledger_posts_every()) "
        f"OR {_TABLE}.deal_key = ANY (CAST((SELECT {schema}.ledger_post_keys()) AS integer[])))"
    )
    return [
        *(
            f"CREATE TRIGGER {_TABLE}_refuse_{verb.lower()} BEFORE {verb} ON {whole} "
            f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {schema}.ledger_refuse_change()"
            for verb in ("UPDATE", "DELETE", "TRUNCATE")
        ),
        f"CREATE TRIGGER {_TABLE}_of_append AFTER INSERT ON {whole} REFERENCING NEW TABLE AS arrived "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {schema}.ledger_loans_of_append()",
        f"ALTER TABLE {whole} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY {_TABLE}_read ON {whole} FOR SELECT USING ({reads})",
        f"CREATE POLICY {_TABLE}_post ON {whole} FOR INSERT WITH CHECK ({posts})",
        "DO $$ DECLARE held record; BEGIN FOR held IN SELECT r.rolname AS name, "
        f"bool_or(a.access = 'servicer') AS posts FROM {schema}.deal_access a JOIN pg_catalog.pg_roles r "
        "ON r.rolname = a.grantee AND CAST(r.oid AS bigint) = a.grantee_oid GROUP BY r.rolname LOOP "
        f"EXECUTE pg_catalog.format('GRANT SELECT ON {whole} TO %I', held.name); "
        f"IF held.posts THEN EXECUTE pg_catalog.format('GRANT INSERT ON {whole} TO %I', held.name); END IF; "
        "END LOOP; END $$",
    ]


def _spelt(value):
    """Return a field as its payload spells it: a text, as counts are too."""
    return None if value is None else str(value)


def _boarding(row):
    """Return the loan and what it is cut by: group, day, and fields with their values; None where it is taken back."""
    _, loan, group, reverses, payload = row
    if reverses is not None:
        return loan, None
    held = json.loads(payload)
    values = [(name, _spelt(held.get(name))) for name in _VALUES]
    if held.get(_AGE) is None:
        values.append((_SINCE, _spelt(held.get(_SINCE))))
    return loan, (group, held["effective_date"], tuple(item for item in values if item[1] is not None))


def _written(moved):
    found = {}
    for (distribution, group, boarded, field, value), units in moved.items():
        by_group = found.setdefault(str(distribution), {})
        by_group.setdefault(group, {}).setdefault(boarded, {}).setdefault(field, {})[value] = units
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _rows(bind, deal):
    """Yield the rows of a deal, run by run."""
    asked = {"deal": deal}
    closings = dict(tuple(row) for row in bind.execute(sa.text(_CLOSINGS), asked))
    runs = [row[0] for row in bind.execute(sa.text(_RUNS), asked)]
    boardings = iter(map(tuple, bind.execute(sa.text(_BOARDINGS), asked)))
    moves = groupby(map(tuple, bind.execute(sa.text(_MOVES), asked)), key=lambda row: row[0])
    boarding, moving = next(boardings, None), next(moves, None)
    cuts, strangers, sums, useless = {}, set(), defaultdict(int), False
    for through in runs:
        again = 0
        while boarding is not None and boarding[0] <= through:
            loan, cut = _boarding(boarding)
            if cut is None or loan in cuts or loan in strangers:
                again += 1
            cuts[loan] = None if cut is None or loan in cuts else cut
            boarding = next(boardings, None)
        moved = defaultdict(int)
        if moving is not None and moving[0] == through:
            for _, loan, distribution, units in moving[1]:
                if loan not in cuts:
                    strangers.add(loan)
                elif cuts[loan] is not None:
                    group, boarded, values = cuts[loan]
                    for name, value in values:
                        moved[distribution, group, boarded, name, value] += units
            moving = next(moves, None)
        moved = {key: units for key, units in moved.items() if units}
        useless = useless or again > 0
        for key, units in () if useless else moved.items():
            sums[key] += units
        closed, standing = closings.get(through), None
        if closed is not None and not useless:
            together = defaultdict(int)
            for (distribution, *rest), units in sums.items():
                together[(max(distribution, closed), *rest)] += units
            sums = defaultdict(int, {key: units for key, units in together.items() if units})
            standing = _written(sums) if len(sums) <= _MOST_STANDING else None
        if moved or again or standing is not None:
            row = {"again": again, "closed": None if standing is None else closed, "standing": standing}
            yield {"deal_key": deal, "through_sequence": through, "moved": _written(moved), **row}


def _fill(bind):
    for (deal,) in bind.execute(sa.text("SELECT deal_key FROM deals ORDER BY deal_key")).all():
        rows = _rows(bind, deal)
        while part := [row for row, _ in zip(rows, range(_PART), strict=False)]:
            bind.execute(sa.text(_INSERT), part)


def upgrade() -> None:
    """Create the table and fill it; then guard it as the other sums are."""
    bind = op.get_bind()
    op.create_table(
        _TABLE,
        sa.Column("deal_key", sa.Integer, nullable=False),
        sa.Column("through_sequence", sa.BigInteger, nullable=False),
        sa.Column("again", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.Integer, nullable=True),
        sa.Column("moved", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("deal_key", "through_sequence", name=f"pk_{_TABLE}"),
        sa.CheckConstraint("(closed IS NULL) = (standing IS NULL)", name=op.f(f"ck_{_TABLE}_closed")),
        sqlite_with_rowid=False,
    )
    _fill(bind)
    if bind.dialect.name == "postgresql":
        found = (
            "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
            "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('deals')"
        )
        statements = _postgresql(bind.execute(sa.text(found)).scalar_one())
    else:
        statements = [
            f"CREATE TRIGGER {_TABLE}_refuse_{verb.lower()} BEFORE {verb} ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}: {verb} on {_TABLE} is refused'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
