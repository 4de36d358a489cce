"""The books on any business date: the balance of every account, group, class and fee.

Books count every event effective on or before the date, whatever distribution it belongs to. Debits are positive; an
account's ``balance`` is shown with the sign of its side, so that what is owed and what is owned both read as positive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import attrs

from ledger.journal.accounts import CHART, Account, AccountKind
from ledger.journal.postings import Journal
from ledger.journal.totals import Totals
from ledger.values.exact import Exact, total

_DEBIT_SIDE = (AccountKind.ASSET, AccountKind.EXPENSE)


@attrs.frozen(kw_only=True)
class BookBalance:
    """One account under one key (a group, a class, a fee), in dollars."""

    account: Account
    key: str
    debit: Exact
    balance: Exact


@attrs.frozen(kw_only=True)
class Books:
    """Every account of a deal on one business date, at one point of knowledge."""

    deal: str
    date: dt.date
    known_through: int
    balances: tuple[BookBalance, ...]

    def balance(self, account: str, key: str | None = None) -> Exact:
        """Return the balance of an account, under one key or over all of them; zero where nothing was posted.

        Raises :class:`KeyError` for an account that is not in the chart.
        """
        if account not in CHART:
            raise KeyError(f"{account!r} is not an account; the accounts are {', '.join(CHART)}")
        found = [b.balance for b in self.balances if b.account.name == account and (key is None or b.key == key)]
        return total(found)

    def __iter__(self) -> Iterator[BookBalance]:
        return iter(self.balances)

    def rows(self) -> list[dict[str, str]]:
        """Return the books as plain rows, ready for a DataFrame."""
        return [
            {
                "account": item.account.name,
                "title": item.account.title,
                "kind": item.account.kind.value,
                "key": item.key,
                "balance": str(item.balance.decimal),
                "origin": item.balance.origin.value,
            }
            for item in self.balances
        ]


def _key(group: str, class_id: str, code: str) -> str:
    return " ".join(part for part in (group, class_id, code) if part)


def books(
    deal: str, date: dt.date, known_through: int, totals: Totals, rules_of: Callable[[int], int] | None = None
) -> Books:
    """Return the books that totals of every event effective by ``date`` add up to.

    ``rules_of`` says under which rules a distribution is; None: all under today's.
    """
    journal = Journal(totals, rules_of)
    found: list[BookBalance] = []
    for name in journal.accounts():
        account = CHART[name]
        sign = 1 if account.kind in _DEBIT_SIDE else -1
        for group, class_id, code in sorted(journal.keys(name)):
            debit = journal.balance(name, group=group or None, class_id=class_id or None, code=code or None)
            balance = debit if sign > 0 else (-debit)
            found.append(
                BookBalance(
                    account=account,
                    key=_key(group, class_id, code),
                    debit=debit,
                    balance=balance.named(account.title, origin=debit.origin),
                )
            )
    return Books(deal=deal, date=date, known_through=known_through, balances=tuple(found))
