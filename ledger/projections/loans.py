"""The loans of a pool one by one: where each stands, what moved it in a month, and what ties it to its actual balance.

Balances are *stated* (scheduled) principal balances, which fall by what falls due whether it came in or not, unless a
name says otherwise. What nobody knows is None, and never zero. Sums over the loans are the pool's figures, less what is
known of a group only as a whole; that part is shown under its own name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from ledger.journal.movements import BOARDING
from ledger.journal.postings import account_effect
from ledger.journal.totals import TotalRow
from ledger.projections.collateral import REPURCHASES
from ledger.values.glance import Glanced
from ledger.values.money import from_store

POOL_PRINCIPAL = "pool_principal"
POOL = "total"
"""The name under which figures of all groups together stand, as in the statement."""

MOVEMENT_OF: Mapping[str, str] = {
    BOARDING: "boarded",
    "scheduled_payment_due": "scheduled_principal",
    "curtailment_collected": "curtailments",
    "payoff_collected": "payoffs",
    "insurance_proceeds_received": "insurance_principal",
    **dict.fromkeys(REPURCHASES, "repurchases"),
    "loan_liquidated": "liquidations",
    "draw_made": "draws",
    "interest_capitalized": "capitalized",
    "principal_deferred": "deferred_or_forgiven",
    "principal_forgiven": "deferred_or_forgiven",
    "deferred_principal_collected": "deferred_collected",
}
"""The column of a roll-forward that each type of event that moves a balance belongs to."""

MOVEMENTS = tuple(dict.fromkeys(MOVEMENT_OF.values()))
"""The columns of a roll-forward between its opening and its closing balance."""

CAME = ("pool_balance_brought_forward", BOARDING)
LEFT = ("payoff_collected", *REPURCHASES, "loan_liquidated")
"""Event types that bring loans into a pool, and that take them out of it."""


@attrs.frozen(kw_only=True, repr=False)
class LoanLine(Glanced):
    """Where one loan stands after a distribution; amounts in dollars, rates yearly fractions, terms in months.

    ``loan_count`` is 1 for a loan of the pool, and 0 for one that left it and whose advances are still owed. The rates
    are those in force at the end of the due period. ``actual_balance`` is what the borrower owes: the stated balance,
    with scheduled principal that did not come in, without what came in ahead of its distribution.
    ``arrears_principal`` and ``arrears_interest`` fell due by the end of the due period and did not come in by the
    remittance cut-off. ``advances`` are of principal and interest, ``servicing_advances`` of the rest,
    ``nonrecoverable_advances`` of either. ``deferred_principal`` bears no interest; the terms say whether it stands in
    the stated balance or beside it. ``remaining_term``, ``seasoning`` and ``loan_to_value`` follow from what was
    boarded, the last as it was then.
    """

    loan: str
    group: str
    loan_count: int
    status: str
    bucket: str
    paid_to_date: dt.date | None
    note_rate: Decimal
    servicing_rate: Decimal | None
    remaining_term: Decimal | None
    seasoning: Decimal | None
    loan_to_value: Decimal | None
    stated_balance: Decimal
    actual_balance: Decimal | None
    arrears_principal: Decimal | None
    arrears_interest: Decimal | None
    advances: Decimal
    servicing_advances: Decimal
    nonrecoverable_advances: Decimal
    deferred_principal: Decimal
    boarded_balance: Decimal

    @property
    def advances_outstanding(self) -> Decimal:
        """Everything that the servicer is still owed of the loan."""
        return self.advances + self.servicing_advances + self.nonrecoverable_advances


LOAN_AMOUNTS = (
    "stated_balance",
    "actual_balance",
    "arrears_principal",
    "arrears_interest",
    "advances",
    "servicing_advances",
    "nonrecoverable_advances",
    "deferred_principal",
    "boarded_balance",
)
"""The amounts of a loan that are added up over a pool."""


@attrs.frozen(kw_only=True, repr=False)
class RollForward(Glanced):
    """How a balance came from one distribution to the next, of a loan, a group or the pool: reductions are negative.

    In print the columns are lines of the statement's pool page. ``difference`` is what they leave over: 0.00 where
    they foot.
    """

    loan: str
    group: str
    opening_balance: Decimal
    boarded: Decimal
    scheduled_principal: Decimal
    curtailments: Decimal
    payoffs: Decimal
    insurance_principal: Decimal
    repurchases: Decimal
    liquidations: Decimal
    draws: Decimal
    capitalized: Decimal
    deferred_or_forgiven: Decimal
    deferred_collected: Decimal
    closing_balance: Decimal

    @property
    def difference(self) -> Decimal:
        """What is left of the closing balance when everything else is taken from it."""
        moved = sum((getattr(self, name) for name in MOVEMENTS), self.opening_balance)
        return self.closing_balance - moved


@attrs.frozen(kw_only=True, repr=False)
class LoanBridge(Glanced):
    """What stands between the actual and the stated (scheduled) balance of a loan, a group or the pool, in dollars.

    ``actual_balance`` is added up from the cash: what was boarded, and what was drawn, added or taken off since, less
    every principal that came in by the remittance cut-off. Less ``principal_not_received`` of instalments due, plus
    ``paid_ahead`` for instalments to come, plus ``not_passed_through`` of prepayments that belong to a later
    distribution, it is the stated balance; ``difference`` is what is not explained so.
    """

    loan: str
    group: str
    actual_balance: Decimal | None
    principal_not_received: Decimal | None
    paid_ahead: Decimal
    not_passed_through: Decimal
    stated_balance: Decimal

    @property
    def difference(self) -> Decimal | None:
        """The stated balance less what the others come to; None where the actual balance is not known."""
        if self.actual_balance is None or self.principal_not_received is None:
            return None
        explained = self.actual_balance - self.principal_not_received + self.paid_ahead + self.not_passed_through
        return self.stated_balance - explained


@attrs.frozen(kw_only=True, repr=False)
class LoanTotals(Glanced):
    """The sums of the loans of a group, or of the pool, beside the pool's own figures.

    ``amounts`` are those of :class:`LoanLine` by name; of one that is unknown of a loan no sum is known either, and it
    is None. ``pool_balance`` and ``pool_count`` are the closing figures of the statement's pool page; what of them no
    loan explains is known of the group as a whole only.
    """

    group: str
    loan_count: int
    amounts: Mapping[str, Decimal | None]
    pool_balance: Decimal
    pool_count: int

    @property
    def balance_by_group(self) -> Decimal:
        """The closing balance that stands in no loan."""
        return self.pool_balance - (self.amounts["stated_balance"] or Decimal("0.00"))

    @property
    def count_by_group(self) -> int:
        """How many loans of the pool are not known one by one."""
        return self.pool_count - self.loan_count


@attrs.frozen(kw_only=True, repr=False)
class LoanAverage(Glanced):
    """An average of loans weighted by balance, as a fraction or in months, and the balance of those that it is of."""

    group: str
    measure: str
    value: Decimal | None
    balance: Decimal


class LoanSums:
    """Sums of loans by group while the loans pass by."""

    def __init__(self, groups: Iterable[str]) -> None:
        self._counts = dict.fromkeys((*groups, POOL), 0)
        self._sums: dict[str, dict[str, Decimal | None]] = {
            group: dict.fromkeys(LOAN_AMOUNTS, Decimal("0.00")) for group in self._counts
        }

    def add(self, line: LoanLine) -> None:
        """Take a loan in."""
        for group in (line.group, POOL):
            self._counts[group] += line.loan_count
            sums = self._sums[group]
            for name in LOAN_AMOUNTS:
                held, more = sums[name], getattr(line, name)
                if held is not None:
                    sums[name] = None if more is None else held + more

    def totals(self, pool: Mapping[str, tuple[int, int]]) -> list[LoanTotals]:
        """Return the sums by group, and of the pool; ``pool`` is what the statement closes with (units, loans)."""
        return [
            LoanTotals(
                group=group,
                loan_count=count,
                amounts=self._sums[group],
                pool_balance=from_store(pool[group][0]),
                pool_count=pool[group][1],
            )
            for group, count in self._counts.items()
        ]


def pool_closing(rows: Iterable[TotalRow], groups: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the closing balance of every group and the pool in units of 0.0001 dollar, and their loans.

    ``rows`` are totals of whatever moves a pool, up to a distribution.
    """
    found = dict.fromkeys((*groups, POOL), (0, 0))
    for row in rows:
        units, count = pool_effect(row)
        for group in (row.group, POOL) if units or count else ():
            held = found[group]
            found[group] = held[0] + units, held[1] + count
    return found


def pool_effect(row: TotalRow) -> tuple[int, int]:
    """Return what a total adds to the stated balance and to the loans of its group."""
    count = row.loans if row.type in CAME else -row.loans if row.type in LEFT else 0
    return account_effect(POOL_PRINCIPAL, row.type, row.code, row.components), count


def movements(units: Mapping[str, int], loan: str, group: str, opening: int, closing: int) -> RollForward:
    """Return a roll-forward of what moved a balance by column, in units of 0.0001 dollar."""
    return RollForward(
        loan=loan,
        group=group,
        opening_balance=from_store(opening),
        closing_balance=from_store(closing),
        **{name: from_store(units.get(name, 0)) for name in MOVEMENTS},
    )
