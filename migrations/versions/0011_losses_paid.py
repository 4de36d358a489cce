"""The views say what losses that are paid back do to the accounts.

What ``read_accounts`` and ``read_legs`` hold stays as it is and in its order; one account, and the legs of what came
with it, stand among it from now on. Views that ask these stay.

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ACCOUNT = ("bond_losses_paid", "expense", "class", "losses of classes that excess paid back")
_AFTER = "bond_interest"
_BROUGHT = "class losses paid out of"
_LEGS = (
    ("bond_loss_paid", "*", "interest", "bond_losses_paid", "distribution_account"),
    ("bond_loss_paid", "*", "principal", "bond_losses", "distribution_account"),
    ("amount_brought_forward", f"{_BROUGHT} interest", "memo", "bond_losses_paid", "brought_forward"),
    ("amount_brought_forward", f"{_BROUGHT} principal", "memo", "bond_losses", "brought_forward"),
)
"""Type, code, component, and the accounts debited and credited, under any rules."""

_ACCOUNT_COLUMNS = ("position", "account", "kind", "keyed_by", "title")
_LEG_COLUMNS = ("type", "code", "first_rules", "last_rules", "component", "account", "sign")


def _accounts(held: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return the accounts in their order with the new one in its place, counted anew."""
    rest = [tuple(row[1:]) for row in held]
    place = [row[0] for row in rest].index(_AFTER) + 1
    return [(number, *row) for number, row in enumerate([*rest[:place], _ACCOUNT, *rest[place:]], 1)]


def _legs(held: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return the legs with the new ones behind them."""
    more = [
        (name, code, 1, 99, component, account, sign)
        for name, code, component, debit, credit in _LEGS
        for account, sign in ((debit, 1), (credit, -1))
    ]
    return [*held, *more]


def _rows(rows: list[tuple[object, ...]]) -> str:
    """Return rows of texts and numbers as the VALUES of a view; texts hold no quote."""
    return ", ".join(f"({', '.join(str(v) if isinstance(v, int) else repr(v) for v in row)})" for row in rows)


def upgrade() -> None:
    """Let both views hold what they held, and what is new."""
    bind = op.get_bind()
    embedded = bind.dialect.name == "sqlite"
    home = ""
    if not embedded:
        found = (
            "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
            "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('deals')"
        )
        home = f"{bind.execute(sa.text(found)).scalar_one()}."
    for view, columns, order, change in (
        ("read_accounts", _ACCOUNT_COLUMNS, " ORDER BY position", _accounts),
        ("read_legs", _LEG_COLUMNS, "", _legs),
    ):
        held = [tuple(row) for row in bind.execute(sa.text(f"SELECT {', '.join(columns)} FROM {home}{view}{order}"))]
        query = f"({', '.join(columns)}) AS VALUES {_rows(change(held))}"
        if embedded:
            op.execute(f"DROP VIEW {view}")
            op.execute(f"CREATE VIEW {view} {query}")
        else:
            named = query.replace(" AS ", " WITH (security_invoker = true) AS ", 1)
            op.execute(f"CREATE OR REPLACE VIEW {home}{view} {named}")


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
