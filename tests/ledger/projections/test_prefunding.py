"""Pre-funding backs the bonds and goes back to its owners; capitalized interest joins the interest funds."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import attrs
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    CapitalizedInterestDeposited,
    CapitalizedInterestWithdrawn,
    DealTerms,
    Exact,
    Ledger,
    LoanBoarded,
    OvercollateralizationTerms,
    PrefundingDeposited,
    PrefundingWithdrawn,
    Refusal,
)
from ledger.deal.steps import BuildOvercollateralization, PayInterest, PayPrincipal, PayResidual
from ledger.projections.facts import Facts
from ledger.projections.prefunding import by_prefunding
from ledger.samples.impac_cmb_2002_1 import september_2002
from tests.deals.trust import CUT_OFF, DEAL, RESIDUAL, Trust, before, bond, closing, deal, shown

STEPS = (
    PayInterest(classes=["A"]),
    PayPrincipal(classes=["A"]),
    BuildOvercollateralization(classes=["A"]),
    PayResidual(classes=["R"]),
)


def of(terms: DealTerms) -> Facts:
    return cast(Facts, SimpleNamespace(terms=terms, groups=terms.group_ids, before=0))


def terms_with(adjustable: str | None, fixed: str | None, rules: int = 3) -> DealTerms:
    real = september_2002.terms()
    groups = [attrs.evolve(g, prefunding=p) for g, p in zip(real.groups, (adjustable, fixed), strict=True)]
    return attrs.evolve(real, groups=groups, rules=rules)


@given(st.integers(0, 10**10), st.integers(1, 10**10), st.integers(0, 10**10))
def test_what_comes_back_is_shared_as_the_groups_own_it(cents: int, first: int, second: int) -> None:
    amount = Exact(Fraction(cents, 100))
    owned = terms_with(f"{first / 100:.2f}", f"{second / 100:.2f}")
    shares = by_prefunding(of(owned), amount)
    assert sum(share.value for share in shares.values()) == amount.value
    stated = [Fraction(str(group.prefunding)) for group in owned.groups]
    assert shares["adjustable"].value * stated[1] == shares["fixed"].value * stated[0]


def test_by_default_it_is_shared_on_original_balances_and_before_the_third_rules_the_first_group_has_it() -> None:
    amount = Exact(1000)
    shares = by_prefunding(of(terms_with(None, None)), amount)
    assert shares["adjustable"].value * Fraction("8048101.91") == shares["fixed"].value * Fraction("446375813.85")
    earlier = by_prefunding(of(terms_with("0.00", "5.00", rules=2)), amount)
    assert {name: share.value for name, share in earlier.items()} == {"adjustable": 1000, "fixed": 0}


def test_a_subsequent_loan_leaves_overcollateralization_where_it_is(ledger: Ledger) -> None:
    """Pool 1,000,000 and 200,000 to buy loans back 1,190,000 of bonds: 10,000, the target.

    January buys 150,000 of loans and collects 20,000 of principal: pool 1,130,000, account 50,000, A 1,170,000. In
    February the 50,000 come back as principal. Nothing is built and nothing released.
    """
    terms = deal(
        [bond("A", "1190000", "0.06", 1), RESIDUAL],
        STEPS,
        overcollateralization=OvercollateralizationTerms(target="10000"),
        prefunding="200000",
    )
    trust = Trust(ledger, terms)
    ledger.post(PrefundingDeposited(event_id="pf", deal=DEAL, effective_date=CUT_OFF, amount="200000.00")).or_raise()
    bought = LoanBoarded(
        event_id="bought", deal=DEAL, effective_date=before(1, 28), loan="later", group="pool", balance="150000.00",
        note_rate="0.08", subsequent=True,
    )  # fmt: skip
    spent = PrefundingWithdrawn(
        event_id="spent", deal=DEAL, effective_date=before(1, 28), spent_on_loans="150000.00", interest="12.34"
    )
    january = trust.month(1, "10000.00", "20000.00", bought, spent)
    assert shown(january.waterfall.overcollateralization) == "10,000.00"
    assert january.waterfall.released.value == january.waterfall.extra_principal.value == 0
    assert closing(january)["A"] == "1,170,000.00"
    assert shown(january.prefunding.closing) == "50,000.00"
    back = PrefundingWithdrawn(event_id="back", deal=DEAL, effective_date=before(3, 10), paid_as_principal="50000.00")
    february = trust.month(2, "10000.00", "20000.00", back)
    assert shown(february.waterfall.overcollateralization) == "10,000.00"
    assert closing(february)["A"] == "1,100,000.00"
    assert february.prepayments.current["total"].total.value == 0
    assert february.prefunding.closing.value == 0


def test_capitalized_interest_joins_the_funds_and_the_rest_goes_where_the_terms_say(ledger: Ledger) -> None:
    """January: 10,000 of interest and 700 drawn; A takes 950,000 x 6%/12 = 4,750, the residual 5,950."""
    trust = Trust(ledger, deal([bond("A", "950000", "0.06", 1), RESIDUAL], STEPS, capitalized_interest="1000.00"))
    held = CapitalizedInterestDeposited(event_id="ci", deal=DEAL, effective_date=CUT_OFF, amount="1000.00")
    ledger.post(held).or_raise()
    drawn = CapitalizedInterestWithdrawn(
        event_id="drawn", deal=DEAL, effective_date=before(1, 10), drawn="700.00", released="300.00"
    )
    wrong = attrs.evolve(drawn, released_to="interest funds")
    refused = ledger.post(wrong)
    assert isinstance(refused, Refusal)
    assert [found.code for found in refused.violations] == ["not_the_terms"]
    january = trust.month(1, "10000.00", "20000.00", drawn)
    assert shown(january.account.interest["additional"]["pool"]) == "700.00"
    assert trust.paid(1, "R") == ("5,950.00", "0.00")
