"""The account card and the journal: what each event debits and credits, between two business dates.

A card begins with the balance of the books on the day before, and ends with that of its last day; every movement in
between names its event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import attrs

from ledger import CHART, Account, AccountKind, AsOf, InvalidArgument, Ledger, RecordedPosting
from replay.frames import Tabular
from replay.statements.asking import Known, Source, ledger_of

if TYPE_CHECKING:
    import polars

_ZERO, _CENT = Decimal("0.00"), Decimal("0.01")
_DEBIT_SIDE = (AccountKind.ASSET, AccountKind.EXPENSE)


@attrs.frozen(kw_only=True)
class Movement:
    """One posting to an account, with the balance that it leaves, which has the sign of the account's side."""

    posting: RecordedPosting
    balance: Decimal


@attrs.frozen(kw_only=True)
class AccountCard(Tabular):
    """One account (or one key of it) between two business dates, both included, in dollars.

    Balances have the sign of the account's side, as in the books: what is owned and what is owed both read as positive.
    Movements are in the order of their business dates, and of the log within a day.
    """

    _DAYS: ClassVar[frozenset[str]] = frozenset({"effective_date"})
    _COUNTS: ClassVar[frozenset[str]] = frozenset({"sequence"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"debit", "credit", "balance"})

    deal: str
    account: Account
    key: str | None
    first: dt.date
    last: dt.date
    known_through: int
    opening: Decimal
    movements: tuple[Movement, ...]

    @property
    def closing(self) -> Decimal:
        """The balance on the last day."""
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def debits(self) -> Decimal:
        """The sum of what was debited."""
        return sum((item.posting.debit for item in self.movements if item.posting.debit > 0), _ZERO)

    @property
    def credits(self) -> Decimal:
        """The sum of what was credited, as a positive amount."""
        return sum((-item.posting.debit for item in self.movements if item.posting.debit < 0), _ZERO)

    def __iter__(self) -> Iterator[Movement]:
        return iter(self.movements)

    def __len__(self) -> int:
        return len(self.movements)

    def __repr__(self) -> str:
        return f"<AccountCard {self.deal}, {self.first} to {self.last}: {len(self.movements)} movements>"

    def rows(self) -> list[dict[str, str]]:
        """Return the card as plain rows: opening, movements and closing, ready for a DataFrame."""
        blank = {"sequence": "", "event_id": "", "key": self.key or "", "component": "", "debit": "", "credit": ""}
        return [
            {"effective_date": str(self.first), "type": "opening", **blank, "balance": _spelt(self.opening)},
            *(
                {
                    "effective_date": str(item.posting.effective_date),
                    "type": item.posting.type,
                    **posting_row(item.posting),
                    "balance": _spelt(item.balance),
                }
                for item in self.movements
            ),
            {
                "effective_date": str(self.last),
                "type": "closing",
                **blank,
                "debit": _spelt(self.debits),
                "credit": _spelt(self.credits),
                "balance": _spelt(self.closing),
            },
        ]

    def to_frame(self) -> polars.DataFrame:
        """Return the card as a Polars DataFrame; needs ``pip install 'indenture[frames]'``."""
        import polars

        return polars.DataFrame(self.rows())


