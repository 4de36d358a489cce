"""What the bonds are paid: the waterfall of the deal, one claim after the other, nothing rounded but what is named."""

from __future__ import annotations

from fractions import Fraction

import attrs

from tests.model import deal
from tests.model.notes import ZERO, State
from tests.model.printing import rounded


@attrs.frozen(kw_only=True)
class Paid:
    """One distribution by class. Principal and the certificate's interest are not rounded; balances are."""

    rate: dict[str, Fraction]
    accrued: dict[str, Fraction]
    not_supported: dict[str, Fraction]
    optimal: dict[str, Fraction]
    interest: dict[str, Fraction]
    unpaid: dict[str, Fraction]
    basis_risk_new: dict[str, Fraction]
    basis_risk_paid: dict[str, Fraction]
    basis_risk_left: dict[str, Fraction]
    principal: dict[str, Fraction]
    scheduled: dict[str, Fraction]
    losses: dict[str, Fraction]
    written_up: dict[str, Fraction]
    insurer_interest: dict[str, Fraction]
    insurer_principal: dict[str, Fraction]
    balance: dict[str, Fraction]
    premium: Fraction
    excess: Fraction
    extra: Fraction
    released: Fraction


def split_by_face(amount: Fraction, balance: dict[str, Fraction]) -> dict[str, Fraction]:
    """Split principal by original face among the classes that still have a balance; none gets more than that."""
    share = {
        name: amount * deal.FACE[name] / sum(deal.FACE[other] for other in deal.CLASSES if balance[other])
        if balance[name]
        else ZERO
        for name in deal.CLASSES
    }
    for name, other in (("A", "B"), ("B", "A")):
        if share[name] > balance[name]:
            beyond = share[name] - balance[name]
            share[name] = balance[name]
            share[other] = min(balance[other], share[other] + beyond)
    return share


def pay_bonds(
    state: State,
    *,
    days: int,
    index: Fraction,
    available_funds_rate: Fraction,
    interest: Fraction,
    principal: Fraction,
    scheduled: Fraction,
    contracts: Fraction,
    not_supported: Fraction,
    closing_pool: Fraction,
    recovered: Fraction = ZERO,
) -> Paid:
    """Pay a month's funds; ``interest`` is what is left after every fee but the bond insurance premium.

    The premium is a twelfth of its rate on the closing balance of class A, which the premium itself moves where it
    takes from extra principal. Every cent of premium moves that balance by less than a cent, so going on from none
    leads up to the first balance that bears its own premium.
    """
    premium = ZERO
    while True:
        paid = _with_premium(
            state,
            days=days,
            index=index,
            available_funds_rate=available_funds_rate,
            funds=interest - premium - contracts,
            principal=principal,
            scheduled=scheduled,
            not_supported=not_supported,
            closing_pool=closing_pool,
            premium=premium,
            recovered=recovered,
        )
        needed = paid.balance["A"] * deal.INSURANCE / 12
        if needed == premium:
            return paid
        premium = needed


def uncapped(index: Fraction, name: str) -> Fraction:
    """Return index and margin of a class; a bondholder owes no interest, however low the index."""
    return max(ZERO, index + deal.MARGIN[name])


def accruals(
    state: State, days: int, index: Fraction, available_funds_rate: Fraction
) -> tuple[dict[str, Fraction], dict[str, Fraction], dict[str, Fraction]]:
    """Return rates, interest to the cent, and what the available funds rate took of it, by class."""
    rate, accrued, capped_off = {}, {}, {}
    for name in deal.CLASSES:
        wanted = uncapped(index, name)
        rate[name] = max(ZERO, min(wanted, available_funds_rate))
        accrued[name] = rounded(state.balance[name] * rate[name] * days / 360, 2)
        capped_off[name] = rounded(state.balance[name] * wanted * days / 360, 2) - accrued[name]
    return rate, accrued, capped_off


def written_up_by(state: State, recovered: Fraction) -> dict[str, Fraction]:
    """Share what came in on losses borne before: it writes the classes up again, the senior one first."""
    written_up, to_share = {}, recovered
    for name in deal.CLASSES:
        written_up[name] = min(to_share, state.losses_to_date[name] - state.written_up[name])
        to_share -= written_up[name]
    return written_up


