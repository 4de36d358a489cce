"""What holds of deals of any structure: random groups, trees, subordinates, accrual classes, bounds and losses."""

from __future__ import annotations

from fractions import Fraction

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger import (
    Claim,
    Exact,
    Means,
    PayInterest,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    PrincipalKind,
    Restricted,
    WaterfallResult,
    run_waterfall,
)
from ledger.deal.steps import Bounded
from tests.draws import draws
from tests.properties.amounts import accrual, money
from tests.properties.structures import ON, Structured, brought, shifts_of, structured

CENT = Fraction(1, 100)
ZERO = Fraction(0)


def run(deal: Structured) -> WaterfallResult:
    return run_waterfall(deal.steps, deal.claims, deal.means)


@settings(max_examples=draws(20))
@given(structured())
def test_what_comes_in_goes_out_or_is_left(deal: Structured) -> None:
    result = run(deal)
    paid = sum((item.distribution.value for item in result.classes.values()), ZERO)
    came_in = deal.means.interest_funds.value + deal.means.principal_funds.value
    assert paid + result.left_over.value == came_in
    assert result.left_over.value >= 0


@settings(max_examples=draws(20))
@given(structured())
def test_nobody_is_paid_above_a_claim_or_a_balance(deal: Structured) -> None:
    for item in run(deal).classes.values():
        claim = item.claim
        assert item.interest_paid + item.deferred_interest <= claim.interest_due + claim.interest_arrears
        assert item.basis_risk_paid <= claim.basis_risk
        assert item.all_principal <= claim.balance + item.written_up + item.deferred_interest
        parts = (a.name for a in attrs.fields(type(item)) if a.name != "claim")
        assert all(getattr(item, name).value >= 0 for name in parts)


@settings(max_examples=draws(15))
@given(structured())
def test_a_loss_is_written_up_or_paid_once_or_stays_unpaid(deal: Structured) -> None:
    """Written down, before and now, is written up, paid, and unpaid; none of it twice, and no more than was before."""
    result = run(deal)
    for name, item in result.classes.items():
        before = item.claim.written_down
        assert item.losses_unpaid + item.losses_paid + item.written_up == before + item.loss
        assert item.losses_paid + item.written_up <= before
        assert 0 <= item.losses_paid_of_principal.value <= item.losses_paid.value
        assert item.losses_paid.value % CENT == 0
        paid = [
            step.paid[name] for step in result.steps if isinstance(step.step, PayUnpaidLosses) and name in step.paid
        ]
        assert sum((share.value for share in paid), ZERO) == item.losses_paid.value


@settings(max_examples=draws(15))
@given(structured())
def test_who_bears_losses_of_its_own_loans_bears_these_and_no_other(deal: Structured) -> None:
    """What its loans lost, as far as it stands; and of subordinates' principal nothing is paid once they are gone."""
    result = run(deal)
    for step in deal.steps:
        if isinstance(step, PayStrippedPrincipal):
            own = sum((deal.means.groups[name].stripped_lost.value for name in step.groups), ZERO)
            item = result.classes["PO"]
            room = (
                item.claim.balance.value
                + item.written_up.value
                - item.principal_paid.value
                - item.extra_principal.value
            )
            assert abs(item.loss.value - min(own, room)) < CENT
            paid = next(found for found in result.steps if found.step is step)
            whole = sum((sum((part.value for part in deal.means.groups[name].stripped.values()), ZERO)
                         for name in step.groups), ZERO)  # fmt: skip
            recovered = sum((deal.means.groups[name].stripped_recovered.value for name in step.groups), ZERO)
            assert paid.total_paid.value <= whole + recovered
    for found in result.steps:
        if isinstance(found.step, PayUnpaidLosses) and found.step.subordinates:
            stands = sum((result.classes[name].claim.balance.value + result.classes[name].written_up.value
                          for name in deal.subordinates), ZERO)  # fmt: skip
            assert found.total_paid.value <= stands


@settings(max_examples=draws(20))
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


@settings(max_examples=draws(20))
@given(structured())
def test_losses_fall_from_the_highest_rank_up(deal: Structured) -> None:
    """None on a class while one of a higher rank has a balance left, and no more in all than what is to be borne."""
    result = run(deal)
    lost = sum((item.loss.value for item in result.classes.values()), ZERO)
    restored = sum((item.written_up.value for item in result.classes.values()), ZERO)
    again = sum((item.losses_paid_of_principal.value for item in result.classes.values()), ZERO)
    own = sum((item.loss.value for name, item in result.classes.items() if name == "PO"), ZERO)
    assert lost <= max(deal.means.loss_to_allocate.value + restored + again, own)
    assert lost == own or result.closing_bonds.value >= deal.means.closing_pool.value
    for item in result.classes.values():
        if item.claim.class_id == "PO":  # bears losses of its own loans, whatever stands below it
            continue
        lower = [other for other in result.classes.values() if other.claim.rank > item.claim.rank]
        assert not item.loss.value or all(other.closing_balance.value == 0 for other in lower)


@settings(max_examples=draws(20))
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


@settings(max_examples=draws(20))
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


@given(st.lists(money(1000), min_size=2, max_size=5), st.data())
def test_what_shifts_is_all_paid_while_a_class_stands(balances: list[Exact], data: st.DataObject) -> None:
    """Whatever is locked, blocked or held: classes that stand at the pool before it leave none of its principal."""
    names = [f"C-{number}" for number in range(len(balances))]
    faces = [data.draw(st.one_of(st.just(balance), money(1000, 1))) for balance in balances]
    claims = [
        Claim(class_id=name, face=face, balance=balance, rank=rank)
        for rank, (name, face, balance) in enumerate(zip(names, faces, balances, strict=True), 1)
    ]
    stands = sum((balance.value for balance in balances), ZERO)
    came = data.draw(brought(stands))
    kinds = {**came.principal, PrincipalKind.DRAWS: Exact(0), PrincipalKind.ADDITIONS: Exact(0)}
    group = attrs.evolve(came, principal=kinds, opening_pool=Exact(stands))
    assume(group.principal_funds.value <= stands)
    steps = (
        PaySeniorPrincipal(classes=names[:1], subordinates=names[1:], **data.draw(shifts_of())),  # type: ignore[arg-type]
        PaySubordinatePrincipal(
            classes=names[1:],
            locked=data.draw(st.lists(st.sampled_from(names[1:]), unique=True)),
            credit_support=data.draw(st.sampled_from(Restricted)),
        ),
    )
    means = Means(
        interest_funds=Exact(0), principal_funds=group.principal_funds, closing_pool=group.closing_pool,
        groups={"1": group}, on=ON, in_force=frozenset(data.draw(st.sets(st.sampled_from(("losses", "delinquency"))))),
    )  # fmt: skip
    assert run_waterfall(steps, claims, means).left_over.value == 0
