"""Two pools with common subordinates, worked by hand: plain fractions, month after month.

Class 1-A bears 5.25% and class 1-X what the net rate of group 1 is above it, on the balance of 1-A; class 2-A bears the
net rate of group 2. B-1, B-2 and B-3 bear the groups' net rates, averaged by what of each pool is not its seniors'. The
senior percentages at issue were 94%. Seniors get 70% of what prepayments would bring the subordinates until March 2012
and 60% from April on; all of it while their percentage is above 94%, or cumulative losses above 0.2% of 160,000,000.
"""

from __future__ import annotations

from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, to

FOLDER = "two_pools"
MONTHS = ("2012-03-26", "2012-04-25", "2012-05-25")
SHIFT = {"2012-03-26": Fraction(7, 10), "2012-04-25": Fraction(6, 10), "2012-05-25": Fraction(6, 10)}
TRUSTEE = Fraction("0.000115")
AT_ISSUE = Fraction(94, 100)
MOST_LOST = Fraction(2, 1000) * 160_000_000
SENIOR = {"1": "1-A", "2": "2-A"}
BELOW = ("B-1", "B-2", "B-3")


def seniors_part(month: Facts, group: str, senior: Fraction, shift: Fraction) -> tuple[Fraction, Fraction]:
    """Return what of a group's principal its seniors get, and all of it."""
    scheduled = month.amount("collection_received", "principal", group=group)
    prepaid = month.amount("curtailment_collected", "amount", group=group)
    liquidated = month.amount("loan_liquidated", "balance", group=group)
    proceeds = month.amount("loan_liquidated", "net_proceeds", group=group)
    of_prepaid = senior + shift * (1 - senior)
    part = senior * scheduled + of_prepaid * prepaid + min(senior * liquidated, of_prepaid * proceeds)
    return part, scheduled + prepaid + proceeds


def rates(month: Facts, pools: dict[str, Fraction], balances: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return the yearly rate of every class."""
    net = {g: month.amount("collection_received", "interest", group=g) * 12 / pools[g] - TRUSTEE for g in pools}
    rest = {g: pools[g] - balances[SENIOR[g]] for g in pools}
    below = sum((net[g] * rest[g] for g in pools), ZERO) / sum(rest.values(), ZERO)
    fixed = Fraction("0.0525")
    return {"1-A": fixed, "1-X": net["1"] - fixed, "2-A": net["2"], **dict.fromkeys(BELOW, below)}


def after(
    month: Facts, paid: str, pools: dict[str, Fraction], balances: dict[str, Fraction], lost: Fraction
) -> dict[str, Row]:
    """Work one month out; ``lost`` are the losses to date, those of the month among them."""
    rate = rates(month, pools, balances)
    interest = {name: to(rate[name] * balances.get(name, balances["1-A"]) / 12) for name in rate}
    principal, brought = {}, ZERO
    for group, name in SENIOR.items():
        senior = balances[name] / pools[group]
        shift = SHIFT[paid] if senior <= AT_ISSUE and lost <= MOST_LOST else Fraction(1)
        principal[name], whole = seniors_part(month, group, senior, shift)
        brought += whole
    rest, below = brought - sum(principal.values()), sum(balances[name] for name in BELOW)
    principal |= {name: rest * balances[name] / below for name in BELOW}
    loss = {"B-3": month.amount("loan_liquidated", "realized_loss")}
    rows = {
        name: Row(
            opening=balances.get(name, balances["1-A"]),
            rate=rate[name],
            interest=interest[name],
            principal=principal.get(name, ZERO),
            loss=loss.get(name, ZERO),
            closing=to(balances[name] - principal[name]) - loss.get(name, ZERO) if name in balances else ZERO,
        )
        for name in rate
    }
    came_in = month.amount("collection_received", "interest") - TRUSTEE * sum(pools.values()) / 12
    crumbs = came_in - sum(interest.values())
    assert crumbs >= 0, "interest of the classes is covered, so that none of it is short"
    return {**rows, "A-R": Row(interest=crumbs)}


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, each from where the one before ended."""
    start = Facts(FOLDER, "entered")
    pools = {g: start.amount("pool_balance_brought_forward", "balance", group=g) for g in SENIOR}
    names = (*SENIOR.values(), *BELOW)
    balances = {name: start.amount("class_balance_brought_forward", "balance", class_id=name) for name in names}
    found: dict[str, dict[str, Row]] = {}
    lost = ZERO
    for paid in MONTHS:
        month = Facts(FOLDER, paid)
        lost += month.amount("loan_liquidated", "realized_loss")
        found[paid] = after(month, paid, pools, balances, lost)
        balances = {name: found[paid][name].closing or ZERO for name in names}
        for group in pools:
            for kind, field in (
                ("scheduled_payment_due", "principal"),
                ("curtailment_collected", "amount"),
                ("loan_liquidated", "balance"),
            ):
                pools[group] -= month.amount(kind, field, group=group)
        assert sum(balances.values()) == sum(pools.values()), "the classes stand at the pools"
    return found
