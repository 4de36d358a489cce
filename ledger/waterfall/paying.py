"""What each step of a waterfall pays: one rule for each kind of step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.deal.steps import (
    AccreteInterest,
    Bounded,
    BuildOvercollateralization,
    CoverLosses,
    DrawAccount,
    FundAccount,
    PayBasisRisk,
    PayDerivatives,
    PayFee,
    PayInterest,
    PayPremiums,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    ReimburseInsurer,
    ReleaseAccount,
    RepayDraws,
    SetAsidePrincipal,
    Source,
    Step,
)
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.waterfall.amounts import StepResult
from ledger.waterfall.reserves import draw_account, fund_account, pay_fee, pay_premiums, release_account
from ledger.waterfall.running import Run
from ledger.waterfall.sharing import rounded_down, share_in_structure, share_out, to_the_cent
from ledger.waterfall.shifting import shifted
from ledger.waterfall.subordinates import pay_subordinates
from ledger.waterfall.unpaid_losses import pay_back_losses


def _pay_claims(
    run: Run, step: PayInterest | PayBasisRisk | ReimburseInsurer, kind: str, dues: dict[str, Exact]
) -> None:
    """Pay claims in whole cents; a fraction of a cent that cannot be paid stays in the funds."""
    due = total(dues.values())
    claims = {name: rounded_down(amount, "payable claim", run.means.unit) for name, amount in dues.items()}
    amount = least(run.for_claims(step, step.source), total(claims.values()))
    payable = rounded_down(amount, "payable funds", run.means.unit)
    shares = share_out(payable, claims, step.sharing, run.weights(step.sharing, claims))
    run.pay(step, step.source, kind, due, to_the_cent(shares, "share to the cent", run.means.unit))
    if run.means.rules > 2 and payable < amount:
        run.set_aside(step, step.source, amount - payable)


def _shares(
    run: Run,
    step: PayPrincipal | PaySeniorPrincipal | BuildOvercollateralization | CoverLosses,
    amount: Exact,
    claims: Mapping[str, Exact],
) -> dict[str, Exact]:
    structure = step.structure if isinstance(step, PayPrincipal | PaySeniorPrincipal) else None
    if structure is None:
        return share_out(amount, claims, step.sharing, run.weights(step.sharing, claims))
    faces = {name: run.claims[name].face for name in claims}
    balances = {name: run.claims[name].balance for name in claims}
    return share_in_structure(amount, structure, claims, faces, balances, run.means.planned)


def _pay_balances(
    run: Run, step: PayPrincipal | BuildOvercollateralization | CoverLosses, kind: str, limit: Exact | None = None
) -> None:
    """Pay principal, up to the class balances and to the limit."""
    claims = {name: run.outstanding(name) for name in step.classes}
    amount = greatest(run.available(step, step.source), ZERO)
    due = total(claims.values())
    if limit is None:
        amount = run.limited(step, amount)
    else:
        due = greatest(run.limited(step, limit), ZERO)
        amount = least(amount, due)
    run.pay(step, step.source, kind, due, _shares(run, step, amount, claims))


def _pay_derivatives(run: Run, step: PayDerivatives) -> None:
    due = run.means.derivatives_due
    available = run.available(step, step.source)
    paid = least(due, greatest(available, ZERO)).named("derivative payments") if due.value else due
    run.funds.spend(step.source, paid, step.groups)
    if run.means.rules > 2 and step.source is Source.INTEREST:
        # What was paid under a contract is gone, whatever interest there was: the rest came out of principal.
        rest = least(due - paid, greatest(run.funds.principal(step.groups), ZERO))
        if rest.value:
            run.funds.spend(Source.PRINCIPAL, rest, step.groups)
            paid = paid + rest
    run.derivatives_paid = paid
    run.steps.append(
        StepResult(step=step, available=available, due=due, paid={"": paid}, left=run.available(step, step.source))
    )


def _of_kinds(run: Run, step: PayPrincipal) -> Exact | None:
    """Return what came in of the kinds of principal that the step pays, or None where it pays any."""
    if not step.kinds:
        return None
    chosen = [run.means.groups[name] for name in (step.groups or run.means.groups)]
    return total(item.principal[kind] for item in chosen for kind in step.kinds).named(
        f"principal of {', '.join(step.kinds)}"
    )


def _pool_behind(run: Run, group: str, classes: Sequence[str]) -> Exact:
    """Return what of a group's pool backs classes that have no part of what is principal only."""
    held, pool = run.means.groups[group], run.backing_of(group)
    for step in run.order:
        if isinstance(step, PayStrippedPrincipal) and group in (step.groups or run.means.groups):
            return pool if set(step.classes) & set(classes) else pool - (held.closing_pool - held.closing_pool_shared)
    return pool


