"""An account card and a journal, as reports."""

from __future__ import annotations

from ledger.reports import DEALS_CURRENCY, Column, ColumnKind, Fact, Provenance, Report, Spelling, Table
from replay.account_books import AccountCard, JournalRange


def _dollars(name: str) -> Column:
    return Column(name, kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING)


_PLACE = (
    Column("effective_date", heading="date"),
    Column("type"),
    Column("sequence", heading="event", kind=ColumnKind.COUNT),
    Column("event_id", heading="id"),
    Column("key", heading="of"),
    Column("component"),
)
_CARD = (*_PLACE, _dollars("debit"), _dollars("credit"), _dollars("balance"))
_JOURNAL = (
    *_PLACE[:4],
    Column("account"),
    Column("title", heading="account"),
    *_PLACE[4:],
    _dollars("debit"),
    _dollars("credit"),
)


def account_report(found: AccountCard) -> Report:
    """Return an account card: its opening balance, every movement with its event and what it leaves, its closing."""
    of = f", {found.key}" if found.key is not None else ""
    return Report(
        title=f"{found.deal}: {found.account.title}{of}, {found.first} to {found.last}, known through event "
        f"{found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.last, known_through=found.known_through),
        parts=(
            Fact("account", found.account.name),
            Fact("key", found.key or ""),
            Fact("first", found.first),
            Fact("last", found.last),
            Fact("opening", found.opening),
            Fact("closing", found.closing),
            Table.of(_CARD, found.rows(), name="movements"),
        ),
    )


def journal_report(found: JournalRange) -> Report:
    """Return the journal of a range of days: every posting with its event, and the sums of both sides."""
    shown = ("effective_date", "sequence", "event_id", "title", "key", "debit", "credit")
    total = {column.name: "" for column in _JOURNAL} | {
        "type": "total",
        "title": "total",
        "debit": str(found.debits),
        "credit": str(found.credits),
    }
    return Report(
        title=f"{found.deal}: journal, {found.first} to {found.last}, known through event {found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.last, known_through=found.known_through),
        parts=(
            Fact("first", found.first),
            Fact("last", found.last),
            Fact("debits", found.debits),
            Fact("credits", found.credits),
            Table.of(_JOURNAL, [*found.rows(), total], name="postings", shown=shown),
        ),
    )


__all__ = ["account_report", "journal_report"]
