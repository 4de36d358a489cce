"""A REMIC with planned, companion and accrual classes, worked by hand: plain fractions, month after month.

PA and PB are paid down to a plan and no further; F and S, a floater and its inverse, get what is more, as 3 : 1; Z gets
interest as balance, and that money as principal for the others, while F or S is left; then Z is paid, then PA and PB
again. F bears the index and 0.50%, at most 8%; S bears 22.5% less three times the index, at least nothing. PI bears
0.50% on the balance of PA.
"""

from __future__ import annotations

from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, to

FOLDER = "six_pack"
PLAN = {"2003-02-25": 76_300_000, "2003-03-25": 75_750_000, "2003-04-25": 75_150_000, "2003-05-27": 74_500_000}
FACES = {"PA": 40_000_000, "PB": 36_800_000, "F": 2_400_000, "S": 800_000, "Z": 20_000_000}


def rates(index: Fraction) -> dict[str, Fraction]:
    """Return the yearly rate of every class at an index."""
    return {
        "PA": Fraction("0.055"),
        "PI": Fraction("0.005"),
        "PB": Fraction("0.06"),
        "F": min(index + Fraction("0.005"), Fraction("0.08")),
        "S": max(Fraction("0.225") - 3 * index, ZERO),
        "Z": Fraction("0.06"),
    }


def principal(amount: Fraction, plan: int, owed: dict[str, Fraction]) -> dict[str, Fraction]:
    """Share principal: the plan, then F and S as 3 : 1, then Z, then whatever is left to PA and PB."""
    paid = dict.fromkeys(owed, ZERO)

    def give(name: str, most: Fraction) -> None:
        nonlocal amount
        share = min(amount, most, owed[name] - paid[name])
        paid[name], amount = paid[name] + share, amount - share

    planned = max(owed["PA"] + owed["PB"] - plan, ZERO)
    first = min(planned, owed["PA"])
    give("PA", first)
    give("PB", planned - first)
    companions = min(amount, owed["F"] + owed["S"])
    give("F", companions * 3 / 4)
    give("S", companions / 4)
    for name in ("Z", "PA", "PB"):
        give(name, amount)
    assert amount == 0
    return paid


def after(month: Facts, plan: int, balances: dict[str, Fraction]) -> dict[str, Row]:
    """Work one month out."""
    rate = rates(month.amount("index_rate_set", "rate"))
    accruing = balances | {"PI": balances["PA"]}
    accrued = {name: to(accruing[name] * rate[name] / 12) for name in rate}
    accretes = balances["F"] + balances["S"] > 0
    deferred = accrued["Z"] if accretes else ZERO
    owed = balances | {"Z": balances["Z"] + deferred}
    brought = month.amount("collection_received", "principal") + month.amount("curtailment_collected", "amount")
    paid = principal(brought + deferred, plan, owed)
    interest = accrued | {"Z": accrued["Z"] - deferred}
    rows = {
        name: Row(
            opening=accruing[name],
            rate=rate[name],
            interest=interest[name],
            principal=paid.get(name, ZERO),
            deferred=deferred if name == "Z" else ZERO,
            closing=to(owed[name] - paid[name]) if name in owed else ZERO,
        )
        for name in rate
    }
    rest = month.amount("collection_received", "interest") - deferred - sum(interest.values())
    assert rest >= 0, "interest of the classes is covered, so that none of it is short"
    return {**rows, "R": Row(interest=rest)}


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, from issue on."""
    balances = {name: Fraction(face) for name, face in FACES.items()}
    found: dict[str, dict[str, Row]] = {}
    for paid, plan in PLAN.items():
        found[paid] = after(Facts(FOLDER, paid), plan, balances)
        balances = {name: found[paid][name].closing or ZERO for name in FACES}
    return found
