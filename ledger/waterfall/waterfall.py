"""Running a deal's waterfall: an ordered tuple of steps over the funds of a month.

A run goes through four phases, always in this order. Recoveries write classes up that bore a loss before, the lowest
rank first. The funds are opened: what is below zero is made up out of the other funds, and overcollateralization above
its target leaves the principal for the excess. Every step then runs once, in the order of the terms: it sees what the
steps before it left and never more than that, so a run is bounded by its steps times its classes. At the end class
balances are rounded to the cent and what the bonds then stand above the pool is written off, the highest rank first;
classes that bear the losses of their own loans are written down by these before, and by no others.

Four amounts are kept apart for every claim: what was *due* this period, what was *paid*, the *shortfall* of this period
and the *arrears* carried in from earlier ones. Principal and the residual stay unrounded; a class's closing balance is
rounded to the cent once, at the end, as trustees do (filing, page 2: the class table carries thousandths, the balances
cents). What is claimed in cents (interest, basis risk, the insurer's claims) is paid in whole cents, so that arrears
are whole cents too.

Nothing fails for want of money: what cannot be paid stays due. A run raises only where a step names a class without a
claim, or is none of the steps that there are, and the terms' own checks exclude both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from ledger.deal.steps import Source, Step
from ledger.values.exact import ZERO, Exact, total
from ledger.values.money import Rounding
from ledger.waterfall.amounts import Claim, ClassResult, Means, WaterfallResult
from ledger.waterfall.paying import run_step
from ledger.waterfall.running import Run
from ledger.waterfall.sharing import to_the_cent
from ledger.waterfall.stripped_losses import own_losses, own_recoveries, with_recovered_principal, without_own
from ledger.waterfall.write_downs import write_downs, write_ups


def run_waterfall(
    steps: Iterable[Step], claims: Sequence[Claim], means: Means, rounding: Rounding = Rounding.HALF_UP
) -> WaterfallResult:
    """Run the steps in order and return what every class got.

    Raises :class:`ValueError` where a step names a class without a claim; the terms' own checks exclude that.
    """
    order = tuple(steps)
    apart = own_recoveries(order, claims, means)
    written_up = write_ups(claims, means, apart)
    means = with_recovered_principal(order, means, apart)
    raised = [_raised(claim, written_up[claim.class_id]) if claim.class_id in written_up else claim for claim in claims]
    run = Run(order, raised, means)
    for step in order:
        run_step(run, step)
    excess = run.note_excess()
    # Every class is rounded by itself, as long as together they stay within a cent.
    outstanding, bearing = {name: run.outstanding(name) for name in run.claims}, means.unit * (means.rules > 2)
    after = to_the_cent(outstanding, "closing class balance", means.unit, rounding, bearing=bearing)
    backed = attrs.evolve(means, closing_pool=run.backing)
    if run.draws_repaid_by_group:
        held = {name: attrs.evolve(item, closing_pool=run.backing_of(name)) for name, item in means.groups.items()}
        backed = attrs.evolve(backed, groups=held)
    own = own_losses(order, means, after)
    backed = without_own(order, backed, own)
    lost = write_downs(raised, backed, after, [*written_up.values()], [*run.losses_of_principal.values()], own)
    classes = {claim.class_id: _result(run, claim, after, lost, written_up) for claim in claims}
    bonds = total(item.closing_balance for item in classes.values()).named("closing bonds")
    left = run.funds.available(Source.AVAILABLE)
    return WaterfallResult(
        classes=classes,
        steps=tuple(run.steps),
        excess=excess,
        released=run.released,
        extra_principal=total(run.paid["extra"].values()) if run.paid["extra"] else ZERO,
        closing_bonds=bonds,
        overcollateralization=(run.backing - bonds).named(
            "overcollateralization", "closing pool balance less closing bonds"
        ),
        derivatives_paid=run.derivatives_paid,
        left_over=left + run.aside if run.aside else left,
        set_aside=run.set_aside_to_buy,
        draws_repaid=run.draws_repaid,
        draws_repaid_by_group=run.draws_repaid_by_group,
        parts_of_cents=run.aside,
        released_by_group=run.released_by_group,
        group_overcollateralization={
            group: _overcollateralization_of(group, run, classes) for group in means.group_targets
        },
        accounts={name: item.result() for name, item in run.accounts.items()},
        fees=run.fee_results(),
    )


def _raised(claim: Claim, by: Exact) -> Claim:
    return attrs.evolve(claim, balance=claim.balance + by, written_down=claim.written_down - by, written_up=by)


def _overcollateralization_of(group: str, run: Run, classes: Mapping[str, ClassResult]) -> Exact:
    bonds = total(classes[name].closing_balance for name in run.backed_by(group))
    return (run.backing_of(group) - bonds).named(
        f"overcollateralization of group {group}", "closing pool balance of the group less the classes it alone backs"
    )


def _result(
    run: Run, claim: Claim, after: Mapping[str, Exact], lost: Mapping[str, Exact], written_up: Mapping[str, Exact]
) -> ClassResult:
    name = claim.class_id
    paid = {kind: amounts.get(name, ZERO) for kind, amounts in run.paid.items()}
    loss = lost.get(name, ZERO)
    closing = after[name] - loss if loss.value else after[name]
    owed = run.owed(claim)
    insured_interest = owed - paid["interest"] if claim.insured and owed > paid["interest"] else ZERO
    return ClassResult(
        claim=claim,
        interest_paid=paid["interest"],
        principal_paid=paid["principal"],
        extra_principal=paid["extra"],
        basis_risk_paid=paid["basis risk"],
        residual_paid=paid["residual"],
        deferred_interest=paid["deferred"],
        insurer_interest=insured_interest,
        insurer_principal=loss if claim.insured else ZERO,
        loss=ZERO if claim.insured else loss,
        written_up=written_up.get(name, ZERO),
        closing_balance=closing.named("closing class balance"),
        premiums_paid=paid["premiums"],
        losses_paid=paid["losses"],
        losses_paid_of_principal=run.losses_of_principal.get(name, ZERO),
    )
