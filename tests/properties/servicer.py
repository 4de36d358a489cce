"""A servicer that does anything to payments which happens to them, with books of its own that are kept by hand.

Four loans of 150,000 at 6% in two groups owe 100.00 of principal and a month's interest on the first of a month. What
becomes of each instalment is drawn: it is paid, paid in part, not at all, advanced or not, taken back by the bank, made
of funds that were held, or paid a month ahead; loans pay off, pay late, overpay; a curtailment is found after its month
was paid out. What the servicer knows of it is written down here a second time, without the ledger.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from ledger import (
    AccrualRule,
    AdvanceMade,
    AdvanceRecovered,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    DayCount,
    DealTerms,
    Event,
    Fee,
    FeeBasis,
    Ledger,
    LoanBoarded,
    LoanGroup,
    OverpaymentReceived,
    OverpaymentRefunded,
    PayInterest,
    PaymentReturned,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    RateKind,
    Refusal,
    RestatedCash,
    Schedule,
    ScheduledPaymentDue,
    ServicingFeeDrawn,
    ServicingFeeEarned,
    ServicingFeeWithheld,
    ShortfallDays,
    ShortfallTerms,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
)
from tests.properties.amounts import PLAIN_SHARING

DEAL = "random"
CUT_OFF = dt.date(2024, 1, 1)
GROUPS = {"a": "one", "b": "one", "c": "two", "d": "two"}
PRINCIPAL, NOTHING = Decimal("100.00"), Decimal("0.00")
OUT_OF_CASH = {"account_below_zero", "above_funds_available"}
OUTCOMES = ("paid", "paid", "in part", "unpaid", "advanced", "returned", "out of held", "ahead too", "overpaid")


@st.composite
def random_terms(draw: st.DrawFn) -> DealTerms:
    """Two classes, with a residual or without, a fee or none, under the second rules."""
    shared: dict[str, Any] = {"day_count": DayCount.THIRTY_360, "accrual": AccrualRule.PRIOR_CALENDAR_MONTH}
    classes = [
        BondClass(class_id="A", face="400000.01", rate=ClassRate(kind=RateKind.FIXED, rate="0.0417"), **shared),
        BondClass(class_id="B", face="150000.00", rank=2, rate=ClassRate(kind=RateKind.FIXED, rate="0.05"), **shared),
        BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
    ]
    steps = [
        PayInterest(classes=["A", "B"], sharing=draw(st.sampled_from(PLAIN_SHARING))),
        PayPrincipal(classes=["A", "B"], sharing=draw(st.sampled_from(PLAIN_SHARING))),
        PayResidual(classes=["R"]),
    ]
    residual = draw(st.booleans())
    fee = Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.POOL_BALANCE, rate="0.00012345")
    return DealTerms(
        title="Random",
        cut_off_date=CUT_OFF,
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2054-01-26"),
        groups=[LoanGroup(group_id="one", number=1), LoanGroup(group_id="two", number=2)],
        classes=classes if residual else classes[:2],
        waterfall=steps if residual else steps[:2],
        fees=draw(st.sampled_from(((), (fee,)))),
        shortfalls=ShortfallTerms(days=ShortfallDays.THIRTY_LESS_DAY_PAID),
        restated_cash=draw(st.sampled_from(RestatedCash)),
        rules=2,
    )


def cents(amount: Decimal, places: str = "0.01") -> Decimal:
    """Return an amount rounded half up."""
    return amount.quantize(Decimal(places), ROUND_HALF_UP)


@attrs.define
class Arrear:
    """An instalment, or what is left of one, that a loan still owes."""

    month: int
    principal: Decimal
    interest: Decimal
    advanced: tuple[Decimal, Decimal] = (NOTHING, NOTHING)


@attrs.define
class OwnLoan:
    """What the servicer's own books say of a loan; ``ahead`` is what it paid for its next instalment."""

    group: str
    balance: Decimal = Decimal("150000.00")
    gone: bool = False
    arrears: list[Arrear] = attrs.field(factory=list)
    unapplied: Decimal = NOTHING
    overpaid: Decimal = NOTHING
    ahead: tuple[Decimal, Decimal] = (NOTHING, NOTHING)
    paid_last: tuple[Decimal, Decimal] | None = None


