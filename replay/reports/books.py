"""The books on a business date, as a report."""

from __future__ import annotations

from ledger import Books
from ledger.reports import DEALS_CURRENCY, Column, ColumnKind, Fact, Provenance, Report, Spelling, Table

_COLUMNS = (
    Column("account"),
    Column("title", heading="account"),
    Column("kind", heading="side"),
    Column("key", heading="of"),
    Column("balance", kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING),
    Column("origin"),
)

_HELD_COLUMNS = (
    Column("name", heading="cash held"),
    Column("group", heading="of"),
    Column("distribution", heading="for"),
    Column("loan"),
    Column("amount", kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING),
)


_TRIAL = (
    Column("account"),
    Column("title", heading="account"),
    Column("key", heading="of"),
    Column("debit", kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING),
    Column("credit", kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING),
)


def trial_balance_report(found: Books) -> Report:
    """Return the trial balance: every account on its side, and the sums of both sides, which are equal."""
    return Report(
        title=f"{found.deal}: trial balance on {found.date}, known through event {found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.date, known_through=found.known_through),
        parts=(
            Fact("debits", found.debits.decimal),
            Fact("credits", found.credits.decimal),
            Table.of(_TRIAL, found.trial_rows(), name="trial_balance", shown=("title", "key", "debit", "credit")),
        ),
    )


def books_report(found: Books) -> Report:
    """Return the balance of every account, class, advance and fee, and whose the cash is that is not paid out yet."""
    shown = ("title", "key", "balance", "kind", "origin")
    held = [Table.of(_HELD_COLUMNS, found.held_rows(), name="cash_held")] if found.held else []
    return Report(
        title=f"{found.deal}: books on {found.date}, known through event {found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.date, known_through=found.known_through),
        parts=(Table.of(_COLUMNS, found.rows(), name="balances", shown=shown), *held),
    )
