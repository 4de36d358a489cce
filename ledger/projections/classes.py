"""One class as its bondholders see it: what it accrued, is paid, is owed and stands at (filing, pages 2 and 3).

A residual class stands apart: it is paid what is left, on no balance. So its optimal interest is what it gets, nothing
of it stays unpaid, and it has no factor of interest.
"""

from __future__ import annotations

import attrs

from ledger.deal.vocabulary import ClassKind
from ledger.projections.bonds import ClassAccrual, ClassToDate, Recorded
from ledger.values.exact import ZERO, Exact, ratio, total
from ledger.values.glance import Glanced
from ledger.waterfall.amounts import ClassResult


@attrs.frozen(kw_only=True, repr=False)
class Factors(Glanced):
    """What a class was paid and stands at for every $1,000 of its original face ("factor per $1,000"), in dollars."""

    opening_balance: Exact
    interest: Exact
    principal: Exact
    distribution: Exact
    closing_balance: Exact


@attrs.frozen(kw_only=True)
class ClassReport:
    """One class: what it accrued, bore, claimed, got and stands at, and what was recorded as paid to it.

    ``non_supported`` is its "non-supported interest shortfall" ("Non-Supported Interest SF"): its share of what
    compensating interest leaves uncovered. ``rows_foot`` says that what it is paid of basis risk shortfalls is
    among its interest adjustments, and what it is written up by among its losses, as from the third rules on.
    """

    accrual: ClassAccrual
    non_supported: Exact
    rows_foot: bool
    result: ClassResult
    to_date: ClassToDate
    recorded: Recorded
    insurer_reimbursed: Exact = ZERO

    @property
    def is_residual(self) -> bool:
        """Whether the class is paid what is left."""
        return self.accrual.bond.kind is ClassKind.RESIDUAL

    @property
    def is_paid_on_balance(self) -> bool:
        """Whether the class is paid on a balance, its own or a notional one; then it has an accrual method in print."""
        return self.accrual.bond.kind in (ClassKind.PRINCIPAL, ClassKind.NOTIONAL)

    @property
    def face(self) -> Exact:
        """The "original face value", also printed as "original principal balance" (with notional)."""
        return self.result.claim.face

    @property
    def interest(self) -> Exact:
        """Everything paid to the class as interest, from whatever source: the column "interest"."""
        result = self.result
        every = (
            result.interest_paid,
            result.basis_risk_paid,
            result.residual_paid,
            result.insurer_interest,
            result.premiums_paid,
        )
        parts = [part for part in every if part.value]
        return total(parts) if parts else result.interest_paid

    @property
    def principal(self) -> Exact:
        """Everything paid to the class as principal: the column "principal"."""
        return self.result.all_principal

    @property
    def distribution(self) -> Exact:
        """Everything paid to the class: the "total distribution"."""
        parts = (self.interest, self.principal)
        return total((*parts, self.losses_paid) if self.losses_paid.value else parts)

    @property
    def deferred_interest(self) -> Exact:
        """The "deferred interest", added to the balance unpaid: that of an accrual class."""
        return self.result.deferred_interest

    @property
    def loss(self) -> Exact:
        """The "realized losses" ("loss"): what it is written down by, less what recoveries write it up by.

        Under the first and second rules, what it is written down by alone.
        """
        up = self.result.written_up
        return self.result.loss - up if self.rows_foot and up.value else self.result.loss

    @property
    def losses_paid(self) -> Exact:
        """What it is paid of losses that it was written down by before ("Realized Loss Reimbursed")."""
        return self.result.losses_paid

    @property
    def losses_unpaid_before(self) -> Exact:
        """What it was written down by before the distribution, and neither written up nor paid."""
        return self.accrual.written_down

    @property
    def losses_unpaid(self) -> Exact:
        """What of it is left after the distribution, with what it is written down by now ("Unpaid Realized Loss")."""
        return self.result.losses_unpaid

    @property
    def interest_adjustments(self) -> Exact:
        """The "unscheduled interest adjustments", so that its row of interest foots.

        What it is paid of basis risk shortfalls and of prepayment premiums, and what unpaid interest bears.
        """
        paid = self.result.basis_risk_paid if self.rows_foot else ZERO
        more = [item for item in (self.accrual.interest_on_arrears, self.result.premiums_paid) if item.value]
        return total((paid, *more)) if more else paid

    @property
    def optimal_interest(self) -> Exact:
        """The "optimal interest": due, in arrears, and adjustments; of a residual class, what it gets."""
        if self.is_residual:
            return self.result.residual_paid
        owed = self.result.claim.interest_due + self.accrual.arrears
        return owed + self.interest_adjustments if self.interest_adjustments.value else owed

    @property
    def paid_interest(self) -> Exact:
        """The "paid or deferred interest"; of a residual class, what was left for it."""
        if self.is_residual:
            return self.result.residual_paid
        deferred = self.result.deferred_interest
        return self.interest + deferred if deferred.value else self.interest

    @property
    def unpaid_interest(self) -> Exact:
        """The "current unpaid interest": what is still owed of the optimal interest after the distribution."""
        if self.is_residual:
            return ZERO
        unpaid = self.optimal_interest - self.result.interest_paid - self.result.insurer_interest
        if self.result.premiums_paid.value:
            unpaid = unpaid - self.result.premiums_paid
        paid = self.result.basis_risk_paid
        if self.result.deferred_interest.value:
            unpaid = unpaid - self.result.deferred_interest
        return unpaid - paid if self.rows_foot and paid.value else unpaid

    @property
    def insurer_claim_before(self) -> Exact:
        """What the bond insurer was owed for the class before the distribution, without the interest of the period."""
        return self.accrual.insurer_arrears - self.accrual.insurer_interest

    @property
    def insurer_claim(self) -> Exact:
        """What the bond insurer is owed for the class after the distribution."""
        result = self.result
        paid = total((result.insurer_interest, result.insurer_principal))
        return result.claim.insurer_arrears + paid - self.insurer_reimbursed

    @property
    def factors(self) -> Factors:
        """The factors per $1,000 of original face."""
        interest = self.interest if self.is_paid_on_balance else ZERO
        paid = interest + self.principal
        return Factors(
            opening_balance=self._per_thousand(self.accrual.opening_balance),
            interest=self._per_thousand(interest),
            principal=self._per_thousand(self.principal),
            distribution=self._per_thousand(paid + self.losses_paid if self.losses_paid.value else paid),
            closing_balance=self._per_thousand(self.result.closing_balance),
        )

    def _per_thousand(self, amount: Exact) -> Exact:
        return ratio(amount * 1000, self.face).named("factor", "amount per 1,000 dollars of original face")


__all__ = ["ClassReport", "Factors"]
