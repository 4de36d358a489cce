"""What is left in the cash accounts on a business date, under the names of those whose it is.

Cash that no distribution has paid out is unapplied, owed back, the servicer's (fees earned and not drawn, late payments
of instalments that it had advanced), or of a distribution to come: paid ahead for an instalment that falls due later,
or collected for the one that is open. What then remains of distributions that are paid was left by a restatement, or is
missing by one. The cents that roundings of the payments leave have a name too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from ledger.journal.accounts import FEES_NOT_DRAWN, OVERPAYMENTS, ROUNDINGS, UNAPPLIED_FUNDS
from ledger.journal.postings import Journal, funds_effect
from ledger.journal.totals import EVERYTHING, Totals
from ledger.projections.repayments import OpenAdvance, held_by_group
from ledger.values.dates import date_from_number
from ledger.values.exact import Exact
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

UNAPPLIED, OVERPAID, FEES = "unapplied funds", "overpayments", "fees earned and not drawn"
LATE = "late collections held for the servicer"
AHEAD, COLLECTED = "instalments paid ahead", "collected for a later distribution"
RESTATED, ROUNDED = "restated cash", "roundings for the next distribution"

Place = tuple[str, str, int]
"""A name, a group, and the distribution that cash is held for (0: none)."""


@attrs.frozen(kw_only=True)
class HeldCash:
    """Cash held under one name, in dollars; below zero it is missing.

    ``group`` is empty where it is the whole deal's, ``distribution`` is when it will be paid out, where that is known.
    ``loans`` are the loans that it is of, where it is of loans.
    """

    name: str
    group: str = ""
    distribution: dt.date | None = None
    amount: Exact
    loans: Mapping[str, Exact] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class LoansCash:
    """What of the cash is single loans', in store units: what was paid ahead by place, and by place what each has.

    ``late`` is which advances were outstanding after each distribution, and what late payments had brought for them.
    """

    ahead: Mapping[Place, int] = attrs.field(factory=dict)
    loans: Mapping[Place, Mapping[str, int]] = attrs.field(factory=dict)
    late: Mapping[int, tuple[OpenAdvance, ...]] = attrs.field(factory=dict)

    def late_held(self, number: int) -> tuple[OpenAdvance, ...]:
        """Return the advances that were outstanding after a distribution."""
        last = max((at for at in self.late if at <= number), default=None)
        return () if last is None else self.late[last]


def paid_through(totals: Totals) -> int:
    """Return the latest distribution that was paid, 0 where none was."""
    types = ("collection_account_remitted", "bond_interest_paid", "bond_principal_paid", "bond_loss_paid")
    paid = Selector(types=types)
    return max((row.distribution for row in totals.rows(paid)), default=0)


def cash_held(totals: Totals, journal: Journal, known: LoansCash) -> tuple[HeldCash, ...]:
    """Return the cash that is held, by name, group and distribution; all of it is what the cash accounts hold."""
    return tuple(
        HeldCash(
            name=name,
            group=group,
            distribution=date_from_number(number) if number else None,
            amount=_dollars(units, name),
            loans={loan: _dollars(of, name) for loan, of in known.loans.get((name, group, number), {}).items() if of},
        )
        for (name, group, number), units in _places(totals, journal, known)
        if units
    )


def _dollars(units: int, name: str) -> Exact:
    return Exact(Fraction(units, UNITS_PER_DOLLAR), "total", label=name)


def _units(amount: Exact) -> int:
    return int(amount.value * UNITS_PER_DOLLAR)


def _places(totals: Totals, journal: Journal, known: LoansCash) -> Iterator[tuple[Place, int]]:
    groups = sorted({row.group for row in totals if row.group})
    for name, account in ((UNAPPLIED, UNAPPLIED_FUNDS), (OVERPAID, OVERPAYMENTS), (FEES, FEES_NOT_DRAWN)):
        for group in groups:
            yield (name, group, 0), -_units(journal.balance(account, group=group))
    for group, units in held_by_group(known.late_held(EVERYTHING)).items():
        yield (LATE, group, 0), units
    paid = paid_through(totals)
    funds: dict[tuple[int, str], int] = {}
    for row in totals:
        place = (0, "") if row.distribution <= paid else (row.distribution, row.group)
        funds[place] = funds.get(place, 0) + funds_effect(row.type, row.code, row.components)
    late = {
        (number, group): units
        for number in sorted({paid, *(number for number, _ in funds if number)})
        for group, units in held_by_group(known.late_held(number)).items()
    }
    before = paid
    for number in sorted({number for number, _ in funds if number}):
        for group in ("", *groups):
            ahead = known.ahead.get((AHEAD, group, number), 0)
            servicers = late.get((number, group), 0) - late.get((before, group), 0)
            yield (AHEAD, group, number), ahead
            yield (COLLECTED, group, number), funds.get((number, group), 0) - servicers - ahead
        before = number
    yield (ROUNDED, "", 0), -_units(journal.balance(ROUNDINGS))
    yield (RESTATED, "", 0), funds.get((0, ""), 0) - sum(late.get((paid, group), 0) for group in groups)


__all__ = ["HeldCash", "LoansCash", "cash_held", "paid_through"]