def _with_premium(
    state: State,
    *,
    days: int,
    index: Fraction,
    available_funds_rate: Fraction,
    funds: Fraction,
    principal: Fraction,
    scheduled: Fraction,
    not_supported: Fraction,
    closing_pool: Fraction,
    premium: Fraction,
    recovered: Fraction,
) -> Paid:
    rate, accrued, capped_off = accruals(state, days, index, available_funds_rate)
    all_accrued = sum(accrued.values(), ZERO)
    # No class bears more than its interest; what is beyond it, the excess does.
    bearable = min(not_supported, all_accrued)
    borne = {"A": rounded(bearable * accrued["A"] / all_accrued, 2) if all_accrued else ZERO}
    borne["B"] = bearable - borne["A"]

    written_up = written_up_by(state, recovered)
    opening = {name: state.balance[name] + written_up[name] for name in deal.CLASSES}
    bonds = sum(opening.values(), ZERO)
    # Principal: what the pool brought, less what overcollateralization above its target releases, less
    # what interest lacks where fees and withdrawals were more than it.
    available = principal + min(ZERO, funds)
    released = min(max(ZERO, available), max(ZERO, closing_pool - (bonds - available) - deal.TARGET))
    passed = max(ZERO, min(bonds, available - released))
    beyond = max(ZERO, available - released - bonds)  # No class is owed it.

    # Interest of the month and before, A before B, out of interest and what is released: the certificate
    # is not paid before them.
    left = max(ZERO, funds) + released + beyond
    paid, unpaid, short = {}, {}, {}
    for name in deal.CLASSES:
        due = accrued[name] - borne[name] + state.unpaid[name]
        from_funds = min(due, rounded_down(left))
        left -= from_funds
        short[name] = due - from_funds
        insured = name in deal.INSURED
        paid[name] = due if insured else from_funds
        unpaid[name] = ZERO if insured else short[name]
    excess = ZERO if any(short.values()) else left
    shown_excess = max(ZERO, excess - released - beyond)

    gap = deal.TARGET - (closing_pool - (bonds - passed))
    extra = max(ZERO, min(excess, gap, bonds - passed))
    left = excess - extra

    # What the cap took, now and before with interest at what the class would earn without it, A before B.
    basis_risk_new = {
        name: capped_off[name] + rounded(state.basis_risk[name] * uncapped(index, name) * days / 360, 2)
        for name in deal.CLASSES
    }
    carried, carried_paid = {}, {}
    for name in deal.CLASSES:
        owed = state.basis_risk[name] + basis_risk_new[name]
        carried_paid[name] = min(owed, rounded_down(left))
        carried[name] = owed - carried_paid[name]
        left -= carried_paid[name]
    # The certificate gets no fraction of a cent either while a class is owed what the cap took.
    left = ZERO if any(carried.values()) else left

    share = split_by_face(passed + extra, opening)
    part = scheduled / principal if principal else ZERO
    planned = {name: amount * part for name, amount in split_by_face(passed, opening).items()}
    # Balances are rounded to the cent, and what is then above the pool is lost: B first, then A.
    balance = {name: rounded(opening[name] - share[name], 2) for name in deal.CLASSES}
    lost, insurer_principal = {}, dict.fromkeys(deal.CLASSES, ZERO)
    above = max(ZERO, sum(balance.values(), ZERO) - closing_pool)
    for name in ("B", "A"):
        lost[name] = min(balance[name], above)
        balance[name] -= lost[name]
        above -= lost[name]
        if name in deal.INSURED:  # The insurer pays, as principal, what the class would lose.
            share[name] += lost[name]
            insurer_principal[name] = lost[name]
            lost[name] = ZERO

    interest = {name: paid[name] + carried_paid[name] for name in deal.CLASSES}
    optimal = {name: accrued[name] - borne[name] + state.unpaid[name] + carried_paid[name] for name in deal.CLASSES}
    interest["Cert"] = optimal["Cert"] = left
    return Paid(
        rate=rate,
        accrued=accrued,
        not_supported=borne,
        optimal=optimal,
        interest=interest,
        unpaid=unpaid,
        basis_risk_new=basis_risk_new,
        basis_risk_paid=carried_paid,
        basis_risk_left=carried,
        principal=share,
        scheduled=planned,
        losses=lost,
        written_up=written_up,
        insurer_interest={name: short[name] if name in deal.INSURED else ZERO for name in deal.CLASSES},
        insurer_principal=insurer_principal,
        balance=balance,
        premium=premium,
        excess=shown_excess,
        extra=extra,
        released=released,
    )


def rounded_down(value: Fraction) -> Fraction:
    """Return whole cents, for what is paid in cash out of funds that do not reach."""
    return Fraction(int(value * 100), 100)
