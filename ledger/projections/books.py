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
from ledger.projections.held import HeldCash, LoansCash, cash_held
from ledger.values.exact import Exact, total
from ledger.values.glance import Glanced

_DEBIT_SIDE = (AccountKind.ASSET, AccountKind.EXPENSE)


@attrs.frozen(kw_only=True)
class BookBalance:
    """One account under one key (a group, a class, a fee), in dollars."""

    account: Account
    key: str
    debit: Exact
    balance: Exact


@attrs.frozen(kw_only=True)
class Books(Glanced):
    """Every account of a deal on one business date, at one point of knowledge.

    ``held`` is what of the cash is not paid out yet, and whose it is; it is told of deals under the second rules.
    """

    deal: str
    date: dt.date
    known_through: int
    balances: tuple[BookBalance, ...]
    held: tuple[HeldCash, ...] = ()

    def __repr__(self) -> str:
        return f"<Books {self.deal} {self.date}, known through {self.known_through}: {len(self.balances)} balances>"

    def glance(self) -> list[dict[str, str]]:
        """Return the balances, account by account."""
        return self.rows()

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

    @property
    def debits(self) -> Exact:
        """The sum of every debit balance; equal to :attr:`credits`, since every event debits what it credits."""
        return total([item.debit for item in self.balances if item.debit.value > 0])

    @property
    def credits(self) -> Exact:
        """The sum of every credit balance, as a positive amount."""
        return total([-item.debit for item in self.balances if item.debit.value < 0])

    def trial_rows(self) -> list[dict[str, str]]:
        """Return the trial balance as plain rows: every account with its debit or its credit balance, then the sums."""
        rows = [
            {
                "account": item.account.name,
                "title": item.account.title,
                "key": item.key,
                "debit": str(item.debit.decimal) if item.debit.value >= 0 else "",
                "credit": str((-item.debit).decimal) if item.debit.value < 0 else "",
            }
            for item in self.balances
        ]
        sums = {"debit": str(self.debits.decimal), "credit": str(self.credits.decimal)}
        return [*rows, {"account": "total", "title": "total", "key": "", **sums}]

    def held_rows(self) -> list[dict[str, str]]:
        """Return the cash that is held as plain rows: by name, group and distribution, and of loans one by one."""
        found: list[dict[str, str]] = []
        for item in self.held:
            place = {"name": item.name, "group": item.group, "distribution": str(item.distribution or "")}
            rest = item.amount - total(item.loans.values()) if item.loans else item.amount
            of = [(loan, amount) for loan, amount in item.loans.items()] + ([("", rest)] if rest.value else [])
            found.extend({**place, "loan": loan, "amount": str(amount.decimal)} for loan, amount in of)
        return found


def _key(group: str, class_id: str, code: str) -> str:
    return " ".join(part for part in (group, class_id, code) if part)


def books(
    deal: str,
    date: dt.date,
    known_through: int,
    totals: Totals,
    rules_of: Callable[[int], int] | None = None,
    of_loans: LoansCash | None = None,
) -> Books:
    """Return the books that totals of every event effective by ``date`` add up to.

    ``rules_of`` says under which rules a distribution is; None: all under today's. ``of_loans`` is what of the cash is
    known to be of single loans; None: the cash that is held is not told.
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
    held = () if of_loans is None else cash_held(totals, journal, of_loans)
    return Books(deal=deal, date=date, known_through=known_through, balances=tuple(found), held=held)