class Servicer:
    """The deal under way, and the servicer's own books of it."""

    def __init__(self, ledger: Ledger, terms: DealTerms, draw: Any) -> None:
        self.ledger, self.terms, self.draw = ledger, terms, draw
        self.loans = {name: OwnLoan(group) for name, group in GROUPS.items()}
        self.fees = dict.fromkeys(("one", "two"), NOTHING)
        self.restated = NOTHING
        self.due = dict.fromkeys(("one", "two"), (NOTHING, NOTHING))
        self.missed = dict.fromkeys(("one", "two"), (NOTHING, NOTHING))
        self.fractions = NOTHING
        self.restated_last = False
        self.count = 0
        ledger.open_deal(DEAL, terms).or_raise()
        self.post(
            *(
                LoanBoarded(
                    loan=name, group=own.group, balance=own.balance, note_rate="0.06", servicing_rate="0.0025",
                    **self.on(CUT_OFF),
                )
                for name, own in self.loans.items()
            )
        )  # fmt: skip

    def paid_on(self, month: int) -> dt.date:
        """Return the payment date of a month: 2 is February."""
        return Schedule(self.terms).payment_dates[month - 2]

    def on(self, day: dt.date, **fields: Any) -> Any:
        """Return what an event begins with."""
        self.count += 1
        return {"event_id": f"e{self.count}", "deal": DEAL, "effective_date": day, **fields}

    def post(self, *events: Event) -> None:
        """Post one batch; a month in which cash would leave that never came in is given up."""
        outcome = self.ledger.post_many(events)
        if isinstance(outcome, Refusal):
            assume({violation.code for violation in outcome.violations} - OUT_OF_CASH)
        outcome.or_raise()

    def choose(self, *choices: Any) -> Any:
        """Draw one of these."""
        return self.draw(st.sampled_from(choices))

    def month(self, month: int) -> None:
        """Let a month happen, and post it all but its closing."""
        self.due = dict.fromkeys(("one", "two"), (NOTHING, NOTHING))
        self.missed = dict.fromkeys(("one", "two"), (NOTHING, NOTHING))
        self.restated_last = month > 2 and self._restate(month)
        shorts = self._payoffs(month)
        fee = dict.fromkeys(("one", "two"), NOTHING)
        for name, own in self.loans.items():
            if not own.gone or name in shorts:
                missed = len(own.arrears)
                self._instalment(month, name, own, shorts.get(name))
                if len(own.arrears) == missed:
                    fee[own.group] += cents(own.balance * Decimal("0.0025") / 12)
        self._late(month)
        self._fees(month, fee)
        self._make_up(month)

    def _restate(self, month: int) -> bool:
        """Let a curtailment be found that belongs to the month before, which is paid; say whether it was."""
        own = self.loans["a"]
        if own.gone or any(own.ahead) or not self.choose(True, False, False):
            return False
        amount = Decimal(self.draw(st.integers(1, 9_999))).scaleb(-2)
        day = dt.date(2024, month - 2, 20)
        self.post(CurtailmentCollected(loan="a", amount=amount, restates=True, **self.on(day)))
        own.balance -= amount
        if self.terms.restated_cash is RestatedCash.HOLD:
            self.restated += amount
        return True

    def _payoffs(self, month: int) -> dict[str, Decimal]:
        """Let at most one loan of each group pay off in the month before; return what interest they need not pay."""
        found: dict[str, Decimal] = {}
        for name in ("b", "d"):
            own = self.loans[name]
            if own.gone or own.arrears or any(own.ahead) or not self.choose(True, False, False, False):
                continue
            day = self.draw(st.integers(1, 29))
            on = dt.date(2024, month - 1, day)
            self.post(PayoffCollected(loan=name, amount=own.balance, note_rate="0.06", **self.on(on)))
            found[name] = cents(own.balance * Decimal("0.06") * (30 - day) / 360)
            own.gone = True
        return found

    def _instalment(self, month: int, name: str, own: OwnLoan, short: Decimal | None) -> None:
        first = dt.date(2024, month, 1)
        principal = NOTHING if own.gone else PRINCIPAL
        interest = cents(own.balance * Decimal("0.005"), self.choose("0.01", "0.0001"))
        self.post(ScheduledPaymentDue(loan=name, principal=principal, interest=interest, **self.on(first)))
        self._add(self.due, own.group, principal, interest)
        owed = principal, cents(interest - (short or NOTHING))
        self.fractions += abs(interest - cents(interest))
        if own.gone:
            own.balance, own.paid_last = NOTHING, None
            self._pay(name, first, *owed)
            return
        own.balance -= principal
        last, own.paid_last = own.paid_last, None
        if any(own.ahead):
            self._top_up(month, name, own, owed)
            return
        outcome = self.choose(*OUTCOMES)
        if outcome in ("paid", "ahead too", "overpaid", "returned"):
            self._pay(name, first, *owed)
            own.paid_last = owed
        if outcome == "ahead too" and month < 5:
            own.ahead = PRINCIPAL, cents(own.balance * Decimal("0.005"))
            own.paid_last = None
            self._pay(name, dt.date(2024, month, 2), *own.ahead, due_date=dt.date(2024, month + 1, 1))
        elif outcome == "overpaid":
            amount = Decimal(self.draw(st.integers(1, 5_000))).scaleb(-2)
            self.post(OverpaymentReceived(loan=name, amount=amount, **self.on(first)))
            own.overpaid += amount
        elif outcome == "returned":
            self._returned(name, own, dt.date(2024, month, 5), month, owed)
            own.paid_last = None
        elif outcome in ("unpaid", "advanced"):
            self._miss(own, month, *owed)
        elif outcome == "in part":
            part = min(owed[1], Decimal(self.draw(st.integers(0, 74_000))).scaleb(-2))
            self._pay(name, first, NOTHING, part)
            self._miss(own, month, owed[0], owed[1] - part)
        elif outcome == "out of held":
            self.post(
                UnappliedFundsReceived(loan=name, amount=sum(owed) + 7, **self.on(first)),
                UnappliedFundsApplied(
                    loan=name, principal=owed[0], interest=owed[1], due_date=first, **self.on(dt.date(2024, month, 10))
                ),
            )
            own.unapplied += 7
        if outcome in ("advanced", "returned") and self.choose(True, False):
            self._advance(month, name, own)
        if last is not None and outcome == "paid" and self.choose(True, False, False):
            self._returned(name, own, dt.date(2024, month, 6), month - 1, last)
            if self.choose(True, False):
                self._advance(month, name, own)

    def _top_up(self, month: int, name: str, own: OwnLoan, owed: tuple[Decimal, Decimal]) -> None:
        """An instalment that was paid ahead is paid; what its interest differs by since is paid or missed."""
        rest = owed[1] - own.ahead[1]
        own.ahead = NOTHING, NOTHING
        assert rest == 0, (month, name)

    def _pay(self, name: str, day: dt.date, principal: Decimal, interest: Decimal, **more: Any) -> None:
        self.post(CollectionReceived(loan=name, principal=principal, interest=interest, **more, **self.on(day)))

    def _miss(self, own: OwnLoan, month: int, principal: Decimal, interest: Decimal) -> None:
        if principal or interest:
            own.arrears.append(Arrear(month, principal, interest))
            self._add(self.missed, own.group, principal, interest)

    def _returned(self, name: str, own: OwnLoan, day: dt.date, month: int, owed: tuple[Decimal, Decimal]) -> None:
        due = dt.date(2024, month, 1)
        self.post(PaymentReturned(loan=name, principal=owed[0], interest=owed[1], due_date=due, **self.on(day)))
        self._miss(own, month, *owed)

    def _advance(self, month: int, name: str, own: OwnLoan) -> None:
        arrear = own.arrears[-1]
        fee = min(cents(own.balance * Decimal("0.0025") / 12), arrear.interest)
        arrear.advanced = arrear.principal, arrear.interest - fee
        made: dict[str, Any] = {"principal": arrear.advanced[0], "interest": arrear.advanced[1]}
        self.post(AdvanceMade(loan=name, **made, **self.on(dt.date(2024, month, 22))))

    def _late(self, month: int) -> None:
        """Let some arrears of earlier months be paid; what was advanced may be drawn out of it."""
        for name, own in self.loans.items():
            for arrear in [item for item in own.arrears if item.month < month - 1 or item.month == month - 1]:
                missed_now = arrear.month == month - 1 and arrear in own.arrears and self._is_new(own, arrear)
                if missed_now or not self.choose(True, False):
                    continue
                due = dt.date(2024, arrear.month, 1)
                timing = "late, advanced" if any(arrear.advanced) else "late"
                self._pay(name, dt.date(2024, month, 8), arrear.principal, arrear.interest, timing=timing, due_date=due)
                own.arrears.remove(arrear)
                if any(arrear.advanced) and self.choose(True, False):
                    taken: dict[str, Any] = {"principal": arrear.advanced[0], "interest": arrear.advanced[1]}
                    day = dt.date(2024, month, 24)
                    self.post(AdvanceRecovered(loan=name, due_date=due, **taken, **self.on(day)))

    def _is_new(self, own: OwnLoan, arrear: Arrear) -> bool:
        """Say whether it was only this month that an instalment of the month before was missed: it was taken back."""
        return own.arrears[-1] is arrear and any(self.missed[own.group]) and own.paid_last is not None

    def _fees(self, month: int, fee: dict[str, Decimal]) -> None:
        day = dt.date(2024, month, 20)
        for group, amount in fee.items():
            kind = self.choose(ServicingFeeWithheld, ServicingFeeWithheld, ServicingFeeEarned)
            self.post(kind(group=group, amount=amount, **self.on(day)))
            if kind is ServicingFeeEarned:
                self.fees[group] += amount
            if self.fees[group] and self.choose(True, False):
                drawn = self.choose(self.fees[group], cents(self.fees[group] / 2))
                self.post(ServicingFeeDrawn(group=group, amount=drawn, **self.on(dt.date(2024, month, 23))))
                self.fees[group] -= drawn
        for name, own in self.loans.items():
            if own.overpaid and self.choose(True, False):
                self.post(OverpaymentRefunded(loan=name, amount=own.overpaid, **self.on(day)))
                own.overpaid = NOTHING
            if own.unapplied and self.choose(True, False):
                self.post(UnappliedFundsReturned(loan=name, amount=own.unapplied, **self.on(day)))
                own.unapplied = NOTHING

    def _make_up(self, month: int) -> None:
        """Pay the compensating interest that is owed: what it covers is capped by the fees that were kept."""
        short = self.ledger.distribution(DEAL, self.paid_on(month)).shortfalls
        for group, owed in short.compensating.items():
            if owed.value:
                day = dt.date(2024, month, 22)
                self.post(CompensatingInterestPaid(group=group, amount=owed.decimal, **self.on(day)))

    def _add(self, sums: dict[str, tuple[Decimal, Decimal]], group: str, principal: Decimal, interest: Decimal) -> None:
        held = sums[group]
        sums[group] = held[0] + principal, held[1] + interest


__all__ = ["DEAL", "GROUPS", "Arrear", "OwnLoan", "Servicer", "random_terms"]