def _above_pool(run: Run, step: PayPrincipal, limit: Exact | None) -> Exact | None:
    """Return the limit, or what the classes stand above the pool of the groups that the step names, if that is less."""
    if not step.above_pool_of:
        return limit
    pool = total(_pool_behind(run, name, step.classes) for name in step.above_pool_of)
    above = greatest(total(run.outstanding(name) for name in step.classes) - pool, ZERO).named(
        f"what the classes stand above the pool of {', '.join(step.above_pool_of)}"
    )
    return above if limit is None else least(limit, above)


def _pay_principal(run: Run, step: PayPrincipal) -> None:
    if run.means.ordinal <= step.lockout_months:
        run.pay(step, step.source, "principal", ZERO, dict.fromkeys(step.classes, ZERO))
    else:
        _pay_balances(run, step, "principal", _above_pool(run, step, _of_kinds(run, step)))
        if step.above_pool_of:
            run.crossed.append((step.groups, run.steps[-1].total_paid))


def _pay_senior_principal(run: Run, step: PaySeniorPrincipal) -> None:
    claims = {name: run.outstanding(name) for name in step.classes}
    found = shifted(step, run.claims, run.means).up_to(total(claims.values()))
    run.shifted.append((step, found))
    due = run.limited(step, found.senior)
    amount = least(least(due, greatest(run.available(step, step.source), ZERO)), total(claims.values()))
    run.pay(step, step.source, "principal", due, _shares(run, step, amount, claims), found.named)


def _pay_stripped_principal(run: Run, step: PayStrippedPrincipal) -> None:
    """Pay principal-only classes the discount fractions of the principal that came in, up to their balances.

    Each group's money pays the fractions of its own loans: what one is short of, no other makes up.
    """
    chosen = {name: run.means.groups[name] for name in (step.groups or run.means.groups)}
    parts = {name: greatest(total(item.stripped.values()), ZERO) for name, item in chosen.items()}
    claims = {name: run.outstanding(name) for name in step.classes}
    due = run.limited(step, total(parts.values())).named("principal of discount loans, by their discount fractions")
    most = share_out(due, parts, Sharing.PRO_RATA_CLAIM, parts)
    there = {
        name: least(part, greatest(run.funds.available(step.source, (name,)), ZERO)) for name, part in most.items()
    }
    amount = least(total(there.values()), greatest(run.available(step, step.source), ZERO), total(claims.values()))
    shares = share_out(amount, claims, step.sharing, run.weights(step.sharing, claims))
    found = {"stripped pool": total(item.stripped_pool for item in chosen.values())}
    out_of = share_out(amount, there, Sharing.PRO_RATA_CLAIM, there)
    run.pay(step, step.source, "principal", due, shares, found, out_of)


def _pay_reported_principal(run: Run, step: PayReportedPrincipal) -> None:
    claims = {name: least(run.means.reported.get(name, ZERO), run.outstanding(name)) for name in step.classes}
    due = run.limited(step, total(claims.values()))
    amount = least(greatest(run.available(step, step.source), ZERO), due)
    run.pay(
        step,
        step.source,
        "principal",
        due,
        share_out(amount, claims, step.sharing, run.weights(step.sharing, claims)),
    )


