"""The samples worked out by hand: little models of their own, in plain fractions, give every class figure once more.

Nothing here asks the ledger for a figure; what borrowers and holders did is written down again, and the rules are those
that each deal's terms put into words.
"""

from __future__ import annotations

import csv
import datetime as dt
from fractions import Fraction
from typing import NamedTuple

import pytest

from ledger.samples.told import TOLD

Row = dict[str, Fraction]
Months = dict[str, dict[str, Row]]


def cents(value: Fraction) -> Fraction:
    """Round to the cent, halves up."""
    return Fraction((value * 200 + 1).__floor__() // 2, 100)


def money(text: str) -> Fraction:
    """Read dollars."""
    return Fraction(text)


class Lines(NamedTuple):
    """A month of the home equity deal."""

    paid: str
    sofr: str
    scheduled: str
    interest: str
    prepaid: str
    draws: str
    by_note: str
    fee: str


def heloc() -> Months:
    """Principal net of draws goes to both notes by balance; what the note pays in raises it before it is paid on."""
    balance = {"A": money("90000000"), "V": money("4000000")}
    began = dt.date(2024, 1, 25)
    found: Months = {}
    for month in (
        Lines("2024-02-26", "0.0531", "310000", "750000", "1400000", "600000", "0", "41666.67"),
        Lines("2024-03-25", "0.0532", "295000", "741000", "1250000", "900000", "0", "41187.50"),
        Lines("2024-04-25", "0.0533", "280000", "736000", "900000", "1180000", "1220000", "40918.75"),
        Lines("2024-05-28", "0.0531", "305000", "745000", "1750000", "300000", "75000", "41418.75"),
    ):
        paid = dt.date.fromisoformat(month.paid)
        days, rate = (paid - began).days, Fraction(month.sofr) + Fraction("0.0025")
        began = paid
        interest = {name: cents(held * rate * days / 360) for name, held in balance.items()}
        principal = money(month.scheduled) + money(month.prepaid) - money(month.draws)
        owed = {"A": balance["A"], "V": balance["V"] + money(month.by_note)}
        whole = sum(owed.values())
        rows: dict[str, Row] = {}
        for name, held in owed.items():
            got = principal * held / whole
            after = cents(held - got)
            rows[name] = {"opening": balance[name], "interest": interest[name], "principal": got, "loss": Fraction(0),
                          "closing": after}  # fmt: skip
            balance[name] = after
        left = money(month.interest) - money(month.fee) - sum(interest.values())
        rows["C"] = {"interest": left}
        found[month.paid] = rows
    return found


def re_performing() -> Months:
    """Class A has all principal; losses are B's. Capitalised arrears bring no cash, deferred principal no interest."""
    # What came in: interest less servicing fees, and principal, month by month.
    january = 3 * (money("1000") - money("41.67")) + money("958.33"), 3 * money("200") + money("200")
    dues = (money("201"), money("999"), money("41.63")), (money("250"), money("849"), money("41.63"))
    third = money("190"), money("1004"), money("41.84")
    fell = (dues[0], dues[0], dues[1], third)
    february = (
        sum((interest - fee for _, interest, fee in fell), Fraction(0)),
        # Principal repays what was advanced of the arrears that became principal.
        sum((principal for principal, _, _ in fell), Fraction(0)) + money("2000") - money("958.33"),
    )
    march_due = (
        ("212", "988", "41.17"),
        ("251", "847.75", "41.57"),
        ("191", "1003.05", "41.79"),
        ("202", "997.99", "41.58"),
    )
    march = (
        sum((money(interest) - money(fee) for _, interest, fee in march_due), Fraction(0)),
        sum((money(principal) for principal, _, _ in march_due), Fraction(0)) + money("5000"),
    )
    april_due = (("213", "986.94", "41.12"), ("192", "1002.10", "41.75"), ("203", "996.98", "41.54"))
    april = (
        sum((money(interest) - money(fee) for _, interest, fee in april_due), Fraction(0)),
        sum((money(principal) for principal, _, _ in april_due), Fraction(0)) + money("140000"),
    )
    # The pool: it falls by principal due, paid ahead and lost, and rises by what was capitalised.
    pool = money("800000")
    falls = (
        money("800"),
        money("842") + money("2000") - money("1000"),
        money("856") + money("5000"),
        money("608") + money("194299"),
    )
    a, b = money("600000"), money("180000")
    found: Months = {}
    for paid, (interest, principal), fall in zip(
        ("2024-02-26", "2024-03-25", "2024-04-25", "2024-05-28"), (january, february, march, april), falls, strict=True
    ):
        pool -= fall
        due_a, due_b = cents(a * Fraction("0.04") / 12), cents(b * Fraction("0.05") / 12)
        after = a - principal
        loss = max(after + b - pool, Fraction(0)) if paid == "2024-05-28" else Fraction(0)
        found[paid] = {
            "A": {"opening": a, "interest": due_a, "principal": principal, "loss": Fraction(0), "closing": after},
            "B": {"opening": b, "interest": due_b, "principal": Fraction(0), "loss": loss, "closing": b - loss},
            "R": {"interest": interest - due_a - due_b},
        }
        a, b = after, b - loss
    return found


def revolving_auto() -> Months:
    """Principal is kept to buy receivables until losses pass one per cent of the pool; excess covers losses."""
    a, b, lost, kept = money("40000000"), money("8000000"), Fraction(0), Fraction(0)
    found: Months = {}
    for paid, scheduled, interest, prepaid, fee, proceeds, loss, bought, released in (
        ("2024-02-26", "900000", "500000", "350000", "41666.67", "35000", "45000", "0", "0"),
        ("2024-03-25", "880000", "486700", "310000", "40558.33", "50000", "70000", "1200000", "0"),
        ("2024-04-25", "890000", "485600", "420000", "40466.67", "380000", "520000", "1150000", "175000"),
        ("2024-05-28", "870000", "474000", "300000", "39508.33", "20000", "40000", "0", "0"),
    ):
        kept -= money(bought) + money(released)
        assert kept >= 0
        lost += money(loss)
        due_a, due_b = cents(a * Fraction("0.05") / 12), cents(b * Fraction("0.07") / 12)
        left = money(interest) - money(fee) - due_a - due_b
        cover = min(left, money(loss))
        principal = money(scheduled) + money(prepaid) + money(proceeds) + money(released)
        if lost > money("50000000") / 100:
            paid_a = principal + cover
        else:
            kept, paid_a = kept + principal, cover
        found[paid] = {
            "A": {"opening": a, "interest": due_a, "principal": paid_a, "loss": Fraction(0), "closing": a - paid_a},
            "B": {"opening": b, "interest": due_b, "principal": Fraction(0), "loss": Fraction(0), "closing": b},
            "R": {"interest": left - cover},
        }
        a -= paid_a
    assert kept == 0
    return found


MODELS = {
    "heloc-example": heloc(),
    "re-performing-example": re_performing(),
    "revolving-auto-example": revolving_auto(),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_class_figures_of_the_sample_are_those_of_the_model(name: str) -> None:
    sample = next(item for item in TOLD if name == item.DEAL)
    rows = list(csv.DictReader(sample.published().splitlines()))
    model = MODELS[name]
    assert {(row["payment_date"], row["class"]) for row in rows} == {
        (paid, name) for paid, classes in model.items() for name in classes
    }
    for row in rows:
        expected = model[row["payment_date"]][row["class"]]
        for column, value in expected.items():
            assert Fraction(row[column]) == cents(value), (row["payment_date"], row["class"], column)
        assert all(not row[column] for column in ("opening", "principal", "loss", "closing") if column not in expected)


def test_the_samples_that_are_worked_out_have_a_model() -> None:
    assert {item.DEAL for item in TOLD if item.kind == "worked out by hand"} >= set(MODELS)
