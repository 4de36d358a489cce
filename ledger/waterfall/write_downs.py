"""Losses that leave the bonds above the pool, written off classes, and recoveries that write them up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ledger.deal.steps import PrincipalKind
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, total
from ledger.waterfall.amounts import Claim, Means
from ledger.waterfall.sharing import rounded_down, share_out, to_the_cent


def write_downs(
    claims: Sequence[Claim],
    means: Means,
    balances: Mapping[str, Exact],
    written_up: Sequence[Exact] = (),
    paid_back: Sequence[Exact] = (),
    own: Mapping[str, Exact] | None = None,
) -> dict[str, Exact]:
    """Write classes down, the highest rank first, by losses that leave the bonds above the pool.

    Borne no longer, and lost again, are ``written_up``, what classes were written up by this month, as far as more
    losses than recoveries make it one, and ``paid_back``, what they were paid, out of principal, of losses borne
    before. ``own`` is what classes lose of the losses of their own
    loans (:mod:`~ledger.waterfall.stripped_losses`): they lose that, and nothing by rank. Only whole cents are
    lost: what lies below is the rounding of class balances. Classes of one rank that different loan groups back bear
    the losses of their own groups: each group's in proportion to how far the classes of it, of any rank, stand above
    its pool. What goes beyond the carve-outs of the terms all classes bear first, in proportion to their balances; then
    losses of modifications fall on the classes that the terms name for them, set after set.

    Where the terms let loan groups that share no class bear their losses apart, each such stack is written down by what
    its own classes stand above its own pools, whatever another has to spare.
    """
    unborne = total((means.loss_to_allocate, *written_up))
    if unborne.value < 0:
        unborne = ZERO
    if paid_back:
        unborne = total((unborne, *paid_back))
    apart = own or {}
    lost_apart = {name: amount for name, amount in apart.items() if amount.value}
    if lost_apart:
        unborne = unborne - total(lost_apart.values())
        balances = {name: balances[name] - lost_apart.get(name, ZERO) for name in balances}
    stacks = stacks_of(claims, means) if means.by_stacks else []
    if len(stacks) > 1:
        return lost_apart | _by_stack(claims, means, balances, unborne, stacks, frozenset(apart))
    return lost_apart | _together(claims, means, balances, unborne, frozenset(apart))


def _together(
    claims: Sequence[Claim], means: Means, balances: Mapping[str, Exact], unborne: Exact, apart: frozenset[str]
) -> dict[str, Exact]:
    """Write off what all classes stand above the whole pool; those apart bear none of it."""
    left = rounded_down(
        least(total(balances.values()) - means.closing_pool, unborne), "loss in whole cents", means.unit
    )
    bearing = {name: balance for name, balance in balances.items() if name not in apart}
    found = _shared(left, means, bearing)
    if found:
        left = left - total(found.values())
        balances = {name: balances[name] - found.get(name, ZERO) for name in balances}
    modified = _of_modifications(left, means, balances, apart)
    if modified:
        left = left - total(modified.values())
        balances = {name: balances[name] - modified.get(name, ZERO) for name in balances}
        found |= {name: found.get(name, ZERO) + amount for name, amount in modified.items()}
    return _down_the_ranks(claims, means, balances, left, found, apart)


def stacks_of(claims: Sequence[Claim], means: Means) -> list[frozenset[str]]:
    """Return the loan groups in sets that no class joins: groups that back a class together are in one."""
    stacks = [frozenset((group,)) for group in means.groups]
    for claim in claims:
        backing = set(claim.groups or means.groups)
        if claim.is_notional or not claim.balance.value:
            continue
        joined = [stack for stack in stacks if stack & backing]
        stacks = [stack for stack in stacks if not stack & backing] + [frozenset().union(*joined)]
    return stacks


def _by_stack(
    claims: Sequence[Claim],
    means: Means,
    balances: Mapping[str, Exact],
    unborne: Exact,
    stacks: Sequence[frozenset[str]],
    apart: frozenset[str],
) -> dict[str, Exact]:
    found: dict[str, Exact] = {}
    for stack in stacks:
        own = [claim for claim in claims if claim.groups and set(claim.groups) <= stack]
        held = {claim.class_id: balances[claim.class_id] for claim in own}
        pool = total(means.groups[name].closing_pool for name in means.groups if name in stack)
        left = rounded_down(
            least(total(held.values()) - pool, unborne), "loss of the groups in whole cents", means.unit
        )
        lost = _down_the_ranks(own, means, held, left, {}, apart)
        found |= lost
        unborne = unborne - total(lost.values()) if lost else unborne
    return found


def _down_the_ranks(
    claims: Sequence[Claim],
    means: Means,
    balances: Mapping[str, Exact],
    left: Exact,
    found: dict[str, Exact],
    apart: frozenset[str],
) -> dict[str, Exact]:
    """Add to what is lost already what the classes lose of the rest, the highest rank first."""
    for rank in sorted({claim.rank for claim in claims}, reverse=True):
        if left.value <= 0:
            break
        ranked = [claim for claim in claims if claim.rank == rank and claim.class_id not in apart]
        bearing = {claim.class_id: balances[claim.class_id] for claim in ranked}
        borne = least(left, total(bearing.values()))
        if borne.value > 0:
            shares = _by_group(borne, ranked, claims, means, balances, apart)
            if shares is None:
                shares = share_out(borne, bearing, Sharing.PRO_RATA_BALANCE, bearing)
            lost = to_the_cent(shares, "loss of the class", means.unit)
            for name, share in lost.items():
                found[name] = found[name] + share if name in found else share
            balances = {**balances, **{name: balances[name] - share for name, share in lost.items()}}
            left = left - borne
    return found


def _shared(left: Exact, means: Means, balances: Mapping[str, Exact]) -> dict[str, Exact]:
    """Share what all classes bear over their balances; empty where there is nothing of the kind."""
    most = least(left, least(means.shared_loss, total(balances.values())))
    shared = rounded_down(most, "loss that all classes bear", means.unit)
    if shared.value <= 0:
        return {}
    bearing = {name: balance for name, balance in balances.items() if balance.value > 0}
    shares = share_out(shared, bearing, Sharing.PRO_RATA_BALANCE, bearing)
    return to_the_cent(shares, "loss that the class shares", means.unit)


def _of_modifications(
    left: Exact, means: Means, balances: Mapping[str, Exact], apart: frozenset[str]
) -> dict[str, Exact]:
    """Write losses of modifications off in the order of their own; what it cannot bear is borne by rank."""
    left = rounded_down(least(left, means.modified_loss), "modification losses in whole cents", means.unit)
    found: dict[str, Exact] = {}
    for tier in means.modified_order:
        bearing = {name: balances[name] for name in tier if balances[name].value > 0 and name not in apart}
        if left.value <= 0 or not bearing:
            continue
        borne = least(left, total(bearing.values()))
        shares = share_out(borne, bearing, Sharing.PRO_RATA_BALANCE, bearing)
        found |= to_the_cent(shares, "modification loss of the class", means.unit)
        left = left - borne
    return found


def _by_group(
    borne: Exact,
    ranked: Sequence[Claim],
    claims: Sequence[Claim],
    means: Means,
    balances: Mapping[str, Exact],
    apart: frozenset[str],
) -> dict[str, Exact] | None:
    """Share a loss over the classes of one rank by the groups that back them; None where one set of groups backs all.

    A set of groups bears by how far its classes, those of other ranks too, stand above its pool, and not more than they
    do; what is left then is borne by balance. Where principal-only classes bear losses of their own, what is theirs of
    a pool backs no other.
    """
    backings = dict.fromkeys(claim.groups for claim in ranked)
    if len(backings) < 2 or () in backings:
        return None
    shares: dict[str, Exact] = dict.fromkeys((claim.class_id for claim in ranked), ZERO)
    above: dict[str, Exact] = {}
    for number, backing in enumerate(backings):
        others = [claim for claim in claims if claim.groups == backing and claim.class_id not in apart]
        bonds = total(balances[claim.class_id] for claim in others)
        held = [means.groups[name] for name in backing]
        pool = total(item.closing_pool_shared if apart else item.closing_pool for item in held)
        own = total(balances[claim.class_id] for claim in ranked if claim.groups == backing)
        above[str(number)] = least(greatest(bonds - pool, ZERO), own)
    by_backing = share_out(least(borne, total(above.values())), above, Sharing.PRO_RATA_CLAIM, above)
    for number, backing in enumerate(backings):
        mine = {claim.class_id: balances[claim.class_id] for claim in ranked if claim.groups == backing}
        shares.update(share_out(by_backing[str(number)], mine, Sharing.PRO_RATA_BALANCE, mine))
    rest = borne - total(shares.values())
    if rest.value > 0:
        room = {name: balances[name] - shares[name] for name in shares}
        more = share_out(rest, room, Sharing.PRO_RATA_BALANCE, room)
        shares = {name: shares[name] + more[name] for name in shares}
    return shares


def write_ups(claims: Sequence[Claim], means: Means, own: Mapping[str, Exact] | None = None) -> dict[str, Exact]:
    """Write classes up by recoveries on earlier losses, the lowest rank first, one rank pro rata on what it lost.

    Where loan groups that share no class bear their losses apart, what one of such sets of groups recovered writes up
    the classes that these groups back, those that others back too among them, and no other. ``own`` is what recoveries
    on their own loans write classes up by that bear losses of their own; they get that, and nothing of the rest.
    """
    apart = own or {}
    found = {name: amount for name, amount in apart.items() if amount.value}
    sharing = [claim for claim in claims if claim.class_id not in apart]
    stacks = stacks_of(claims, means) if means.by_stacks else []
    if len(stacks) < 2:
        rest = means.recoveries - total(found.values()) if found else means.recoveries
        return found | _up_the_ranks(sharing, rest, {}, means.unit)
    return found | _up_the_stacks(claims, sharing, means, stacks, found)


def _up_the_stacks(
    claims: Sequence[Claim],
    sharing: Sequence[Claim],
    means: Means,
    stacks: Sequence[frozenset[str]],
    apart: Mapping[str, Exact],
) -> dict[str, Exact]:
    found: dict[str, Exact] = {}
    for stack in stacks:
        backed = [claim for claim in sharing if stack & set(claim.groups or means.groups)]
        recovered = total(
            means.groups[name].principal[PrincipalKind.RECOVERIES] for name in means.groups if name in stack
        )
        taken = [apart[item.class_id] for item in claims if item.class_id in apart and stack & set(item.groups)]
        recovered = recovered - total(taken) if taken else recovered
        found = _up_the_ranks(backed, recovered, found, means.unit)
    return found


def _up_the_ranks(
    claims: Sequence[Claim], recoveries: Exact, before: Mapping[str, Exact], unit: Fraction
) -> dict[str, Exact]:
    """Return what classes were written up before, and are now by recoveries, no class beyond what it lost."""
    left, found = rounded_down(recoveries, "recoveries in whole cents", unit), dict(before)
    for rank in sorted({claim.rank for claim in claims}):
        ranked = [item for item in claims if item.rank == rank and item.written_down.value > 0]
        rests = {
            item.class_id: item.written_down - before[item.class_id] if item.class_id in before else item.written_down
            for item in ranked
        }
        lost = {name: rest for name, rest in rests.items() if rest.value > 0}
        if left.value <= 0 or not lost:
            continue
        restored = least(left, total(lost.values()))
        parts = share_out(restored, lost, Sharing.PRO_RATA_CLAIM, lost)
        for name, amount in to_the_cent(parts, "write-up of the class", unit).items():
            found[name] = found[name] + amount if name in found else amount
        left = left - restored
    return {name: amount for name, amount in found.items() if amount.value}