def _accrete(run: Run, step: AccreteInterest) -> None:
    """Add interest to the balance of accrual classes, and let the money retire others, while those are outstanding."""
    before = step.until or ()
    if before and not any(run.outstanding(name).value > 0 for name in before):
        run.pay(step, step.source, "deferred", ZERO, dict.fromkeys(step.classes, ZERO))
        return
    shares: dict[str, Exact] = {}
    dues: dict[str, Exact] = {}
    for name in step.classes:
        dues[name] = run.claim(name, "interest", run.claims[name].interest_due)
        shares[name] = rounded_down(greatest(dues[name], ZERO), "interest added to the balance", run.means.unit)
    available = run.available(step, step.source)
    for name, amount in shares.items():
        run.paid["deferred"][name] = run.paid["deferred"].get(name, ZERO) + amount
    moved = least(total(shares.values()), greatest(run.funds.interest(step.groups), ZERO))
    run.funds.turn_to_principal(moved, step.groups)
    run.steps.append(
        StepResult(
            step=step,
            available=available,
            due=total(dues.values()),
            paid=shares,
            left=run.available(step, step.source),
            found={"interest turned to principal": moved},
        )
    )


def _build_overcollateralization(run: Run, step: BuildOvercollateralization) -> None:
    if run.means.group_targets:
        aimed = tuple(step.target_of or step.groups or run.means.group_targets)
        gaps = [_group_gap(run, name) for name in aimed if name in run.means.group_targets]
        if gaps:
            _pay_balances(run, step, "extra", total(gaps))
    elif run.means.oc_target is not None:
        bonds = total(run.outstanding(name) for name in run.claims)
        _pay_balances(run, step, "extra", run.means.oc_target - (run.backing - bonds))


def _set_aside_principal(run: Run, step: SetAsidePrincipal) -> None:
    """Put principal on the funding account, as far as that may hold more."""
    available = run.available(step, step.source)
    amount = run.usable(step, step.source)
    if step.up_to is not None:
        room = term(step.up_to, "most on the funding account") - run.means.funding_account - run.set_aside_to_buy
        amount = least(amount, greatest(room, ZERO))
    run.set_aside_to_buy = run.set_aside_to_buy + _taken(run, step, step.source, available, amount)


def _repay_draws(run: Run, step: RepayDraws) -> None:
    """Repay the seller what it funded of draws."""
    available = run.available(step, step.source)
    of_groups = run.means.seller_draws_by_group
    if of_groups:
        _repay_groups(run, step, available, [name for name in of_groups if not step.groups or name in step.groups])
        return
    due = run.means.seller_draws - run.draws_repaid
    amount = least(run.usable(step, step.source), greatest(due, ZERO))
    run.draws_repaid = run.draws_repaid + _taken(run, step, step.source, available, amount, due)


def _repay_groups(run: Run, step: RepayDraws, available: Exact, groups: Sequence[str]) -> None:
    """Repay the draws of groups that have targets of their own, one group after the other."""
    owed = {
        name: greatest(run.means.seller_draws_by_group[name] - run.draws_repaid_by_group.get(name, ZERO), ZERO)
        for name in groups
    }
    due = total(owed.values())
    taken = _taken(run, step, step.source, available, least(run.usable(step, step.source), due), due)
    run.draws_repaid = run.draws_repaid + taken
    for name, amount in share_out(taken, owed, Sharing.SEQUENTIAL, owed).items():
        run.draws_repaid_by_group[name] = run.draws_repaid_by_group.get(name, ZERO) + amount


def _taken(run: Run, step: Bounded, source: Source, available: Exact, amount: Exact, due: Exact | None = None) -> Exact:
    """Take whole cents out of the funds for nobody of the classes, and record the step."""
    taken = rounded_down(amount, step.title, run.means.unit)
    run.funds.spend(source, taken, step.groups)
    due, left = amount if due is None else due, run.available(step, source)
    run.steps.append(StepResult(step=step, available=available, due=due, paid={"": taken}, left=left))
    return taken


def _group_gap(run: Run, group: str) -> Exact:
    """Return what a group's loans lack of exceeding, by its target, the classes that it alone backs."""
    bonds = total(run.outstanding(name) for name in run.backed_by(group))
    reached = run.backing_of(group) - bonds
    return greatest(run.means.group_targets[group].target - reached, ZERO)


