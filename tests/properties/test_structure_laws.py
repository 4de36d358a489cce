"""What holds of deals of any structure: random groups, trees, subordinates, accrual classes, bounds and losses."""

from __future__ import annotations

from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from ledger import Exact, PayInterest, PrincipalKind, WaterfallResult, run_waterfall
from ledger.deal.steps import Bounded
from tests.properties.amounts import accrual
from tests.properties.structures import Structured, structured

CENT = Fraction(1, 100)
ZERO = Fraction(0)


def run(deal: Structured) -> WaterfallResult:
    return run_waterfall(deal.steps, deal.claims, deal.means)


@given(structured())
def test_what_comes_in_goes_out_or_is_left(deal: Structured) -> None:
    result = run(deal)
    paid = sum((item.distribution.value for item in result.classes.values()), ZERO)
    came_in = deal.means.interest_funds.value + deal.means.principal_funds.value
    assert paid + result.left_over.value == came_in
    assert result.left_over.value >= 0


@given(structured())
def test_nobody_is_paid_above_a_claim_or_a_balance(deal: Structured) -> None:
    for item in run(deal).classes.values():
        claim = item.claim
        assert item.interest_paid + item.deferred_interest <= claim.interest_due + claim.interest_arrears
        assert item.basis_risk_paid <= claim.basis_risk
        assert item.all_principal <= claim.balance + item.written_up + item.deferred_interest
        parts = (a.name for a in attrs.fields(type(item)) if a.name != "claim")
        assert all(getattr(item, name).value >= 0 for name in parts)


@given(structured())
def test_a_balance_ends_at_what_it_was_and_what_was_added_less_what_was_paid_and_lost(deal: Structured) -> None:
    """Opening + deferred + written up - principal - loss: to the cent for each class, within a cent for all."""
    off = ZERO
    for item in run(deal).classes.values():
        added = item.claim.balance.value + item.deferred_interest.value + item.written_up.value
        left = added - item.all_principal.value - item.loss.value
        assert abs(item.closing_balance.value - left) < CENT
        assert item.closing_balance.value % CENT == 0
        off += item.closing_balance.value - left
    assert abs(off) < CENT


@given(structured())
def test_losses_fall_from_the_highest_rank_up(deal: Structured) -> None:
    """None on a class while one of a higher rank has a balance left, and no more in all than what is to be borne."""
    result = run(deal)
    lost = sum((item.loss.value for item in result.classes.values()), ZERO)
    restored = sum((item.written_up.value for item in result.classes.values()), ZERO)
    assert lost <= deal.means.loss_to_allocate.value + restored
    assert lost == 0 or result.closing_bonds.value >= deal.means.closing_pool.value
    for item in result.classes.values():
        lower = [other for other in result.classes.values() if other.claim.rank > item.claim.rank]
        assert not item.loss.value or all(other.closing_balance.value == 0 for other in lower)


@given(structured())
def test_steps_pay_no_more_than_the_groups_that_they_name_bring(deal: Structured) -> None:
    """What a group's own steps pay together is at most what the group brought."""
    result = run(deal)
    for group, brings in deal.means.groups.items():
        own = [item for item in result.steps if isinstance(item.step, Bounded) and item.step.groups == (group,)]
        # Interest added to a balance is not paid: it retires others of the group, and is counted where it does.
        paid = sum((item.total_paid.value for item in own if item.step.step != "accrete_interest"), ZERO)
        assert paid <= brings.interest.value + brings.principal_funds.value


@given(structured(apart=True), st.data())
def test_cash_of_a_group_stays_in_it_where_no_step_moves_it(deal: Structured, data: st.DataObject) -> None:
    """Whatever the other groups bring, the classes of the first are paid the same, step by step."""
    first, *others = deal.means.groups
    changed = {
        group: attrs.evolve(
            deal.means.groups[group],
            interest=data.draw(accrual(60)),
            principal={kind: data.draw(accrual(60)) for kind in PrincipalKind},
        )
        for group in others
    }
    groups = {first: deal.means.groups[first], **changed}
    means = attrs.evolve(
        deal.means,
        groups=groups,
        interest_funds=Exact(sum((item.interest.value for item in groups.values()), ZERO)),
        principal_funds=Exact(sum((item.principal_funds.value for item in groups.values()), ZERO)),
    )
    before, after = run(deal), run_waterfall(deal.steps, deal.claims, means)
    for one, other in zip(before.steps, after.steps, strict=True):
        if isinstance(one.step, Bounded) and one.step.groups == (first,):
            assert {name: paid.value for name, paid in one.paid.items()} == {
                name: paid.value for name, paid in other.paid.items()
            }


@given(structured())
def test_a_step_keeps_its_bounds(deal: Structured) -> None:
    """None runs while its triggers say that it does not; none pays above its cap, or its share of what it may use."""
    for item in run(deal).steps:
        step = item.step
        assert isinstance(step, Bounded)
        held = set(step.only_while) - deal.means.in_force or set(step.not_while) & deal.means.in_force
        assert bool(item.idle) == bool(held)
        if held:
            assert item.total_paid.value == 0
        if step.cap is not None:
            assert item.total_paid.value <= Fraction(step.cap)
        if step.share is not None and isinstance(step, PayInterest):
            assert item.total_paid.value <= max(item.available.value, ZERO) * Fraction(step.share)
