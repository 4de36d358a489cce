"""What of the principal of loan groups is their subordinates', and how these share it."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.deal.steps import PaySubordinatePrincipal, PayUnpaidLosses, Restricted
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, total
from ledger.waterfall.running import Run
from ledger.waterfall.sharing import share_out


def _support_fails(run: Run, among: tuple[str, ...]) -> set[str]:
    """Return the classes that a failing credit support test of a class above them blocks, before the distribution."""
    if among not in run.failing:
        run.failing[among] = _find_failing(run, among)
    return run.failing[among]


def _find_failing(run: Run, among: tuple[str, ...]) -> set[str]:
    claims = [run.claims[name] for name in among]
    # Subordinates of some groups alone are held to the pools of these, and to the classes that these alone back.
    own = {group for claim in claims for group in claim.groups} if all(claim.groups for claim in claims) else set()
    pool = total(item.opening_pool for name, item in run.means.groups.items() if not own or name in own)
    issued = total(
        claim.face
        for claim in run.claims.values()
        if not claim.is_notional and (not own or (claim.groups and own >= set(claim.groups)))
    )
    for place, claim in enumerate(claims):
        if claim.balance_before.value <= 0:
            continue
        below = total(item.balance_before for item in claims[place + 1 :])
        if ratio(below, pool) < ratio(total(item.face for item in claims[place + 1 :]), issued):
            return {item.class_id for item in claims[place + 1 :]}
    return set()


def _share_subordinate(
    amount: Exact, blocked: set[str], weights: Mapping[str, Exact], room: Mapping[str, Exact]
) -> dict[str, Exact]:
    """Share an amount over the classes that are not blocked, by weight; then over those that are, in their order.

    None gets more than there is room for: what it stands at, less what it got of principal of another kind.
    """
    free = {name: left for name, left in room.items() if name not in blocked}
    shares = share_out(amount, free, Sharing.PRO_RATA_BALANCE, weights)
    rest = amount - total(shares.values()) if shares else amount
    if rest.value > 0 and blocked:
        held = {name: left for name, left in room.items() if name in blocked}
        shares.update(share_out(rest, held, Sharing.SEQUENTIAL, held))
    return shares


def left_by_seniors(run: Run, step: PaySubordinatePrincipal | PayUnpaidLosses) -> tuple[Exact, Exact]:
    """Return the scheduled and the other principal that seniors leave, less what others were paid out of it."""
    every = tuple(run.means.groups)
    wanted = set(step.groups or every)
    chosen = [item for senior, item in run.shifted if wanted & set(senior.groups or every)]
    scheduled = total(item.subordinate_scheduled for item in chosen)
    unscheduled = total(item.subordinate_unscheduled for item in chosen)
    crossed = total(amount for groups, amount in run.crossed if wanted & set(groups or every))
    whole = scheduled + unscheduled
    if not crossed.value or whole.value <= 0:
        return scheduled, unscheduled
    kept = greatest(whole - crossed, ZERO) / whole
    return scheduled * kept, unscheduled * kept


def pay_subordinates(run: Run, step: PaySubordinatePrincipal) -> None:
    """Pay subordinates their shares of what the seniors of the groups leave."""
    scheduled, unscheduled = left_by_seniors(run, step)
    among = step.among or step.classes
    locked = set(step.locked)
    failing = set() if step.credit_support is Restricted.NOTHING else _support_fails(run, among)
    blocked_scheduled = locked | failing if step.credit_support is Restricted.ALL else locked
    balances = {name: run.claims[name].balance for name in among}
    weights = {name: run.claims[name].balance_before for name in among}
    first = _share_subordinate(run.shared(step, scheduled), blocked_scheduled, weights, balances)
    room = {name: balance - first.get(name, ZERO) for name, balance in balances.items()}
    second = _share_subordinate(run.shared(step, unscheduled), locked | failing, weights, room)
    claims = {
        name: least(total(part.get(name, ZERO) for part in (first, second)), run.outstanding(name))
        for name in step.classes
    }
    due = run.capped(step, total(claims.values()))
    claims = share_out(due, claims, Sharing.PRO_RATA_CLAIM, claims)
    amount = least(greatest(run.available(step, step.source), ZERO), due)
    found = {"subordinate principal of the groups": total((scheduled, unscheduled))}
    run.pay(step, step.source, "principal", due, share_out(amount, claims, Sharing.SEQUENTIAL, claims), found)


__all__ = ["left_by_seniors", "pay_subordinates"]
