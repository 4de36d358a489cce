"""What a servicer notes down of one month, and the state that the month before leaves.

Plain records: the model computes a statement from them, the posting layer turns the same records into events.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import attrs

ZERO = Fraction(0)
GROUPS = ("adjustable", "fixed")
CATEGORIES = ("DELINQUENT", "FORECLOSURE", "BANKRUPTCY", "REO")
BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")
AGES = ("coupon", "months_to_maturity", "amortization_months", "seasoning_months")
LIMITS = ("margin", "max_rate", "min_rate", "cap_up", "cap_down")


@attrs.frozen(kw_only=True)
class Loan:
    """A loan that leaves the pool, with what the lists of pages 18 and 22 say of it."""

    number: str
    balance: Fraction
    note_rate: Fraction
    original_balance: Fraction
    original_term: int
    origination_date: dt.date
    state: str
    loan_to_value: Fraction


@attrs.frozen(kw_only=True)
class Payoff:
    """A loan paid in full on a day of the prepayment period; ``premium`` is a prepayment charge."""

    loan: Loan
    day: int
    premium: Fraction = ZERO


@attrs.frozen(kw_only=True)
class Repurchase:
    """A loan bought out at balance and accrued interest."""

    loan: Loan
    interest: Fraction


@attrs.frozen(kw_only=True)
class Liquidation:
    """A loan disposed of: what it owed in interest and what came in after all expenses."""

    loan: Loan
    interest: Fraction
    proceeds: Fraction

    @property
    def loss(self) -> Fraction:
        """Return balance and interest less proceeds."""
        return self.loan.balance + self.interest - self.proceeds


@attrs.frozen(kw_only=True)
class Late:
    """A late payment of an instalment of an earlier month; ``advance_*`` is what it repays the servicer."""

    due_date: dt.date
    principal: Fraction
    interest: Fraction
    advance_principal: Fraction = ZERO
    advance_interest: Fraction = ZERO


@attrs.frozen(kw_only=True)
class GroupMonth:
    """What happened in one loan group in one month, in dollars."""

    due_principal: Fraction
    due_interest: Fraction
    collected_principal: Fraction
    collected_interest: Fraction
    delinquent_fee: Fraction = ZERO
    advanced_principal: Fraction = ZERO
    advanced_interest: Fraction = ZERO
    servicing_advance: Fraction = ZERO
    relief: Fraction = ZERO
    curtailments: Fraction = ZERO
    payoffs: tuple[Payoff, ...] = ()
    repurchases: tuple[Repurchase, ...] = ()
    liquidations: tuple[Liquidation, ...] = ()
    recoveries: tuple[tuple[str, Fraction], ...] = ()
    late: tuple[Late, ...] = ()
    insurance_principal: Fraction = ZERO
    insurance_interest: Fraction = ZERO
    nonrecoverable_principal: Fraction = ZERO
    nonrecoverable_interest: Fraction = ZERO
    nonrecoverable_servicing: Fraction = ZERO
    withdrawn: dict[str, Fraction] = attrs.Factory(dict)
    servicing_fee: Fraction = ZERO
    pmi: Fraction = ZERO
    delinquency: dict[tuple[str, str], tuple[Fraction, int]] = attrs.Factory(dict)
    averages: dict[str, Fraction] = attrs.Factory(dict)
    new_reo: tuple[Loan, ...] = ()


@attrs.frozen(kw_only=True)
class Month:
    """What happened in the deal in one month. Contracts map to what is due, up to four decimals."""

    payment_date: dt.date
    prior_payment_date: dt.date
    index: Fraction
    groups: dict[str, GroupMonth]
    contracts: dict[str, Fraction] = attrs.Factory(dict)


@attrs.frozen(kw_only=True)
class Speeds:
    """One month's speeds of a group or of the pool, which later averages rest on."""

    smm: Fraction
    seasoning: Fraction
    mdr: Fraction = ZERO
    severity: Fraction | None = None


@attrs.frozen(kw_only=True)
class State:
    """Everything of the past that a month's statement rests on."""

    pool: dict[str, Fraction]
    loans: dict[str, int]
    balance: dict[str, Fraction]
    unpaid: dict[str, Fraction]
    basis_risk: dict[str, Fraction]
    interest_to_date: dict[str, Fraction]
    scheduled_to_date: dict[str, Fraction]
    unscheduled_to_date: dict[str, Fraction]
    losses_to_date: dict[str, Fraction]
    written_up: dict[str, Fraction]
    insurer_claim: dict[str, Fraction]
    cumulative: dict[str, dict[str, Fraction]]
    history: dict[str, tuple[Speeds, ...]]
    behind: tuple[tuple[Fraction, Fraction], ...]
    averages: dict[str, dict[str, Fraction]]
