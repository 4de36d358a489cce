"""The toy deal as an enemy words it: titles that would run in a page, a sheet or a terminal, and very long ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from ledger import CurtailmentCollected, Ledger, LoanBoarded
from tests.deals.toy import CUT_OFF, TOY, boarding, month_events, toy_terms

HOSTILE = TOY
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"
FORMULA = "=HYPERLINK('http://x','y')"
LONG = ("A title of a hundred and twenty characters, to be told to everybody who reads, " * 2)[:120]
LOAN = "0012"
"""A loan whose name a spreadsheet would take for a number, and strip of its noughts."""


@contextmanager
def hostile_ledger(months: int = 3) -> Iterator[Ledger]:
    """Make a ledger of a few months, none of them closed, and give it."""
    plain = toy_terms(title=SCRIPT)
    first, second = plain.groups
    groups = (attrs.evolve(first, title=LONG), attrs.evolve(second, title=FORMULA))
    fees = tuple(attrs.evolve(fee, title=f"{SCRIPT}{fee.fee_id}") for fee in plain.fees)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(HOSTILE, attrs.evolve(plain, groups=groups, fees=fees)).or_raise()
        more = LoanBoarded(
            event_id="1E5", deal=HOSTILE, effective_date=CUT_OFF, loan=LOAN, group="one", balance="1.00",
            note_rate="0.12",
        )  # fmt: skip
        ledger.post_many([*boarding(), more]).or_raise()
        for month in range(1, months + 1):
            ledger.post_many(month_events(month)).or_raise()
        paid = CurtailmentCollected(
            event_id="0012", deal=HOSTILE, effective_date="2021-02-16", loan=LOAN, amount="0.25"
        )
        ledger.post(paid).or_raise()
        yield ledger
