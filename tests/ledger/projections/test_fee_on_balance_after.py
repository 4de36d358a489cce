"""A fee on what a class stands at after the distribution is on what it really stands at then, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import Ledger
from ledger.deal.overcollateralization import OvercollateralizationTerms
from ledger.projections.report import DistributionReport
from ledger.samples.impac_cmb_2002_1 import september_2002 as real

MONTHLY = Fraction(18, 10_000) / 12


def september(target: str, rules: int = 3) -> DistributionReport:
    """The real month, where overcollateralization is to reach another target."""
    wanted = OvercollateralizationTerms(target=Decimal(target))
    terms = attrs.evolve(real.terms(), overcollateralization=wanted, rules=rules)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(real.DEAL, terms).or_raise()
        ledger.post_many(real.brought_forward()).or_raise()
        ledger.post_many(real.month()).or_raise()
        return ledger.distribution(real.DEAL, real.PAID)


def premium(report: DistributionReport) -> Fraction:
    """The insurance premium of the month, unrounded."""
    return next(line.total.value for line in report.fees if line.fee.fee_id == "bond-insurance")


@pytest.mark.parametrize(
    "target", ["4000000.00", "5000000.00", "5000000.01", "5700000.00", "6200000.00", "99000000.00"]
)
def test_the_premium_is_on_the_balance_it_leads_to(target: str) -> None:
    report = september(target)
    closing = report.classes["A"].result.closing_balance.value
    assert premium(report) == closing * MONTHLY
    extra = report.waterfall.extra_principal.value
    assert (extra > 0) == (Decimal(target) > 5_000_000)
    if target == "99000000.00":
        # All of the excess, less what the lower premium leaves of it more.
        assert report.waterfall.classes["Cert"].residual_paid.value == 0
        assert extra == report.waterfall.excess.value


def test_no_greater_balance_agrees_with_itself() -> None:
    """A cent more of the class would bear a premium that leaves it a cent less, or it would be the answer."""
    report = september("99000000.00")
    closing, extra = report.classes["A"].result.closing_balance.value, report.waterfall.extra_principal.value
    cent = Fraction(1, 100)
    dearer = (closing + cent) * MONTHLY - closing * MONTHLY
    left = report.classes["A"].result
    unrounded = left.claim.balance.value - left.principal_paid.value - (extra - dearer) * Fraction(470, 495)
    assert abs(unrounded - closing) <= cent / 2


def test_before_the_third_rules_it_was_reckoned_before_extra_principal() -> None:
    before, after = september("99000000.00", rules=2), september("99000000.00")
    assert premium(before) == premium(september("5000000.00"))
    assert premium(before) > premium(after)
    assert premium(september("5000000.00", rules=2)) == premium(september("5000000.00"))