@attrs.frozen(kw_only=True)
class JournalRange(Tabular):
    """Every posting between two business dates, both included, in the order of dates and of the log within a day."""

    _DAYS: ClassVar[frozenset[str]] = frozenset({"effective_date"})
    _COUNTS: ClassVar[frozenset[str]] = frozenset({"sequence"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"debit", "credit"})

    deal: str
    first: dt.date
    last: dt.date
    known_through: int
    postings: tuple[RecordedPosting, ...]

    @property
    def debits(self) -> Decimal:
        """The sum of what was debited, in dollars; equal to :attr:`credits`."""
        return sum((item.debit for item in self.postings if item.debit > 0), _ZERO)

    @property
    def credits(self) -> Decimal:
        """The sum of what was credited, in dollars, as a positive amount."""
        return sum((-item.debit for item in self.postings if item.debit < 0), _ZERO)

    def __iter__(self) -> Iterator[RecordedPosting]:
        return iter(self.postings)

    def __len__(self) -> int:
        return len(self.postings)

    def __repr__(self) -> str:
        return f"<JournalRange {self.deal}: {len(self)} postings>"

    def rows(self) -> list[dict[str, str]]:
        """Return the postings as plain rows, ready for a DataFrame."""
        return [
            {
                "effective_date": str(item.effective_date),
                "type": item.type,
                "account": item.account.name,
                "title": item.account.title,
                **posting_row(item),
            }
            for item in self.postings
        ]

    def to_frame(self) -> polars.DataFrame:
        """Return the postings as a Polars DataFrame; needs ``pip install 'indenture[frames]'``."""
        import polars

        return polars.DataFrame(self.rows())


def _spelt(amount: Decimal) -> str:
    """Return an amount with its cents, or with the decimals beyond them that it has."""
    cents = amount.quantize(_CENT)
    return f"{cents if cents == amount else amount.normalize():f}"


def posting_row(item: RecordedPosting) -> dict[str, str]:
    """Return where a posting comes from and its amount on one of two sides."""
    return {
        "sequence": str(item.sequence),
        "event_id": item.event_id,
        "key": item.key,
        "component": item.component,
        "debit": _spelt(item.debit) if item.debit > 0 else "",
        "credit": _spelt(-item.debit) if item.debit < 0 else "",
    }


def account_card(
    source: Source,
    deal: str,
    account: str,
    first: dt.date,
    last: dt.date,
    *,
    key: str | None = None,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
) -> AccountCard:
    """Return one account of the chart between two business dates: opening balance, movements, running balance, closing.

    ``key`` narrows it to one group, class or fee, as the books name it. It is as known at a sequence, at a moment, or
    when the distribution was closed whose record date is the latest on or before ``last``; else as known now. Raises
    :class:`ledger.InvalidArgument` for an account that is not in the chart, and where ``last`` lies before ``first``.
    """
    with ledger_of(source) as ledger:
        known = _known(ledger, deal, first, last, Known(through=known_through, at=known_at, as_closed=as_closed))
        found = _ordered(ledger.postings(deal, account=account, first=first, last=last, known_through=known))
        before = ledger.books(deal, AsOf(record_date=first - dt.timedelta(days=1), known_through=known))
        side = 1 if CHART[account].kind in _DEBIT_SIDE else -1
        opening = balance = before.balance(account, key).decimal
        movements: list[Movement] = []
        for item in found:
            if key is None or item.key == key:
                balance += side * item.debit
                movements.append(Movement(posting=item, balance=balance))
        return AccountCard(
            deal=deal,
            account=CHART[account],
            key=key,
            first=first,
            last=last,
            known_through=known,
            opening=opening,
            movements=tuple(movements),
        )


def journal(
    source: Source,
    deal: str,
    first: dt.date,
    last: dt.date,
    *,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
) -> JournalRange:
    """Return what every event between two business dates debits and credits; as known when as in `account_card`."""
    with ledger_of(source) as ledger:
        known = _known(ledger, deal, first, last, Known(through=known_through, at=known_at, as_closed=as_closed))
        found = _ordered(ledger.postings(deal, first=first, last=last, known_through=known))
        return JournalRange(deal=deal, first=first, last=last, known_through=known, postings=tuple(found))


def _ordered(found: Iterator[RecordedPosting]) -> list[RecordedPosting]:
    return sorted(found, key=lambda item: (item.effective_date, item.sequence))


def _known(ledger: Ledger, deal: str, first: dt.date, last: dt.date, asked: Known) -> int:
    if last < first:
        raise InvalidArgument("last", "before_first", f"{last} lies before {first}; give the earlier date first")
    known = asked.sequence(ledger, deal, last)
    return ledger.head(deal).sequence if known is None else known


__all__ = ["AccountCard", "JournalRange", "Movement", "account_card", "journal", "posting_row"]
