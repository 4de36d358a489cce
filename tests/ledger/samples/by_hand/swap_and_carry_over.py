"""Floaters with an interest rate swap and a carry-over of what their cap takes, worked by hand: plain fractions.

The classes bear the index and 0.15%, 0.35% and 1.20%, by actual days over 360, at most the net rate of the loans. The
trust pays 5.20% by months of 30 days and gets the index by actual days over 360, on amounts that fall by their dates,
netted. The swap goes first, then interest, then principal to the most senior class, then principal out of what is left
until overcollateralization is 4,500,000; then what the cap took, now and before, with interest at the rate without it.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, cents_below, to

FOLDER = "swap_and_carry_over"
CLOSED = dt.date(2006, 6, 29)
SWAPPED = {"2006-07-25": 190_000_000, "2006-08-25": 186_000_000, "2006-09-25": 182_000_000, "2006-10-25": 178_000_000}
FACES = {"A": 170_000_000, "M-1": 16_000_000, "M-2": 10_000_000}
MARGINS = {"A": Fraction("0.0015"), "M-1": Fraction("0.0035"), "M-2": Fraction("0.012")}
TRUSTEE = Fraction("0.0002")
TARGET = Fraction(4_500_000)


def swap(notional: int, index: Fraction, start: dt.date, end: dt.date) -> Fraction:
    """Return what the trust gets under the swap, below zero what it owes."""
    months = (end.year - start.year) * 360 + (end.month - start.month) * 30 + end.day - start.day
    return to(notional * index * (end - start).days / 360 - notional * Fraction("0.052") * months / 360)


def after(
    month: Facts,
    pools: tuple[Fraction, Fraction],
    received: Fraction,
    days: Fraction,
    balances: dict[str, Fraction],
    carried: dict[str, Fraction],
) -> tuple[dict[str, Row], dict[str, Fraction]]:
    """Work one month out: the rows, and what of the cap's takings is carried on. ``pools`` are before and after it."""
    index = month.amount("index_rate_set", "rate")
    came_in = month.amount("collection_received", "interest")
    cap = came_in * 12 / pools[0] - TRUSTEE
    free = {name: index + MARGINS[name] for name in balances}
    rate = {name: min(free[name], cap) for name in balances}
    due = {name: to(balances[name] * rate[name] * days) for name in balances}
    taken = {
        name: to(balances[name] * free[name] * days) - due[name] + carried[name] + to(carried[name] * free[name] * days)
        for name in balances
    }
    rest = came_in - TRUSTEE * pools[0] / 12 + received - sum(due.values())
    assert rest >= 0, "interest of the classes is covered, so that none of it is short"
    brought = (
        month.amount("collection_received", "principal")
        + month.amount("curtailment_collected", "amount")
        + month.amount("loan_liquidated", "net_proceeds")
    )
    extra = min(max(TARGET - (pools[1] - sum(balances.values()) + brought), ZERO), rest)
    rest, principal = rest - extra, brought + extra
    assert principal <= balances["A"]
    made_up = {}
    for name in balances:
        made_up[name] = min(taken[name], cents_below(rest))
        rest -= made_up[name]
    if any(made_up[name] < taken[name] for name in balances):
        rest = ZERO  # less than a cent, kept for those that are still short
    rows = {
        name: Row(
            opening=balances[name],
            rate=rate[name],
            interest=due[name] + made_up[name],
            principal=principal if name == "A" else ZERO,
            closing=to(balances[name] - principal) if name == "A" else balances[name],
        )
        for name in balances
    }
    return {**rows, "C": Row(interest=rest)}, {name: taken[name] - made_up[name] for name in balances}


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, from issue on."""
    pool = Facts(FOLDER, "entered").amount("pool_balance_brought_forward", "balance")
    balances = {name: Fraction(face) for name, face in FACES.items()}
    carried = dict.fromkeys(FACES, ZERO)
    found: dict[str, dict[str, Row]] = {}
    start = CLOSED
    for paid, notional in SWAPPED.items():
        month, end = Facts(FOLDER, paid), dt.date.fromisoformat(paid)
        fallen = (
            month.amount("scheduled_payment_due", "principal")
            + month.amount("curtailment_collected", "amount")
            + month.amount("loan_liquidated", "balance")
        )
        received = swap(notional, month.amount("index_rate_set", "rate"), start, end)
        days = Fraction((end - start).days, 360)
        found[paid], carried = after(month, (pool, pool - fallen), received, days, balances, carried)
        balances = {name: found[paid][name].closing or ZERO for name in FACES}
        pool, start = pool - fallen, end
    return found
