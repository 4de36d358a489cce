"""What loans have missed, against a servicer with a model of its own: a list of due dates and a list of payments.

The model shares nothing with the ledger but the event classes. It goes through its lists with loops: what was taken
back is struck out, what names no instalment goes to the oldest, and a due date counts when its month has run out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger import (
    CollectionReceived,
    DelinquencyDay,
    DelinquencyMethod,
    DelinquencySource,
    DelinquencyTerms,
    Event,
    EventReversed,
    Ledger,
    LoanBoarded,
    PaymentReturned,
    ScheduledPaymentDue,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
)
from tests.deals.closing import closed
from tests.deals.pair import CUT_OFF, DEAL, on, pair_terms
from tests.draws import draws

MONTHS = (2, 3, 4, 5, 6)
PAID_ON = {2: dt.date(2024, 2, 26), 3: dt.date(2024, 3, 25), 4: dt.date(2024, 4, 25), 5: dt.date(2024, 5, 28),
           6: dt.date(2024, 6, 25), 7: dt.date(2024, 7, 25)}  # fmt: skip
RECORDED = {2: dt.date(2024, 1, 31), 3: dt.date(2024, 2, 29), 4: dt.date(2024, 3, 29), 5: dt.date(2024, 4, 30),
            6: dt.date(2024, 5, 31), 7: dt.date(2024, 6, 28)}  # fmt: skip
CUT = {2: 15, 3: 15, 4: 15, 5: 15, 6: 14, 7: 15}
"""Determination dates: the 15th or the business day before."""
SOLVENT, WATCHED = ("cash 1", "cash 2", "cash 3"), ("a", "b", "c")
BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")
WHOLE = 85_000


@attrs.define
class Payment:
    """A payment of the model, in cents: of an instalment (its month), or of none."""

    name: str
    loan: str
    of: int | None
    cents: int
    day: dt.date
    month: int
    struck: int = 99
    """The month in which it was taken back as if it had never been."""


@attrs.define
class Servicer:
    """What the servicer knows: which instalments fell due, and what came in."""

    due: list[tuple[str, int]] = attrs.field(factory=list)
    came: list[Payment] = attrs.field(factory=list)

    def owed(self, loan: str, month: int, day: dt.date) -> dict[int, int]:
        """Return the cents that a loan owes of each month's instalment on a day, by what that month knows."""
        owed = {of: [10_000, WHOLE - 10_000] for name, of in self.due if name == loan and of <= month
                and dt.date(2024, of, 1) <= day}  # fmt: skip
        for payment in sorted(self.came, key=lambda item: item.day):
            if payment.loan != loan or payment.month > month or payment.day > day or payment.struck <= month:
                continue
            if payment.of is not None:
                held = owed.setdefault(payment.of, [0, 0])
                for part, cents in enumerate(split(payment.cents)):
                    held[part] -= cents
                continue
            # First what it states, the oldest first; then what is left of either pays the other.
            rest = [*split(payment.cents)]
            for paying, paid in ((0, 0), (1, 1), (0, 1), (1, 0)):
                for of in sorted(owed):
                    part = min(rest[paying], max(0, owed[of][paid])) if dt.date(2024, of, 1) <= payment.day else 0
                    owed[of][paid] -= part
                    rest[paying] -= part
        return {of: sum(parts) for of, parts in owed.items()}

    def counted(self, month: int, day: dt.date, *, ots: bool, tolerance: int) -> dict[str, int]:
        """Return how many loans stand in each bucket."""
        found: dict[str, int] = {}
        for loan in (*SOLVENT, *WATCHED):
            missed = 0
            for of, cents in self.owed(loan, month, day).items():
                next_due = dt.date(2024, of + 1, 1)
                since = next_due if ots else next_due - dt.timedelta(days=1)
                missed += cents > tolerance and since <= day
            if missed:
                bucket = BUCKETS[min(missed, 3)]
                found[bucket] = found.get(bucket, 0) + 1
        return found


def split(cents: int) -> tuple[int, int]:
    """Return the principal and interest of a payment; of one that is taken back, below zero."""
    principal = min(abs(cents), 10_000) * (1 if cents > 0 else -1)
    return principal, cents - principal