def _pay_residual(run: Run, step: PayResidual) -> None:
    left = run.usable(step, step.source)
    run.pay(step, step.source, "residual", left, dict.fromkeys(step.classes[:1], left))


def _kept_from_running(run: Run, step: Step) -> str:
    """Say what keeps a step from running this month, or return nothing."""
    if not isinstance(step, Bounded):
        return ""
    for name in step.only_while:
        if name not in run.means.in_force:
            return f"{name} is not in force"
    for name in step.not_while:
        if name in run.means.in_force:
            return f"{name} is in force"
    if isinstance(step, SetAsidePrincipal):
        if not run.means.revolving:
            return "the revolving period was ended"
        if step.until is not None and run.means.on is not None and run.means.on > step.until:
            return f"the revolving period lasted until {step.until}"
    return ""


def _interest(run: Run, step: PayInterest) -> None:
    owed = {name: run.owed(run.claims[name]) for name in step.classes}
    _pay_claims(run, step, "interest", {name: run.claim(name, "interest", owed[name]) for name in owed})


def _basis_risk(run: Run, step: PayBasisRisk) -> None:
    dues = {name: run.claim(name, "basis risk", run.claims[name].basis_risk) for name in step.classes}
    _pay_claims(run, step, "basis risk", dues)


def _insurer(run: Run, step: ReimburseInsurer) -> None:
    dues = {name: run.claim(name, "insurer", run.claims[name].insurer_arrears) for name in step.classes}
    _pay_claims(run, step, "insurer", dues)


def _cover_losses(run: Run, step: CoverLosses) -> None:
    lost = run.means.losses_this_period
    _pay_balances(run, step, "extra", lost - run.drawn_for_losses if run.drawn_for_losses.value else lost)


_RULES: dict[type[Step], Callable[[Run, Any], None]] = {
    PayDerivatives: _pay_derivatives,
    PayInterest: _interest,
    AccreteInterest: _accrete,
    PayPrincipal: _pay_principal,
    PayReportedPrincipal: _pay_reported_principal,
    PaySeniorPrincipal: _pay_senior_principal,
    PayStrippedPrincipal: _pay_stripped_principal,
    PaySubordinatePrincipal: pay_subordinates,
    PayUnpaidLosses: pay_back_losses,
    BuildOvercollateralization: _build_overcollateralization,
    CoverLosses: _cover_losses,
    PayBasisRisk: _basis_risk,
    ReimburseInsurer: _insurer,
    SetAsidePrincipal: _set_aside_principal,
    RepayDraws: _repay_draws,
    PayFee: pay_fee,
    PayPremiums: pay_premiums,
    DrawAccount: draw_account,
    FundAccount: fund_account,
    ReleaseAccount: release_account,
    PayResidual: _pay_residual,
}
"""What each step does, by its class."""


def _is_after_excess(step: Step) -> bool:
    """Say whether a step is among those that the excess is paid to."""
    if isinstance(step, PayUnpaidLosses):
        return not step.subordinates
    return isinstance(step, BuildOvercollateralization | CoverLosses | PayBasisRisk | PayResidual)


def run_step(run: Run, step: Step) -> None:
    """Run one step; raises ValueError for one that names a class without a claim, or is none of the steps."""
    unknown = [name for name in step.classes if name not in run.claims]
    if unknown:
        raise ValueError(f"step {step.step} names class {unknown[0]!r}, which has no claim")
    rule = _RULES.get(type(step))
    if rule is None:
        raise ValueError(f"{type(step).__name__} is no step that a waterfall can run")
    if _is_after_excess(step):
        run.note_excess()
    idle = _kept_from_running(run, step)
    if idle:
        if isinstance(step, PayPremiums):
            run.funds.add(Source.INTEREST, run.take_premiums(step.groups), step.groups)
        nothing = dict.fromkeys(step.classes, ZERO)
        run.steps.append(StepResult(step=step, available=ZERO, due=ZERO, paid=nothing, left=ZERO, idle=idle))
    else:
        rule(run, step)
