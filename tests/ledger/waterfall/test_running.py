"""A run keeps its books: what is available, what is left of a claim, what a release takes."""

from __future__ import annotations

from fractions import Fraction

from ledger import PayInterest, PayPrincipal, Source
from ledger.waterfall.running import Run
from tests.deals.claims import claim, dollars, means
from tests.deals.groups import brings, together


def test_a_release_is_taken_from_the_principal_of_the_groups_and_joins_the_interest_of_each() -> None:
    """Bonds of 270 after 30 of principal on a pool of 300: 30 above a target of 20 less 10: 10 are released.

    Group one brings a third of the principal, so a third of it joins its interest of 4; all of it that of both, 6.
    """
    groups = {"one": brings("4", "180", closing="170", scheduled="10"), "two": brings("2", "150", scheduled="20")}
    step = PayInterest(classes=["A"], groups=["one"])
    run = Run([step], [claim("A", 300)], together(groups, oc_target=dollars(20)))
    assert run.released == 10
    assert run.available(step, Source.INTEREST) == 4 + Fraction(10, 3)
    assert run.available(PayInterest(classes=["A"]), Source.INTEREST) == 16
    assert run.funds.principal() == 20


def test_principal_beyond_what_the_bonds_are_owed_is_there_for_other_claims() -> None:
    """A stands at 10 with 30 of principal: 20 belong to no bond, and a step without groups may use them."""
    run = Run([], [claim("A", 10)], means(3, 30, 0))
    assert run.for_claims(PayInterest(classes=["A"]), Source.INTEREST) == 23
    assert run.for_claims(PayInterest(classes=["A"], cap="5.00"), Source.INTEREST) == 5
    assert run.for_claims(PayPrincipal(classes=["A"]), Source.PRINCIPAL) == 30


def test_what_is_left_of_a_claim_is_less_what_was_paid_of_it() -> None:
    run = Run([], [claim("A", 10, 7)], means(3, 30, 0))
    step = PayInterest(classes=["A"])
    run.pay(step, step.source, "interest", dollars(7), {"A": dollars(3)})
    assert run.claim("A", "interest", dollars(7)) == 4
    assert run.funds.interest() == 0
    assert [item.left.value for item in run.steps] == [0]