def amounts(cents: int) -> dict[str, Any]:
    """Return the same as an event states it."""
    principal, interest = split(cents)
    return {"principal": f"{principal / 100:.2f}", "interest": f"{interest / 100:.2f}"}


@attrs.define
class Life:
    """A ledger and the servicer's own lists, moved together."""

    ledger: Ledger
    model: Servicer = attrs.field(factory=Servicer)
    number: int = 0

    def pay(self, loan: str, month: int, of: int | None, cents: int, day: dt.date, *, late: bool) -> list[Event]:
        self.number += 1
        name = f"paid/{self.number}"
        self.model.came.append(Payment(name, loan, of, cents, day, month))
        named: dict[str, Any] = {} if of is None else {"due_date": dt.date(2024, of, 1)}
        timing = "late" if late else "on time"
        made = amounts(cents)
        return [CollectionReceived(event_id=name, **made, timing=timing, **named, **on(day, loan=loan))]

    def act(self, what: str, loan: str, month: int) -> list[Event]:
        """Do one thing about a loan in a month, after its instalment fell due; nothing where it makes no sense."""
        early, before = dt.date(2024, month, 9), dt.date(2024, month - 1, 20)
        behind = [of for of, cents in self.model.owed(loan, month, early).items() if of < month and cents >= WHOLE]
        if what in ("pay", "pay short") and any(
            item.loan == loan and item.of == month and item.struck == 99 for item in self.model.came
        ):
            return []
        if what == "pay":
            return self.pay(loan, month, month, WHOLE, dt.date(2024, month, 1), late=False)
        if what == "pay short":
            return self.pay(loan, month, month, WHOLE - 1_000, dt.date(2024, month, 1), late=False)
        if what in ("pay oldest", "pay oldest early") and behind:
            day = before if what.endswith("early") and behind[0] < month - 1 else early
            return self.pay(loan, month, min(behind), WHOLE, day, late=True)
        if what == "pay all unnamed" and behind:
            return self.pay(loan, month, None, WHOLE * len(behind), early, late=True)
        if what == "apply" and behind:
            funds = UnappliedFundsReceived(event_id=f"funds/{month}/{loan}", amount="850.00", **on(early, loan=loan))
            name = f"applied/{month}/{loan}"
            self.model.came.append(Payment(name, loan, behind[-1], WHOLE, early, month))
            which: dict[str, Any] = {"timing": "late", "due_date": dt.date(2024, behind[-1], 1)}
            return [funds, UnappliedFundsApplied(event_id=name, **amounts(WHOLE), **which, **on(early, loan=loan))]
        return self.take_back(what, loan, month, early)

    def take_back(self, what: str, loan: str, month: int, day: dt.date) -> list[Event]:
        standing = [item for item in self.model.came if item.loan == loan and item.struck == 99 and item.cents > 0]
        if what == "reverse" and standing:
            held = standing[-1]
            held.struck = month
            return [EventReversed(event_id=f"void/{held.name}", reverses=held.name, reason="error", **on(day))]
        on_time = [item for item in standing if item.of == item.month and item.month < month]
        if what == "return" and on_time and not any(item.name.startswith("back") for item in self.model.came):
            held = on_time[-1]
            self.model.came.append(Payment(f"back/{held.name}", loan, held.of, -held.cents, day, month))
            due = dt.date(2024, held.of or 1, 1)
            return [PaymentReturned(event_id=f"back/{held.name}", **amounts(held.cents), due_date=due,
                                    **on(day, loan=loan))]  # fmt: skip
        return []


ACTS = ("pay", "pay", "skip", "skip", "pay short", "pay oldest", "pay oldest early", "pay all unnamed", "apply",
        "reverse", "return")  # fmt: skip


PLANNED = given(
    plan=st.lists(
        st.lists(st.lists(st.sampled_from(ACTS), min_size=1, max_size=2), min_size=3, max_size=3),
        min_size=len(MONTHS),
        max_size=len(MONTHS),
    ),
    ots=st.booleans(),
    day=st.sampled_from(DelinquencyDay),
    tolerance=st.sampled_from([0, 1_000]),
)
FEW = settings(
    max_examples=draws(3),
    phases=[phase for phase in Phase if phase is not Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@FEW
@PLANNED
def test_missed_due_dates_are_those_of_the_servicers_own_lists(
    plan: list[list[list[str]]], ots: bool, day: DelinquencyDay, tolerance: int
) -> None:
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, plan, ots=ots, day=day, tolerance=tolerance)


@pytest.mark.slow
@settings(FEW, max_examples=draws(40))
@PLANNED
def test_they_are_in_many_lives(plan: list[list[list[str]]], ots: bool, day: DelinquencyDay, tolerance: int) -> None:
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, plan, ots=ots, day=day, tolerance=tolerance)


