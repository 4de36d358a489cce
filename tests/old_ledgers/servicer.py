"""The servicer of the loan-level deal: its own books of the loans, and how it posts a month of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs

from ledger import (
    AdvanceMade,
    ClassRateReported,
    CollectionReceived,
    Dated,
    Event,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)
from tests.deals import closing
from tests.old_ledgers.cedar_terms import CLOSING, INDEX, PAID

DEAL = "cedar-2021-1"
SERVICING = Decimal("0.0050")
INSTALMENT = {"fix": Decimal("95.00"), "arm": Decimal("140.00")}
"""What a loan of each group owes of principal each month."""

Clock = Callable[[str], None]
"""Sets the clock that stamps what is posted."""


def _rounded(value: Decimal, places: int = 2) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@attrs.define
class Loan:
    """What the servicer's own books know of a loan."""

    group: str
    balance: Decimal
    rate: Decimal

    @property
    def interest(self) -> Decimal:
        """A month's interest, to four decimals."""
        return _rounded(self.balance * self.rate / 12, 4)

    @property
    def fee(self) -> Decimal:
        """A month's servicing fee, to four decimals."""
        return _rounded(self.balance * SERVICING / 12, 4)


def pool() -> dict[str, Loan]:
    """Return the loans at the cut-off date."""
    fixed = {
        f"fix/{n:02}": Loan("fix", Decimal(100_000 + 500 * n), Decimal("0.06") + Decimal(n) / 1600)
        for n in range(1, 33)
    }
    adjustable = {
        f"arm/{n:02}": Loan("arm", Decimal(125_000 + 1_000 * n), Decimal("0.055") + Decimal(n) / 2000)
        for n in range(1, 25)
    }
    return fixed | adjustable


class Servicer:
    """The deal under way: the ledger it is posted to, and the servicer's own books."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger, self.clock = ledger, clock
        self.loans = pool()

    def post(self, *events: Event) -> None:
        """Post one batch."""
        self.ledger.post_many(events).or_raise()

    def on(self, month: int, day: int) -> Dated:
        """Return a date of the deal in 2021."""
        return {"deal": DEAL, "effective_date": dt.date(2021, month, day)}

    def pay(self, month: int, closed: str, paid: str) -> None:
        """Close the period of a month and pay its bonds."""
        self.clock(closed)
        closing.closed(self.ledger, DEAL, PAID[month])
        self.clock(paid)
        self.ledger.distribute(DEAL, PAID[month]).or_raise()

    def instalments(self, month: int, late: Iterable[str] = (), *, as_table: bool) -> None:
        """Post what every loan owes on the first of a month, and what was paid; ``late`` loans pay nothing."""
        rows = [(name, INSTALMENT[loan.group], loan.interest) for name, loan in self.loans.items()]
        cash = [(name, principal, _rounded(interest)) for name, principal, interest in rows if name not in late]
        for loan in self.loans.values():
            loan.balance -= INSTALMENT[loan.group]
        day = dt.date(2021, month, 1)
        if as_table:
            tables = [
                ("scheduled_payment_due", _table(f"2021-{month:02}/due", day, rows)),
                ("collection_received", _table(f"2021-{month:02}/paid", day, cash)),
            ]
            self.ledger.post_table(DEAL, tables).or_raise()
            return
        kinds = ((ScheduledPaymentDue, "due", rows), (CollectionReceived, "paid", cash))
        self.post(
            *(
                kind(
                    event_id=f"2021-{month:02}/{what}/{name}",
                    loan=name,
                    principal=principal,
                    interest=interest,
                    **self.on(month, 1),
                )
                for kind, what, found in kinds
                for name, principal, interest in found
            )
        )

    def behind(self, month: int, name: str, servicing_advance: str = "0.00") -> Iterator[Event]:
        """Yield that a loan did not pay its instalment of a month, and the servicer's advance of it."""
        loan = self.loans[name]
        due, interest = INSTALMENT[loan.group], _rounded((loan.balance + INSTALMENT[loan.group]) * loan.rate / 12, 4)
        fee = loan.fee
        yield InstalmentReportedDelinquent(
            event_id=f"2021-{month:02}/late/{name}",
            loan=name,
            principal=due,
            interest=interest,
            servicing_fee=fee,
            **self.on(month, 1),
        )
        yield AdvanceMade(
            event_id=f"2021-{month:02}/advance/{name}",
            loan=name,
            principal=due,
            interest=_rounded(interest - fee),
            servicing_advance=servicing_advance,
            **self.on(month, 20),
        )

    def rates(self, month: int, index: str, reported: str) -> Iterator[Event]:
        """Yield the index rate and the reported class rate of the distribution of a month."""
        start = CLOSING if month == 2 else PAID[month - 3]
        yield IndexRateSet(event_id=f"2021-{month:02}/index", deal=DEAL, effective_date=start, index=INDEX, rate=index)
        yield ClassRateReported(
            event_id=f"2021-{month:02}/rate/M", class_id="M", rate=reported, **self.on(month - 1, 28)
        )

    def fees(self, month: int, pmi: str) -> Iterator[Event]:
        """Yield the servicing fee of each group and the insurance premium."""
        for group in ("fix", "arm"):
            fee = _rounded(sum((loan.fee for loan in self.loans.values() if loan.group == group), Decimal(0)))
            yield ServicingFeeWithheld(
                event_id=f"2021-{month:02}/servicing/{group}", group=group, amount=fee, **self.on(month, 22)
            )
        yield FeeCharged(event_id=f"2021-{month:02}/pmi", fee_id="pmi", group="fix", amount=pmi, **self.on(month, 23))


def _table(prefix: str, day: dt.date, rows: list[tuple[str, Decimal, Decimal]]) -> dict[str, list[Any]]:
    """Return rows as the columns of a table."""
    return {
        "event_id": [f"{prefix}/{name}" for name, _, _ in rows],
        "effective_date": [day] * len(rows),
        "loan": [name for name, _, _ in rows],
        "principal": [principal for _, principal, _ in rows],
        "interest": [interest for _, _, interest in rows],
    }
