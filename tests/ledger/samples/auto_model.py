"""The auto loan example worked out by hand: one month after the other in plain fractions, nothing of the ledger's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import Any, NamedTuple

FOLDER = files("ledger.samples.auto_reserve")
DAYS = {"2024-02-15": (28, 27), "2024-03-15": (29, 30), "2024-04-15": (31, 30), "2024-05-15": (30, 30),
        "2024-06-17": (33, 30)}  # fmt: skip
"""Of each payment date: days since the payment before (at first, since closing), and 30/360 from 15th to 15th."""
RATES = {"A-1": Fraction("0.045"), "A-2": Fraction("0.051"), "B": Fraction("0.062")}
FACES = {"A-1": 10_000_000, "A-2": 28_000_000, "B": 7_000_000}


class Month(NamedTuple):
    """What the month came to, in dollars."""

    paid_on: str
    opening: dict[str, Fraction]
    interest: dict[str, Fraction]
    principal: dict[str, Fraction]
    closing: dict[str, Fraction]
    residual: Fraction
    servicing: Fraction
    trustee: Fraction
    trustee_unpaid: Fraction
    reserve: dict[str, Fraction]


def half_up(value: Fraction) -> Fraction:
    return Fraction((value * 200 + 1) // 2, 100)


def shown(value: Fraction, digits: int = 2) -> str:
    """Write an amount that has no more digits than these."""
    assert (value * 10**digits).denominator == 1
    return str(Decimal(int(value * 10**digits)).scaleb(-digits))


def facts(paid_on: str) -> dict[str, Fraction]:
    """The amounts of a month, by what they are."""
    found: dict[str, Fraction] = {}
    for line in (FOLDER / f"{paid_on}.jsonl").read_text(encoding="utf-8").splitlines():
        event: dict[str, Any] = json.loads(line)
        kind = event["$type"]
        for name in ("principal", "interest", "amount", "balance", "net_proceeds"):
            if name in event:
                found[f"{kind}.{name}"] = Fraction(event[name])
    return found


def months() -> Iterator[Month]:
    """Yield the months of the example."""
    pool, reserve = Fraction(50_000_000), Fraction(250_000)
    notes = {name: Fraction(face) for name, face in FACES.items()}
    owed, paid_this_year = Fraction(0), Fraction(0)
    for paid_on, (actual, thirty) in DAYS.items():
        came = facts(paid_on)
        opening, opening_reserve = dict(notes), reserve
        earned = came["trust_account_earned.amount"]
        cash = came["collection_received.interest"]
        principal = (
            came["collection_received.principal"] + came["curtailment_collected.amount"]
            + came["loan_liquidated.net_proceeds"]
        )  # fmt: skip
        lost = came["loan_liquidated.balance"] - came["loan_liquidated.net_proceeds"]
        servicing = half_up(pool / 1200)
        pool -= principal + lost
        days = {"A-1": actual, "A-2": thirty, "B": thirty}
        interest = {name: half_up(notes[name] * RATES[name] * days[name] / 360) for name in notes}
        owed += came.get("fee_billed.amount", Fraction(0))
        trustee = min(owed, 5000 - paid_this_year)
        claims = servicing + trustee + sum(interest.values())
        assert cash >= claims
        excess = cash - claims
        drawn = min(reserve + earned, max(lost - excess, Fraction(0)))
        covered = min(excess, lost - drawn)
        excess -= covered
        left, paid = principal + drawn + covered, {}
        for name, balance in opening.items():
            paid[name] = min(left, balance)
            notes[name] = balance - paid[name]
            left -= paid[name]
        reserve += earned - drawn
        target = min(max(half_up(pool / 200), Fraction(200_000)), sum(notes.values(), Fraction(0)))
        funded = min(excess, max(target - reserve, Fraction(0)))
        reserve += funded
        released = max(reserve - target, Fraction(0))
        reserve -= released
        excess += released - funded
        late = min(owed - trustee, excess)
        owed -= trustee + late
        paid_this_year += trustee + late
        yield Month(
            paid_on, opening, interest, paid, dict(notes), excess - late, servicing, trustee + late, owed,
            {"opening": opening_reserve, "earned": earned, "drawn_interest": Fraction(0), "drawn_principal": drawn,
             "released": released, "funded": funded, "target": target, "closing": reserve},
        )  # fmt: skip


def table() -> str:
    """Return the class figures as the sample's file has them."""
    rows = ["payment_date,class,opening,rate,interest,principal,closing"]
    for month in months():
        for name in FACES:
            amounts = [month.interest[name], month.principal[name], month.closing[name]]
            cells = [shown(month.opening[name]), shown(RATES[name], 3), *map(shown, amounts)]
            rows.append(",".join([month.paid_on, name, *cells]))
        rows.append(f"{month.paid_on},R,,,{shown(month.residual)},0.00,")
    return "\n".join(rows) + "\n"
