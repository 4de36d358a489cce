"""The notes of September 2002, from the published statement; two fractions of a cent its other figures prove."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from tests.model.notes import GroupMonth, Loan, Month, Payoff

F = Fraction


def september(payoffs: Iterable[str]) -> Month:
    """Return the month; ``payoffs`` are the lines of the published list of loans paid in full, as CSV."""
    paid_off: dict[str, list[Payoff]] = {"adjustable": [], "fixed": []}
    for row in csv.DictReader(payoffs):
        loan = Loan(
            number=row["loan"],
            balance=F(row["amount"]),
            note_rate=F(row["note_rate"]),
            original_balance=F(row["original_balance"]),
            original_term=int(row["original_term"]),
            origination_date=dt.date.fromisoformat(row["origination_date"]),
            state=row["state"],
            loan_to_value=F(row["loan_to_value"]),
        )
        paid_off[row["group"]].append(Payoff(loan=loan, day=dt.date.fromisoformat(row["date"]).day))
    return Month(
        payment_date=dt.date(2002, 9, 25),
        prior_payment_date=dt.date(2002, 8, 26),
        index=F("0.0181"),
        contracts={
            "IMP021F1": F("4528.17"),
            "IMP021F2": F("3611.59"),
            "IMP021F3": F("2162.13"),
            "IMP021F4": F("10677.9255"),
            "IMP021F6": F("2418.59"),
            "IMP021F7": F("85.87"),
        },
        groups={
            "adjustable": GroupMonth(
                due_principal=F("468567.27"),
                due_interest=F("2367226.19"),
                collected_principal=F("398524.14"),
                collected_interest=F("1952135.60"),
                delinquent_fee=F("24400.00"),
                advanced_principal=F("70043.13"),
                advanced_interest=F("368467.13"),
                curtailments=F("40683.77"),
                payoffs=tuple(paid_off["adjustable"]),
                servicing_fee=F("131341.83"),
                pmi=F("51084.01"),
                delinquency={
                    ("DELINQUENT", "1 payment"): (F("2295988.54"), 10),
                    ("DELINQUENT", "2 payments"): (F("975445.48"), 3),
                    ("DELINQUENT", "3+ payments"): (F("2032705.83"), 7),
                    ("FORECLOSURE", "3+ payments"): (F("565404.70"), 2),
                    ("BANKRUPTCY", "3+ payments"): (F("131989.65"), 1),
                    ("REO", "3+ payments"): (F("643556.47"), 1),
                },
                averages={
                    "months_to_maturity": F(353),
                    "amortization_months": F("352.361234"),
                    "seasoning_months": F("7.63876599"),
                    "margin": F("0.02904304"),
                    "max_rate": F("0.13025182"),
                    "min_rate": F("0.03002424"),
                    "cap_up": F("0.01006441"),
                    "cap_down": F("0.01006441"),
                },
            ),
            "fixed": GroupMonth(
                due_principal=F(0),
                due_interest=F("77983.0967"),
                collected_principal=F(0),
                collected_interest=F("20477.72"),
                delinquent_fee=F("3086.12"),
                advanced_interest=F("52326.58"),
                relief=F("294.92"),
                curtailments=F("19967.44"),
                payoffs=tuple(paid_off["fixed"]),
                servicing_fee=F("1276.59"),
                delinquency={
                    ("DELINQUENT", "1 payment"): (F("135265.82"), 3),
                    ("DELINQUENT", "3+ payments"): (F("45454.43"), 1),
                    ("BANKRUPTCY", "current"): (F("85277.11"), 2),
                    ("BANKRUPTCY", "3+ payments"): (F("85556.35"), 1),
                },
                averages={
                    "months_to_maturity": F(167),
                    "amortization_months": F("163.1970068"),
                    "seasoning_months": F("58.16538335"),
                },
            ),
        },
    )
