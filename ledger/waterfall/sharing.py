"""Splitting one amount over many claims, and making whole cents of the parts.

Shares are exact and unrounded. Where cents are paid, :func:`to_the_cent` rounds all of them together, so that no cent
is lost or made on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ledger.deal.structure import Node, Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.values.money import Rounding, round_to


def share_out(
    amount: Exact, claims: Mapping[str, Exact], sharing: Sharing, weights: Mapping[str, Exact]
) -> dict[str, Exact]:
    """Split an amount over claims, none of which gets more than it claims; nothing is ever shared out below zero.

    Sequential pays in order. The pro rata ways split by weight; what one class cannot take goes round again to those
    that can, and classes without weight (notional ones have no balance) come after those with it, pro rata on what they
    claim. Amounts stay unrounded.
    """
    asked = {name: claim if claim.value > 0 else ZERO for name, claim in claims.items()}
    if sharing is not Sharing.SEQUENTIAL:
        return _pro_rata(amount, asked, weights)
    shares: dict[str, Exact] = {}
    left = amount
    for name, claim in asked.items():
        shares[name] = least(left, claim) if left.value > 0 else ZERO
        if shares[name].value:
            left = left - shares[name]
    return shares


def _pro_rata(amount: Exact, claims: Mapping[str, Exact], weights: Mapping[str, Exact]) -> dict[str, Exact]:
    if total(claims.values()).value <= amount.value:
        return dict(claims)
    shares = dict.fromkeys(claims, ZERO)
    open_names = [name for name in claims if claims[name].value > 0]
    left = amount
    while open_names and left.value > 0:
        weight = total(weights[name] for name in open_names)
        if weight.value == 0:
            weights = claims
            continue
        split = {name: left * weights[name] / weight for name in open_names}
        filled = [name for name in open_names if split[name].value >= claims[name].value]
        if not filled:
            shares.update(split)
            break
        for name in filled:
            shares[name] = claims[name]
            left = left - claims[name]
        open_names = [name for name in open_names if name not in filled]
    return shares


def share_in_structure(
    amount: Exact,
    structure: Node,
    claims: Mapping[str, Exact],
    faces: Mapping[str, Exact],
    balances: Mapping[str, Exact],
    planned: Mapping[str, Exact],
) -> dict[str, Exact]:
    """Split an amount over classes in a tree, none of which gets more than it claims; amounts stay unrounded.

    ``balances`` are those before the distribution, ``planned`` those of each schedule by its name; a schedule that has
    not begun takes nothing.
    """
    left = {name: greatest(claim, ZERO) for name, claim in claims.items()}
    shares = dict.fromkeys(claims, ZERO)

    def room(part: Node | str) -> Exact:
        if not isinstance(part, Node):
            return left[part]
        free = total(left[name] for name in part.names)
        if part.down_to is None:
            return free
        plan = planned.get(part.down_to)
        return ZERO if plan is None else greatest(free - plan, ZERO)

    def weight(part: Node | str, of: Mapping[str, Exact]) -> Exact:
        return total(of[name] for name in part.names) if isinstance(part, Node) else of[part]

    def fill(part: Node | str, given: Exact) -> None:
        if not isinstance(part, Node):
            shares[part], left[part] = shares[part] + given, left[part] - given
            return
        given = least(given, room(part))
        if part.pay is Sharing.SEQUENTIAL:
            for inner in part.of:
                share = least(given, room(inner))
                if share.value > 0:
                    fill(inner, share)
                    given = given - share
            return
        names = [str(place) for place in range(len(part.of))]
        asked = {name: room(inner) for name, inner in zip(names, part.of, strict=True)}
        weights = asked
        if part.pay is Sharing.GIVEN_WEIGHTS:
            weights = {n: term(value, "weight in the structure") for n, value in zip(names, part.weights, strict=True)}
        elif part.pay is not Sharing.PRO_RATA_CLAIM:
            of = faces if part.pay is Sharing.PRO_RATA_FACE else balances
            weights = {name: weight(inner, of) for name, inner in zip(names, part.of, strict=True)}
        parts = share_out(given, asked, part.pay, weights)
        for name, inner in zip(names, part.of, strict=True):
            if parts[name].value > 0:
                fill(inner, parts[name])

    fill(structure, amount)
    return shares


def _is_whole(value: Exact, unit: Fraction) -> bool:
    return (value.value / unit).denominator == 1


def rounded_down(value: Exact, name: str, unit: Fraction) -> Exact:
    """Return the value rounded down to whole cents under a name; whole cents stay as they are.

    A cent is the ``unit`` of cash of the deal's currency, here and in what follows.
    """
    return value if _is_whole(value, unit) else value.rounded(name, unit, Rounding.DOWN)


def to_the_cent(
    amounts: Mapping[str, Exact],
    label: str,
    unit: Fraction,
    rounding: Rounding = Rounding.HALF_UP,
    *,
    bearing: Fraction = Fraction(0),
) -> dict[str, Exact]:
    """Round every amount to the cent, such that together they are what their sum rounds to.

    Where amounts rounded one by one do not add up, those that their rounding moved furthest give way, a cent each. An
    amount of whole cents never moves. ``bearing`` is by how many dollars they may together be off their exact sum and
    yet stay as they are, each rounded by itself.
    """
    rounded = {
        name: amount if _is_whole(amount, unit) else amount.rounded(label, unit, rounding)
        for name, amount in amounts.items()
    }
    exactly = sum((item.value for item in amounts.values()), unit * 0)
    together = sum((item.value for item in rounded.values()), unit * 0)
    off = round_to(exactly, unit, rounding) - together
    if off and abs(exactly - together) >= bearing:
        step = unit if off > 0 else -unit
        moved = sorted(
            (name for name in amounts if not _is_whole(amounts[name], unit)),
            key=lambda name: (rounded[name].value - amounts[name].value) * step,
        )
        for name in moved[: int(off / step)]:
            rounded[name] = (rounded[name] + step).named(label, "a cent moved, so that the parts make up the whole")
    return rounded


__all__ = ["rounded_down", "share_in_structure", "share_out", "to_the_cent"]
