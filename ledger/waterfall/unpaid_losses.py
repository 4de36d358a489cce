"""Losses that are paid back: what a class was written down by is paid to it later, and retires no balance.

What is paid out of interest is excess that would have gone to somebody else, and the loss stays borne. What is paid out
of principal retires nothing, so that the bonds stand above the pool by it: the loss is borne once more, by rank.
"""

from __future__ import annotations

from ledger.deal.steps import PayUnpaidLosses
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, greatest, least, total
from ledger.waterfall.running import Run
from ledger.waterfall.sharing import rounded_down, share_out, to_the_cent
from ledger.waterfall.subordinates import left_by_seniors


def pay_back_losses(run: Run, step: PayUnpaidLosses) -> None:
    """Pay classes their unpaid losses in whole cents; out of the subordinates' principal, where the step names them."""
    unit, kind = run.means.unit, "losses"
    claims = {
        name: greatest(run.claim(name, kind, run.claims[name].written_down), ZERO).named("unpaid realized losses")
        for name in step.classes
    }
    due, found = total(claims.values()), {}
    if step.subordinates:
        left = total(left_by_seniors(run, step))
        stands = total(run.outstanding(name) for name in step.subordinates)
        most = greatest(least(left, stands), ZERO).named("what would be the subordinates' principal")
        found, available = {"subordinate principal of the groups": left}, least(run.usable(step, step.source), most)
    else:
        available = run.for_claims(step, step.source)
    amount = least(available, due)
    payable = rounded_down(amount, "payable losses", unit)
    shares = to_the_cent(
        share_out(payable, claims, step.sharing, run.weights(step.sharing, claims)), "share to the cent", unit
    )
    before = run.funds.principal()
    run.pay(step, step.source, kind, due, shares, found)
    of_principal = (before - run.funds.principal()).rounded("losses paid out of principal", unit)
    last_first = dict(reversed(shares.items()))
    for name, amount in share_out(of_principal, last_first, Sharing.SEQUENTIAL, shares).items():
        run.losses_of_principal[name] = run.losses_of_principal.get(name, ZERO) + amount
    if not step.subordinates and payable < amount:
        run.set_aside(step, step.source, amount - payable)
    elif step.subordinates and payable.value:
        run.crossed.append((step.groups, payable))


__all__ = ["pay_back_losses"]