@pytest.mark.parametrize("ots", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_they_are_on_either_database(either_ledger: Ledger, ots: bool) -> None:
    plan = [
        [["skip"], ["pay short"], ["pay"]],
        [["skip"], ["pay", "skip"], ["return"]],
        [["pay oldest early"], ["pay oldest"], ["reverse"]],
        [["pay all unnamed"], ["skip"], ["apply"]],
        [["reverse"], ["skip"], ["pay"]],
    ]
    lived(either_ledger, plan, ots=ots, day=DelinquencyDay.PREPAYMENT_PERIOD_END, tolerance=0)


def lived(ledger: Ledger, plan: list[list[list[str]]], *, ots: bool, day: DelinquencyDay, tolerance: int) -> None:
    """Live a plan month by month; the tables are those of the model, with snapshots and without, then and later."""
    life = Life(ledger)
    opened(ledger, ots=ots, day=day, tolerance=tolerance)
    days = {
        month: {
            DelinquencyDay.PREPAYMENT_PERIOD_END: dt.date(2024, month, 1) - dt.timedelta(days=1),
            DelinquencyDay.RECORD_DATE: RECORDED[month],
            DelinquencyDay.REMITTANCE_CUT_OFF: dt.date(2024, month, CUT[month]),
        }[day]
        for month in MONTHS
    }
    for month, acts in zip(MONTHS, plan, strict=True):
        events: list[Event] = []
        for loan in (*SOLVENT, *WATCHED):
            life.model.due.append((loan, month))
            name = f"due/{month}/{loan}"
            due = on(dt.date(2024, month, 1), loan=loan)
            events.append(ScheduledPaymentDue(event_id=name, principal="100.00", interest="750.00", **due))
        for loan in SOLVENT:
            events += life.pay(loan, month, month, WHOLE, dt.date(2024, month, 1), late=False)
        ledger.post_many(events).or_raise()
        for loan, whats in zip(WATCHED, acts, strict=True):
            for what in dict.fromkeys(whats):
                acted = life.act(what, loan, month)
                if acted:
                    ledger.post_many(acted).or_raise()
        last = month == MONTHS[-1]
        for asked in MONTHS if last else (month,):
            expected = life.model.counted(asked, days[asked], ots=ots, tolerance=tolerance)
            for reader in (ledger, ledger.without_snapshots()):
                assert table(reader, asked) == expected, (month, asked)
        closed(ledger, DEAL, PAID_ON[month])


def table(ledger: Ledger, month: int) -> dict[str, int]:
    """Return how many loans the delinquency table of a month has in each bucket."""
    cells = ledger.distribution(DEAL, PAID_ON[month]).delinquency.total.cells["delinquent"]
    return {bucket: int(cell.count.value) for bucket, cell in cells.items() if cell.count.value}


def opened(ledger: Ledger, *, ots: bool, day: DelinquencyDay, tolerance: int) -> None:
    """Open the deal and board its loans."""
    terms = pair_terms(rules=4)
    method = DelinquencyMethod.OTS if ots else DelinquencyMethod.MBA
    calendar = attrs.evolve(terms.calendar, delinquency_method=method, delinquency_day=day)
    counted = DelinquencyTerms(source=DelinquencySource.WHAT_IS_OWED, tolerance=f"{tolerance / 100:.2f}")
    ledger.open_deal(DEAL, attrs.evolve(terms, calendar=calendar, delinquency=counted)).or_raise()
    tape: dict[str, Any] = {"group": "one", "balance": "150000.00", "note_rate": "0.06", "servicing_rate": "0.0025"}
    ledger.post_many(
        LoanBoarded(event_id=f"board/{loan}", loan=loan, **tape, **on(CUT_OFF)) for loan in (*SOLVENT, *WATCHED)
    ).or_raise()
