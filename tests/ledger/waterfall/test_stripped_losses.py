"""Principal-only classes and the losses of their own loans, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import attrs

from ledger import PayStrippedPrincipal, PrincipalKind
from ledger.waterfall.stripped_losses import own_losses, own_recoveries, with_recovered_principal, without_own
from tests.deals.claims import claim, dollars
from tests.deals.groups import brings, together

STEP = PayStrippedPrincipal(classes=["PO"], groups=["one", "two"], bears_losses=True)
ONE = attrs.evolve(brings("0", "300"), stripped_lost=dollars("2.005"), stripped_recovered=dollars("3"))
TWO = attrs.evolve(brings("0", "100"), stripped_lost=dollars("1"), stripped_recovered=dollars("1"))
MEANS = together({"one": ONE, "two": TWO})


def test_a_class_loses_the_fractions_of_all_its_groups_to_the_cent_and_no_more_than_it_stands_at() -> None:
    assert own_losses([STEP], MEANS, {"PO": dollars("20")})["PO"].value == Fraction(301, 100)
    assert own_losses([STEP], MEANS, {"PO": dollars("1.5")})["PO"].value == Fraction(3, 2)
    assert own_losses([attrs.evolve(STEP, bears_losses=False)], MEANS, {"PO": dollars("20")}) == {}


def test_recoveries_are_its_own_as_far_as_what_it_lost_is_unpaid() -> None:
    """4 came in on its loans, and 2 are unpaid: of its principal 1.50 are the first group's and 0.50 the second's."""
    up = own_recoveries([STEP], [claim("PO", 20, written_down="2")], MEANS)
    assert up["PO"].value == 2
    found = with_recovered_principal([STEP], MEANS, up)
    assert [item.stripped[PrincipalKind.RECOVERIES].value for item in found.groups.values()] == [1.5, 0.5]
    assert own_recoveries([STEP], [claim("PO", 20)], MEANS)["PO"].value == 0
    assert with_recovered_principal([STEP], MEANS, {}) is MEANS


def test_others_share_what_goes_beyond_a_carve_out_without_what_was_borne_of_it() -> None:
    """3.005 were lost on its loans, 1 of it beyond; where it bears no more than half of that, half of the 1 is its."""
    groups = {"one": attrs.evolve(ONE, stripped_beyond=dollars("1")), "two": TWO}
    means = together(groups, shared_loss=dollars("10"))
    assert without_own([STEP], means, {"PO": dollars("3.01")}).shared_loss.value == 9
    assert without_own([STEP], means, {"PO": dollars("1.5025")}).shared_loss.value == Fraction(19, 2)
    assert without_own([attrs.evolve(STEP, bears_losses=False)], means, {}) is means
