"""Notes on a reference pool, worked by hand: plain fractions, month after month.

Class A-H gets its share of the pool of all principal, and of what is prepaid and recovered everything while losses to
date are above 0.5% of 100,000,000, or less than 4.4% stands below it. The rest retires M-1, then M-2, then B-H. What
the pool loses by credit events is written off B-H, then M-2; what is recovered writes M-2 up. The notes bear SOFR and
1.5%, or 3%, for the days from payment to payment; the issuer pays what they accrue, and their principal.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, to

FOLDER = "crt_reference"
MONTHS = ("2024-02-26", "2024-03-25", "2024-04-25", "2024-05-28")
FACES = {"A-H": 95_500_000, "M-1": 1_500_000, "M-2": 2_000_000, "B-H": 1_000_000}
MARGIN = {"M-1": Fraction("0.015"), "M-2": Fraction("0.03")}
MOST_LOST = Fraction(5, 1000) * 100_000_000
LEAST_BELOW = Fraction(44, 1000)


def principal(month: Facts, balances: dict[str, Fraction], pool: Fraction, lost: Fraction) -> dict[str, Fraction]:
    """Return what every class is paid."""
    senior = balances["A-H"] / pool
    scheduled = month.amount("reference_principal_due", "amount")
    other = (
        month.amount("reference_principal_prepaid", "amount")
        + month.amount("credit_event_reported", "recovered")
        + month.amount("reference_recovery_reported", "amount")
    )
    held = lost > MOST_LOST or 1 - senior < LEAST_BELOW
    paid = {"A-H": senior * scheduled + (1 if held else senior) * other}
    left = scheduled + other - paid["A-H"]
    for name in ("M-1", "M-2", "B-H"):
        paid[name] = min(left, balances[name])
        left -= paid[name]
    return paid


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, each from where the one before ended."""
    pool = Facts(FOLDER, "entered").amount("pool_balance_brought_forward", "balance")
    balances = {name: Fraction(face) for name, face in FACES.items()}
    written_off = dict.fromkeys(FACES, ZERO)
    lost, began = ZERO, dt.date(2024, 1, 25)
    found: dict[str, dict[str, Row]] = {}
    for paid_on in MONTHS:
        month = Facts(FOLDER, paid_on)
        recovered = month.amount("reference_recovery_reported", "amount")
        lost += month.amount("credit_event_reported", "realized_loss") - recovered
        days, began = (dt.date.fromisoformat(paid_on) - began).days, dt.date.fromisoformat(paid_on)
        sofr = month.amount("index_rate_set", "rate")
        rate = {name: sofr + margin for name, margin in MARGIN.items()}
        interest = {name: to(rate[name] * balances[name] * days / 360) for name in rate}
        assert sum(interest.values()) == month.amount("issuer_payment_received", "interest"), (
            "the issuer pays what accrues"
        )
        before = dict(balances)
        up = min(recovered, written_off["M-2"])
        balances["M-2"] += up
        paid = principal(month, balances, pool, lost)
        for of, amount in (
            ("reference_principal_due", "amount"),
            ("reference_principal_prepaid", "amount"),
            ("credit_event_reported", "balance"),
        ):
            pool -= month.amount(of, amount)
        notes = paid["M-1"] + paid["M-2"]
        assert to(notes) == month.amount("issuer_payment_received", "principal"), (
            "the issuer pays what the notes fall by"
        )
        after = {name: to(balances[name] - paid[name]) for name in balances}
        left = sum(after.values()) - pool
        loss = dict.fromkeys(FACES, ZERO)
        for name in ("B-H", "M-2"):
            loss[name] = max(min(left, after[name]), ZERO)
            left -= loss[name]
        written_off = {name: written_off[name] + loss[name] - (up if name == "M-2" else 0) for name in FACES}
        balances = {name: after[name] - loss[name] for name in FACES}
        found[paid_on] = {
            name: Row(
                opening=before[name],
                rate=rate.get(name),
                interest=interest.get(name, ZERO),
                principal=paid[name],
                loss=loss[name] - (up if name == "M-2" else 0),
                closing=balances[name],
            )
            for name in FACES
        }
    return found
