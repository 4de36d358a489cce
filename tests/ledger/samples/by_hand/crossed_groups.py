"""Two groups that stand in for each other, worked by hand: plain fractions, month after month.

Each group pays its own seniors' interest first; what one lacks, the other's excess pays; then class M-1. Principal is
the own seniors'. What interest is left brings overcollateralization to 4,000,000 as principal of both seniors, by
balance; the residual gets the rest. Seniors 1-A bear 5.0%, 2-A 4.9%, M-1 6.1%, twelfths of a year.
"""

from __future__ import annotations

from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, cents_below, to

FOLDER = "crossed_groups"
MONTHS = ("2006-05-25", "2006-06-26", "2006-07-25", "2006-08-25")
RATES = {"1-A": Fraction("0.05"), "2-A": Fraction("0.049"), "M-1": Fraction("0.061")}
SENIOR = {"1": "1-A", "2": "2-A"}
TRUSTEE = Fraction("0.0002")
TARGET = Fraction(4_000_000)


def interest(
    month: Facts, pools: dict[str, Fraction], due: dict[str, Fraction]
) -> tuple[dict[str, Fraction], Fraction]:
    """Return the interest that every class is paid, and what is left of that of both groups."""
    left = {g: month.amount("collection_received", "interest", group=g) - TRUSTEE * pools[g] / 12 for g in pools}
    paid = dict.fromkeys(due, ZERO)
    for group, name in (("1", "1-A"), ("2", "2-A"), ("2", "1-A"), ("1", "2-A")):
        share = min(due[name] - paid[name], cents_below(left[group]))
        paid[name], left[group] = paid[name] + share, left[group] - share
    rest = sum(left.values(), ZERO)
    assert rest >= due["M-1"], "interest of the classes is covered, so that none of it is short"
    assert all(paid[name] == due[name] for name in SENIOR.values())
    return paid | {"M-1": due["M-1"]}, rest - due["M-1"]


def after(month: Facts, pools: dict[str, Fraction], closing: Fraction, balances: dict[str, Fraction]) -> dict[str, Row]:
    """Work one month out; ``pools`` stand before it, ``closing`` is what both stand at after it."""
    due = {name: to(balances[name] * RATES[name] / 12) for name in RATES}
    paid, rest = interest(month, pools, due)
    principal = {
        name: month.amount("collection_received", "principal", group=group)
        + month.amount("curtailment_collected", "amount", group=group)
        + month.amount("loan_liquidated", "net_proceeds", group=group)
        for group, name in SENIOR.items()
    }
    bonds = sum(balances.values()) - sum(principal.values())
    extra = min(max(TARGET - (closing - bonds), ZERO), rest)
    whole = sum(balances[name] for name in SENIOR.values())
    principal = {name: amount + extra * balances[name] / whole for name, amount in principal.items()}
    rows = {
        name: Row(
            opening=balances[name],
            rate=RATES[name],
            interest=paid[name],
            principal=principal.get(name, ZERO),
            closing=to(balances[name] - principal.get(name, ZERO)),
        )
        for name in RATES
    }
    return {**rows, "C": Row(interest=rest - extra)}


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, each from where the one before ended."""
    start = Facts(FOLDER, "entered")
    pools = {g: start.amount("pool_balance_brought_forward", "balance", group=g) for g in SENIOR}
    balances = {name: start.amount("class_balance_brought_forward", "balance", class_id=name) for name in RATES}
    found: dict[str, dict[str, Row]] = {}
    for paid in MONTHS:
        month, before = Facts(FOLDER, paid), dict(pools)
        for group in pools:
            for kind, field in (
                ("scheduled_payment_due", "principal"),
                ("curtailment_collected", "amount"),
                ("loan_liquidated", "balance"),
            ):
                pools[group] -= month.amount(kind, field, group=group)
        found[paid] = after(month, before, sum(pools.values(), ZERO), balances)
        balances = {name: found[paid][name].closing or ZERO for name in RATES}
    return found
