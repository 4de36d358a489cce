"""Principal-only classes that bear the discount fractions of their loans' losses themselves (ratio-strip deals).

Such a class stands at what of its loans is principal only: it falls by its fraction of their principal and of their
losses, and by no other loss. What comes in later on these loans writes it up by its fraction, as far as its loss was
not paid to it meanwhile, and is its principal as far as it does; the rest is for those who bore the loss then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from ledger.deal.steps import PayStrippedPrincipal, PrincipalKind, Step
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, ratio, total
from ledger.waterfall.amounts import Claim, GroupMeans, Means
from ledger.waterfall.sharing import rounded_down, share_out, to_the_cent


def _bearing(steps: Sequence[Step], means: Means) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the classes of each step that lets them bear losses of their own, with the loan groups of the step."""
    every = tuple(means.groups)
    return [
        (step.classes, tuple(name for name in (step.groups or every) if name in means.groups))
        for step in steps
        if isinstance(step, PayStrippedPrincipal) and step.bears_losses
    ]


def own_losses(steps: Sequence[Step], means: Means, balances: Mapping[str, Exact]) -> dict[str, Exact]:
    """Return what classes lose of the losses of their own loans, to the cent: nought of one that bears none this month.

    A class that is not named here loses by rank; ``balances`` are those after the principal of the month.
    """
    found: dict[str, Exact] = {}
    for classes, groups in _bearing(steps, means):
        lost = total(means.groups[name].stripped_lost for name in groups)
        room = {name: balances[name] - found.get(name, ZERO) for name in classes}
        parts = share_out(greatest(lost, ZERO), room, Sharing.PRO_RATA_BALANCE, room)
        for name, amount in to_the_cent(parts, "loss by discount fractions", means.unit).items():
            found[name] = found.get(name, ZERO) + least(amount, room[name])
    return found


def own_recoveries(steps: Sequence[Step], claims: Sequence[Claim], means: Means) -> dict[str, Exact]:
    """Return what recoveries on their own loans write such classes up by, in whole cents and no more than they lost."""
    unpaid = {claim.class_id: claim.written_down for claim in claims}
    found: dict[str, Exact] = {}
    for classes, groups in _bearing(steps, means):
        recovered = total(means.groups[name].stripped_recovered for name in groups)
        room = {name: greatest(unpaid[name] - found.get(name, ZERO), ZERO) for name in classes}
        whole = rounded_down(
            least(greatest(recovered, ZERO), total(room.values())), "recoveries in whole cents", means.unit
        )
        parts = share_out(whole, room, Sharing.PRO_RATA_CLAIM, room)
        for name, amount in to_the_cent(parts, "write-up by discount fractions", means.unit).items():
            found[name] = found.get(name, ZERO) + amount
    return found


def with_recovered_principal(steps: Sequence[Step], means: Means, written_up: Mapping[str, Exact]) -> Means:
    """Return the means where, of recoveries, the principal-only classes have what they were written up by."""
    groups: dict[str, GroupMeans] = dict(means.groups)
    for classes, names in _bearing(steps, means):
        up = total(written_up.get(name, ZERO) for name in classes)
        parts = {name: greatest(means.groups[name].stripped_recovered, ZERO) for name in names}
        for name, share in share_out(up, parts, Sharing.PRO_RATA_CLAIM, parts).items() if up.value else ():
            stripped = {**groups[name].stripped, PrincipalKind.RECOVERIES: share}
            groups[name] = attrs.evolve(groups[name], stripped=stripped)
    return attrs.evolve(means, groups=groups) if groups != means.groups else means


def without_own(steps: Sequence[Step], means: Means, own: Mapping[str, Exact]) -> Means:
    """Return the means where losses beyond the carve-outs are without what principal-only classes bore of them.

    Such a class bears its discount fraction of these as of any other loss, and all others bear the rest (prospectuses:
    "the discount fraction of an excess loss"). Of a loss that is more than it stands at, it bears both parts alike.
    """
    groups = dict.fromkeys(name for _, names in _bearing(steps, means) for name in names)
    beyond = total(means.groups[name].stripped_beyond for name in groups)
    whole, borne = total(means.groups[name].stripped_lost for name in groups), total(own.values())
    if beyond.value <= 0 or whole.value <= 0:
        return means
    part = beyond * ratio(borne, whole) if borne < whole else beyond
    return attrs.evolve(means, shared_loss=greatest(means.shared_loss - part, ZERO))


__all__ = ["own_losses", "own_recoveries", "with_recovered_principal", "without_own"]
